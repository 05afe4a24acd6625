import type { QueryEngine } from '../promql/engine.ts'
import { createEngine, DEFAULT_ENGINE_OPTIONS } from '../promql/query-engine.ts'
import { MemorySampleStore } from '../storage/memory/memory-sample-store.ts'
import type { SampleStore } from '../storage/sample-store.ts'

/** An empty store in memory and an engine over it, with the product's own options: what unit tests of rules run on. */
export function createTestBench(): { readonly store: SampleStore; readonly engine: QueryEngine } {
  const store = new MemorySampleStore()
  return { store, engine: createEngine(store, DEFAULT_ENGINE_OPTIONS) }
}
