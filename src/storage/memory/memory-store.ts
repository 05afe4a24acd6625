import type { Store } from '../store.ts'
import { MemoryEvaluationStore } from './memory-evaluation-store.ts'
import { MemoryEventStore } from './memory-event-store.ts'
import { MemoryLogStore } from './memory-log-store.ts'
import { MemoryRequestCosts } from './memory-request-costs.ts'
import { MemoryRequestExplorer } from './memory-request-explorer.ts'
import { MemoryRequestStore } from './memory-request-store.ts'
import { MemorySampleStore } from './memory-sample-store.ts'
import { MemoryStateStore } from './memory-state-store.ts'

/** A complete store in plain structures, for tests and short-lived tools: unbounded, and gone with the process. */
export function createMemoryStore(): Store {
  const related = {
    evaluations: new MemoryEvaluationStore(),
    events: new MemoryEventStore(),
    logs: new MemoryLogStore(),
  }
  const requests = new MemoryRequestStore(related)
  return {
    samples: new MemorySampleStore(),
    requests,
    explorer: new MemoryRequestExplorer(
      (selection) => requests.select(selection),
      (span) => related.evaluations.of(span),
    ),
    costs: new MemoryRequestCosts((range) => requests.select({ range, filter: {} })),
    ...related,
    state: new MemoryStateStore(),
    close: async () => {},
  }
}
