/**
 * The eight queries of the comparison over a head in this process, with and without a second thread, in turns: wall time, processor time of the process and of
 * the main thread, medians and least of the rounds, and how many blocks each thread computed. Says so when a bit of an answer differs.
 * `npx tsx bench/metrics/two-threads.ts [rounds]`; Linux only.
 */
import { readFileSync } from 'node:fs'
import { LabelSetCache } from '../../src/ingest/remote-write/label-set-cache.ts'
import { decodeWriteRequest } from '../../src/ingest/remote-write/write-request.ts'
import type { QueryEngine } from '../../src/promql/engine.ts'
import { SecondThread } from '../../src/promql/execution/second-thread/second-thread.ts'
import { createEngine, DEFAULT_ENGINE_OPTIONS } from '../../src/promql/query-engine.ts'
import type { QueryResult } from '../../src/promql/value.ts'
import { createHeadSampleStore } from '../../src/storage/head/head-sample-store.ts'
import { MemorySampleStore } from '../../src/storage/memory/memory-sample-store.ts'
import { InstrumentRegistry } from '../../src/telemetry/instruments.ts'
import { createLogger } from '../../src/telemetry/log.ts'
import { systemClock } from '../../src/util/clock.ts'
import { createWorkload, QUERIES } from './workload.ts'

const RANGE_MS = 50 * 60_000
const STEP_MS = 15_000
const WARM_UPS = 3
const rounds = Number(process.argv[2] ?? 15)

/** Milliseconds. */
interface Times {
  readonly wall: number[]
  readonly all: number[]
  readonly main: number[]
}

const instruments = new InstrumentRegistry()
const backing = Object.assign(new MemorySampleStore(), { write: async () => {} })
const store = createHeadSampleStore({ backing, clock: systemClock, instruments })
await store.start()
const workload = createWorkload()
const labelSets = new LabelSetCache()
for (const body of workload.rounds.flat()) await store.write(decodeWriteRequest(body, { labelSets }).batch)
const secondThread = new SecondThread({ clock: systemClock, instruments, logger: createLogger('error') })
const alone = createEngine(store)
const both = createEngine(store, DEFAULT_ENGINE_OPTIONS, undefined, secondThread)
const endMs = workload.endMs - 8_000

function cpuMs(): number {
  const { user, system } = process.cpuUsage()
  return (user + system) / 1000
}

function mainCpuMs(): number {
  return Number(readFileSync(`/proc/self/task/${process.pid}/schedstat`, 'utf8').split(' ')[0]) / 1e6
}

async function ask(engine: QueryEngine, query: string, times: Times): Promise<QueryResult> {
  const [wall, all, main] = [performance.now(), cpuMs(), mainCpuMs()]
  const result = await engine.range(query, endMs - RANGE_MS, endMs, STEP_MS)
  times.wall.push(performance.now() - wall)
  times.all.push(cpuMs() - all)
  times.main.push(mainCpuMs() - main)
  return result
}

function textOf({ value, ...rest }: QueryResult): string {
  if (value.type !== 'matrix') throw new Error(`a range query gave a ${value.type}`)
  const series = value.series.map(({ labels, timestampsMs, values }) => [labels.key, [...timestampsMs], [...values]])
  return JSON.stringify([series, rest])
}

function shown(values: readonly number[]): string {
  const sorted = values.slice(WARM_UPS).sort((a, b) => a - b)
  return `${(sorted[Math.floor(sorted.length / 2)] ?? NaN).toFixed(1)} (${sorted[0]?.toFixed(1)})`.padStart(16)
}

function blocks(): string {
  const family = instruments.snapshot().find(({ metadata }) => metadata.name === 'tetrascope_query_blocks_total')
  return (family?.samples ?? []).map(({ labels, value }) => `${labels.get('thread')} ${value}`).join(', ')
}

for (const { name, query } of QUERIES) {
  const [one, two] = [0, 1].map((): Times => ({ wall: [], all: [], main: [] })) as [Times, Times]
  for (let round = 0; round < rounds + WARM_UPS; round++) {
    const expected = await ask(alone, query, one)
    const got = await ask(both, query, two)
    if (round === 0 && textOf(expected) !== textOf(got)) process.stdout.write(`${name}: DIFFERENT\n`)
  }
  const columns = (['wall', 'all', 'main'] as const).map((of) => `${of}${shown(one[of])} -> ${shown(two[of])}`)
  process.stdout.write(`${name.padEnd(24)} ${columns.join('  ')}\n`)
}
process.stdout.write(`blocks: ${blocks()}\n`)
await secondThread.stop()
store.stop()
