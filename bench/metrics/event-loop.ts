/**
 * For how long heavy queries hold up the event loop at a time: the eight queries of the comparison and their answers as JSON, on two threads, over a head
 * in this process, with the most processor time of the main thread in one turn and the longest delay of a timer that should fire all the time. The goal is
 * at most 50 ms. `npx tsx bench/metrics/event-loop.ts [rounds]`; Linux only.
 */
import { readFileSync } from 'node:fs'
import { monitorEventLoopDelay } from 'node:perf_hooks'
import { setImmediate as nextTurn } from 'node:timers/promises'
import { writeValue } from '../../src/api/prometheus/result-json.ts'
import { LabelSetCache } from '../../src/ingest/remote-write/label-set-cache.ts'
import { decodeWriteRequest } from '../../src/ingest/remote-write/write-request.ts'
import { SecondThread } from '../../src/promql/execution/second-thread/second-thread.ts'
import { createEngine, DEFAULT_ENGINE_OPTIONS } from '../../src/promql/query-engine.ts'
import { createHeadSampleStore } from '../../src/storage/head/head-sample-store.ts'
import { MemorySampleStore } from '../../src/storage/memory/memory-sample-store.ts'
import { InstrumentRegistry } from '../../src/telemetry/instruments.ts'
import { createLogger } from '../../src/telemetry/log.ts'
import { systemClock } from '../../src/util/clock.ts'
import { createWorkload, QUERIES } from './workload.ts'

/** The processor time of the main thread between two turns of the event loop. Unlike the delay of a timer it does not grow when others want the processor. */
class TurnMeter {
  longestMs = 0
  #isRunning = false

  start(): void {
    this.#isRunning = true
    this.#next(mainCpuMs())
  }

  stop(): void {
    this.#isRunning = false
  }

  #next(beforeMs: number): void {
    setImmediate(() => {
      this.longestMs = Math.max(this.longestMs, mainCpuMs() - beforeMs)
      if (this.#isRunning) this.#next(mainCpuMs())
    })
  }
}

function mainCpuMs(): number {
  return Number(readFileSync(`/proc/self/task/${process.pid}/schedstat`, 'utf8').split(' ')[0]) / 1e6
}

const RANGE_MS = 50 * 60_000
const STEP_MS = 15_000
const rounds = Number(process.argv[2] ?? 5)

const workload = createWorkload()
const instruments = new InstrumentRegistry()
const backing = Object.assign(new MemorySampleStore(), { write: async () => {} })
const store = createHeadSampleStore({ backing, clock: systemClock, instruments })
await store.start()
const labelSets = new LabelSetCache()
for (const body of workload.rounds.flat()) await store.write(decodeWriteRequest(body, { labelSets }).batch)
const secondThread = new SecondThread({ clock: systemClock, instruments, logger: createLogger('error') })
const engine = createEngine(store, DEFAULT_ENGINE_OPTIONS, undefined, secondThread)
const endMs = workload.endMs - 8_000
for (const { name, query } of QUERIES) {
  const delay = monitorEventLoopDelay({ resolution: 1 })
  const turns = new TurnMeter()
  for (let round = 0; round < rounds; round++) {
    delay.enable()
    turns.start()
    const { value } = await engine.range(query, endMs - RANGE_MS, endMs, STEP_MS)
    for (const block of writeValue(value, undefined, secondThread)) {
      if (block.length > 0) await nextTurn()
    }
    turns.stop()
    delay.disable()
  }
  const worked = turns.longestMs.toFixed(0).padStart(4)
  const waited = `${(delay.max / 1e6).toFixed(0).padStart(4)} ms, 99 % under ${(delay.percentile(99) / 1e6).toFixed(0).padStart(4)} ms`
  process.stdout.write(`${name.padEnd(26)} longest turn ${worked} ms of processor time; longest delay ${waited}\n`)
}
await secondThread.stop()
store.stop()
