import type { Store } from '../store.ts'
import { MemoryEvaluationStore } from './memory-evaluation-store.ts'
import { MemoryEventStore } from './memory-event-store.ts'
import { MemoryLogStore } from './memory-log-store.ts'
import { MemoryRequestStore } from './memory-request-store.ts'
import { MemorySampleStore } from './memory-sample-store.ts'
import { MemoryStateStore } from './memory-state-store.ts'

/** A complete store in plain structures, for tests and short-lived tools: unbounded, and gone with the process. */
export function createMemoryStore(): Store {
  return {
    samples: new MemorySampleStore(),
    requests: new MemoryRequestStore(),
    evaluations: new MemoryEvaluationStore(),
    events: new MemoryEventStore(),
    logs: new MemoryLogStore(),
    state: new MemoryStateStore(),
    close: async () => {},
  }
}
