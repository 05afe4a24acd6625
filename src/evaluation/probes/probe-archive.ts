import { z } from 'zod'
import type { StateStore } from '../../storage/state-store.ts'
import type { ProbeRun } from './probe-run.ts'

const RUNS = 'probe-run'
const PINS = 'probe-pin'
const SPENT = 'probe-calls'
const TODAY = 'today'

const checkResult = z.object({
  type: z.enum(['exact', 'regex', 'numeric', 'schema', 'semantic', 'judged']),
  isPassed: z.boolean(),
  expected: z.string(),
  found: z.string(),
})
const sketch = z.object({
  length: z.number(),
  form: z.enum(['json', 'code', 'table', 'list', 'lines', 'prose', 'empty']),
  hashes: z.array(z.number()),
})
const item = z.object({
  id: z.string(),
  outcome: z.enum(['passed', 'failed', 'error']),
  failures: z.array(checkResult),
  error: z.string(),
  latencyMs: z.number(),
  costUsd: z.number().nullable(),
  sketch: sketch.nullable(),
})
const run = z.object({
  probe: z.string(),
  model: z.string(),
  startedMs: z.number(),
  endedMs: z.number(),
  items: z.array(item),
  answeredBy: z.array(z.string()),
  fingerprints: z.array(z.string()),
})
const pin = z.object({ runs: z.array(run) })
const spent = z.object({ dayMs: z.number(), calls: z.number() })

/** Runs of probes and what was pinned of them, as documents of the state store. */
export class ProbeArchive {
  readonly #state: StateStore

  constructor(state: StateStore) {
    this.#state = state
  }

  /** All runs that are kept, oldest first. */
  async runs(): Promise<ProbeRun[]> {
    const found = [...(await this.#state.documents(RUNS)).values()].map((document) => run.parse(document))
    return found.sort((a, b) => a.startedMs - b.startedMs)
  }

  /** Writes a run, and forgets those that are not kept any more. */
  async putRun(added: ProbeRun, forgotten: readonly ProbeRun[]): Promise<void> {
    const gone = forgotten.map((old) => [idOf(old), undefined] as const)
    await this.#state.putDocuments(RUNS, new Map<string, unknown>([[idOf(added), added], ...gone]))
  }

  /** Pinned runs by the key of their set and model. */
  async pins(): Promise<Map<string, readonly ProbeRun[]>> {
    const found = await this.#state.documents(PINS)
    return new Map([...found].map(([key, document]) => [key, pin.parse(document).runs]))
  }

  async putPin(key: string, runs: readonly ProbeRun[]): Promise<void> {
    await this.#state.putDocuments(PINS, new Map([[key, { runs }]]))
  }

  /** How many calls the day (its start) has had. */
  async callsOf(dayMs: number): Promise<number> {
    const document = (await this.#state.documents(SPENT)).get(TODAY)
    const found = document === undefined ? undefined : spent.parse(document)
    return found?.dayMs === dayMs ? found.calls : 0
  }

  async putCalls(dayMs: number, calls: number): Promise<void> {
    await this.#state.putDocuments(SPENT, new Map([[TODAY, { dayMs, calls }]]))
  }
}

function idOf({ probe, model, startedMs }: ProbeRun): string {
  return JSON.stringify([probe, model, startedMs])
}
