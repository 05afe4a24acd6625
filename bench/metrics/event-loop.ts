/**
 * For how long heavy queries hold up the event loop at a time: the eight queries of the comparison and their answers as JSON, over a head in this
 * process, with the most processor time in one turn and the longest delay of a timer that should fire all the time. The goal is at most 50 ms.
 * `npx tsx bench/metrics/event-loop.ts [rounds]`
 */
import { monitorEventLoopDelay } from 'node:perf_hooks'
import { setImmediate as nextTurn } from 'node:timers/promises'
import { writeValue } from '../../src/api/prometheus/result-json.ts'
import { LabelSetCache } from '../../src/ingest/remote-write/label-set-cache.ts'
import { decodeWriteRequest } from '../../src/ingest/remote-write/write-request.ts'
import { createEngine } from '../../src/promql/query-engine.ts'
import { Head } from '../../src/storage/head/head.ts'
import { MemorySampleStore } from '../../src/storage/memory/memory-sample-store.ts'
import { createWorkload, QUERIES } from './workload.ts'

/**
 * The processor time that passes between two turns of the event loop. Unlike the delay of a timer it does not grow when others want the processor;
 * that of the threads which help to collect garbage is counted in, so the loop was held for less.
 */
class TurnMeter {
  longestMs = 0
  #isRunning = false

  start(): void {
    this.#isRunning = true
    this.#next(process.cpuUsage())
  }

  stop(): void {
    this.#isRunning = false
  }

  #next(before: NodeJS.CpuUsage): void {
    setImmediate(() => {
      const { user, system } = process.cpuUsage(before)
      this.longestMs = Math.max(this.longestMs, (user + system) / 1000)
      if (this.#isRunning) this.#next(process.cpuUsage())
    })
  }
}

const RANGE_MS = 50 * 60_000
const STEP_MS = 15_000
const rounds = Number(process.argv[2] ?? 5)

const workload = createWorkload()
const head = new Head({ windowMs: 1e9, maxSizeBytes: 4e9, graceMs: 0, minTimeMs: 0 })
const labelSets = new LabelSetCache()
for (const body of workload.rounds.flat()) head.append(decodeWriteRequest(body, { labelSets }).batch)
const reader = Object.assign(new MemorySampleStore(), {
  async *select(...[matchers, range]: Parameters<MemorySampleStore['select']>) {
    yield* head.select(matchers, range)
  },
})
const engine = createEngine(reader)
const endMs = workload.endMs - 8_000
for (const { name, query } of QUERIES) {
  const delay = monitorEventLoopDelay({ resolution: 1 })
  const turns = new TurnMeter()
  for (let round = 0; round < rounds; round++) {
    delay.enable()
    turns.start()
    const { value } = await engine.range(query, endMs - RANGE_MS, endMs, STEP_MS)
    for (const block of writeValue(value)) {
      if (block.length > 0) await nextTurn()
    }
    turns.stop()
    delay.disable()
  }
  const worked = turns.longestMs.toFixed(0).padStart(4)
  const waited = `${(delay.max / 1e6).toFixed(0).padStart(4)} ms, 99 % under ${(delay.percentile(99) / 1e6).toFixed(0).padStart(4)} ms`
  process.stdout.write(`${name.padEnd(26)} longest turn ${worked} ms of processor time; longest delay ${waited}\n`)
}
