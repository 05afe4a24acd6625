import { createHash } from 'node:crypto'
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import path from 'node:path'
import type { Worker } from 'node:worker_threads'
import { afterEach, describe, expect, test } from 'vitest'
import { Labels } from '../../src/model/labels.ts'
import { Matcher } from '../../src/model/matcher.ts'
import { SampleBatchBuilder } from '../../src/model/sample.ts'
import type { Series } from '../../src/model/series.ts'
import type { OperatorReport } from '../../src/promql/execution/measuring-probe.ts'
import { SecondThread, type SecondThreadOptions } from '../../src/promql/execution/second-thread/second-thread.ts'
import { createEngine, DEFAULT_ENGINE_OPTIONS, type ExplainingEngine } from '../../src/promql/query-engine.ts'
import { runTestScript, SCRIPT_ENGINE_OPTIONS } from '../../src/promql/testscript/runner.ts'
import type { QueryResult } from '../../src/promql/value.ts'
import { HeadSelection } from '../../src/storage/head/head-selection.ts'
import { createHeadSampleStore, type HeadSampleStore } from '../../src/storage/head/head-sample-store.ts'
import { Head } from '../../src/storage/head/head.ts'
import { MemorySampleStore } from '../../src/storage/memory/memory-sample-store.ts'
import type { SampleReader } from '../../src/storage/sample-store.ts'
import { InstrumentRegistry } from '../../src/telemetry/instruments.ts'
import { silentLogger } from '../../src/telemetry/log.ts'
import { ManualClock } from '../../src/util/manual-clock.ts'
import { atOnce, nextTurn } from '../../src/util/steps.ts'
import { QueryGrammar, seededRandom } from './query-grammar.ts'
import { DATA_STEP_MS, randomSeries } from './random-data.ts'

const ROOT = path.resolve(import.meta.dirname, '../..')
const NOW_MS = 1_700_000_000_000
const STEPS = 300
const START_MS = NOW_MS - STEPS * DATA_STEP_MS
const MINUTE_MS = 60_000
/** Series of the same data under other labels, so that there are enough for many blocks. */
const COPIES = 10

let stopped: Array<() => Promise<void> | void> = []

afterEach(async () => {
  for (const stop of stopped) await stop()
  stopped = []
})

interface Threads {
  readonly thread: SecondThread
  readonly started: Worker[]
  readonly clock: ManualClock
  /** The value of a counter of its own. */
  readonly count: (name: string, label?: string) => number
}

/** A second thread that is asked for every selection, however small. */
function threads(options: Partial<SecondThreadOptions> = {}): Threads {
  const instruments = new InstrumentRegistry()
  const clock = new ManualClock(NOW_MS)
  const started: Worker[] = []
  const onStart = (worker: Worker): void => void started.push(worker)
  const thread = new SecondThread({ clock, instruments, logger: silentLogger, minWork: 0, onStart, ...options })
  stopped.push(() => thread.stop())
  const count = (name: string, label = ''): number =>
    instruments
      .snapshot()
      .filter(({ metadata }) => metadata.name === name)
      .flatMap(({ samples }) => samples)
      .filter(({ labels }) => labels.get('thread') === label)
      .reduce((sum, { value }) => sum + value, 0)
  return { thread, started, clock, count }
}

/** Time in which every look at the clock takes longer than a query may work: others have a turn after each series. */
function alwaysDue(): { readonly clock: ManualClock; readonly now: () => number } {
  let ms = 0
  return { clock: new ManualClock(NOW_MS), now: () => (ms += 20) }
}

/** What the reader has, as a head would have it: packed. */
function packing(reader: SampleReader): SampleReader {
  return Object.assign(Object.create(reader) as SampleReader, {
    select: reader.select.bind(reader),
    async selectPacked(...[matchers, range]: Parameters<SampleReader['select']>) {
      const head = new Head({ windowMs: 1e15, maxSizeBytes: 1e9, graceMs: 0, minTimeMs: -Infinity })
      for await (const block of reader.select(matchers, range, { func: '', rangeMs: 0, stepMs: 0 })) {
        // The head keeps no start timestamps.
        if (block.some(({ startTimestampsMs }) => startTimestampsMs)) return undefined
        head.append(batchOf(block))
      }
      return new HeadSelection(atOnce(head.matching(matchers)), range)
    },
  })
}

function batchOf(block: readonly Series[]): ReturnType<SampleBatchBuilder['build']> {
  const batch = new SampleBatchBuilder()
  for (const { labels, timestampsMs, values, stale } of block) {
    const series = batch.newSeries(labels)
    timestampsMs.forEach((timeMs, i) => {
      if (stale?.[i] === 1) batch.putStale(series, timeMs)
      else batch.put(series, timeMs, values[i] ?? NaN)
    })
  }
  return batch.build()
}

async function storeOf(
  random: () => number,
): Promise<{ readonly store: HeadSampleStore; readonly clock: ManualClock }> {
  const clock = new ManualClock(START_MS)
  const store = createHeadSampleStore({
    backing: new MemorySampleStore(),
    clock,
    instruments: new InstrumentRegistry(),
  })
  stopped.push(() => store.stop())
  await store.start()
  const batch = new SampleBatchBuilder()
  for (let copy = 0; copy < COPIES; copy++) {
    for (const { labels, values } of randomSeries(random, { steps: STEPS, resetTo: 'zero' })) {
      const series = batch.newSeries(Labels.from({ ...labels, copy: String(copy) }))
      values.forEach((value, i) => {
        if (value === 'stale') batch.putStale(series, START_MS + i * DATA_STEP_MS)
        else if (value !== null) batch.put(series, START_MS + i * DATA_STEP_MS, value)
      })
    }
  }
  await store.write(batch.build())
  return { store, clock }
}

/** Everything that a caller sees, to the last bit. */
async function outcome(engine: ExplainingEngine, query: string): Promise<unknown> {
  return engine.range(query, NOW_MS - 40 * MINUTE_MS, NOW_MS, 30_000).then(shown, (error: unknown) => String(error))
}

function shown({ value, warnings, infos, stats }: QueryResult): unknown {
  // Short, because it is what a failing test shows.
  const bits = (values: Float64Array): string =>
    createHash('sha256')
      .update(Buffer.from(Float64Array.from(values, canonical).buffer))
      .digest('hex')
      .slice(0, 16)
  const series =
    value.type === 'matrix'
      ? value.series.map((one) => `${one.labels.toString()} ${bits(one.timestampsMs)} ${bits(one.values)}`)
      : value
  return { series, warnings, infos, stats }
}

/** NaN is NaN, whatever its bits are. */
function canonical(value: number): number {
  return Number.isNaN(value) ? NaN : value
}

const QUERIES = [
  'sum by (job) (rate(requests_total[5m]))',
  'histogram_quantile(0.9, sum by (le, job) (rate(lat_bucket[5m])))',
  'sum(rate(errors_total[2m])) / sum(rate(requests_total[2m]))',
  'topk(5, rate(requests_total[5m]))',
  'temp',
  'timestamp(temp)',
  'max_over_time(temp[5m])',
  'quantile_over_time(0.9, requests_total[5m])',
  'max_over_time(sum by (job) (rate(requests_total[2m]))[10m:1m])',
  'rate(temp[5m])',
  'delta(temp[5m] offset 3m)',
  'increase(requests_total[5m] smoothed)',
  'rate(nothing_at_all[5m])',
]

/** What the second thread cannot do as the main one would. */
const ODD_QUERIES = [
  'quantile_over_time(1.5, temp[5m])',
  'double_exponential_smoothing(temp[5m], 2, 0.5)',
  'max_over_time(requests_total[5m] smoothed)',
  'last_over_time({__name__=~"temp|load_now"}[5m])',
  'rate({__name__=~"requests_total|errors_total"}[5m])',
]

describe("Prometheus's own scripts, with every leaf computed on the second thread", () => {
  const folders = [path.join(ROOT, '../shared/data/promql/promqltest'), import.meta.dirname]
  const scripts = folders
    .filter((folder) => existsSync(folder))
    .flatMap((folder) => readdirSync(folder).map((file) => path.join(folder, file)))
    .filter((file) => file.endsWith('.test'))

  test('come out as on one thread', { timeout: 300_000 }, async () => {
    const { thread, count } = threads({ takesAll: true })
    const different: string[] = []
    for (const script of scripts) {
      const text = readFileSync(script, 'utf8')
      const alone = await runTestScript(text, { createEngine: (reader) => createEngine(reader, SCRIPT_ENGINE_OPTIONS) })
      const both = await runTestScript(text, {
        createEngine: (reader) => createEngine(packing(reader), SCRIPT_ENGINE_OPTIONS, undefined, thread),
      })
      const outcomes = (report: typeof both): string[] =>
        report.evals.map(({ line, outcome: came }) => `${line} ${came}`)
      if (outcomes(alone).join() !== outcomes(both).join()) different.push(path.basename(script))
    }
    expect(different).toEqual([])
    expect(count('tetrascope_query_blocks_total', 'second')).toBeGreaterThan(1_000)
    expect(count('tetrascope_query_thread_failures_total')).toBe(0)
  })
})

describe('a query on two threads', () => {
  test.each([...QUERIES, ...ODD_QUERIES])(
    '%s: the same to the last bit, warnings and figures included',
    async (query) => {
      const { store } = await storeOf(seededRandom(1))
      const expected = await outcome(createEngine(store), query)
      for (const takesAll of [true, false]) {
        const { thread } = threads({ takesAll })
        expect(await outcome(createEngine(store, DEFAULT_ENGINE_OPTIONS, undefined, thread), query)).toEqual(expected)
        const paused = createEngine(store, DEFAULT_ENGINE_OPTIONS, alwaysDue(), thread)
        expect(await outcome(paused, query)).toEqual(expected)
      }
    },
  )

  test('random queries give the same', { timeout: 120_000 }, async () => {
    const random = seededRandom(7)
    const { store } = await storeOf(random)
    const { thread, count } = threads()
    const alone = createEngine(store)
    const both = createEngine(store, DEFAULT_ENGINE_OPTIONS, undefined, thread)
    const grammar = new QueryGrammar(random, 'full', NOW_MS / 1000 - 3_600)
    for (let i = 0; i < 50; i++) {
      const query = grammar.query()
      expect(await outcome(both, query), query).toEqual(await outcome(alone, query))
    }
    expect(count('tetrascope_query_blocks_total', 'main')).toBeGreaterThan(0)
  })

  test('sees none of what is written, sealed, let go and deleted behind its range meanwhile', async () => {
    const { store, clock } = await storeOf(seededRandom(2))
    const { thread } = threads({ takesAll: true })
    const alone = createEngine(store)
    const paused = createEngine(store, DEFAULT_ENGINE_OPTIONS, alwaysDue(), thread)
    for (const [i, query] of QUERIES.entries()) {
      const expected = await outcome(alone, query)
      const asked = outcome(paused, query)
      await clock.advance(MINUTE_MS)
      await store.write(later(i))
      await store.deleteSamples([[new Matcher('__name__', '=', 'gone')]], { minMs: 0, maxMs: NOW_MS * 2 })
      expect(await asked, query).toEqual(expected)
    }
  })

  /** Samples after every range that is asked for, enough to seal the open chunk of each series; and series that are deleted at once. */
  function later(round: number): ReturnType<SampleBatchBuilder['build']> {
    const batch = new SampleBatchBuilder()
    for (const { labels } of randomSeries(seededRandom(2), { steps: 1, resetTo: 'zero' })) {
      for (const copy of ['0', '1', '2', '3']) {
        const series = batch.newSeries(Labels.from({ ...labels, copy }))
        const gone = batch.newSeries(Labels.from({ ...labels, copy, __name__: 'gone' }))
        for (let i = 0; i < 70; i++) {
          batch.put(series, NOW_MS + 1 + (round * 70 + i) * 1_000, i)
          batch.put(gone, NOW_MS - i * 1_000, -i)
        }
      }
    }
    return batch.build()
  }

  test('goes on alone when the thread is killed, which is counted, and has another one later', async () => {
    const { store } = await storeOf(seededRandom(3))
    const { thread, started, count, clock } = threads({ takesAll: true })
    const query = 'sum by (job, path) (rate(requests_total[5m]))'
    const expected = await outcome(createEngine(store), query)
    const both = createEngine(store, DEFAULT_ENGINE_OPTIONS, alwaysDue(), thread)
    expect(await outcome(both, query)).toEqual(expected)
    const asked = outcome(both, query)
    const killed = started[0]?.terminate()
    expect(await asked).toEqual(expected)
    await killed
    expect(count('tetrascope_query_thread_failures_total')).toBe(1)

    expect(await outcome(both, query)).toEqual(expected)
    expect(started.length).toBe(1)
    await clock.advance(MINUTE_MS)
    expect(await outcome(both, query)).toEqual(expected)
    expect(started.length).toBe(2)
    expect(count('tetrascope_query_blocks_total', 'second')).toBeGreaterThan(0)
    expect(count('tetrascope_query_thread_failures_total')).toBe(1)
  })

  test('that nobody waits for any more ends, and leaves the thread to the next', async () => {
    const { store } = await storeOf(seededRandom(4))
    const { thread, started } = threads()
    const query = 'quantile_over_time(0.5, requests_total[5m])'
    const expected = await outcome(createEngine(store), query)
    const engine = createEngine(store, DEFAULT_ENGINE_OPTIONS, alwaysDue(), thread)
    const gaveUp = new AbortController()
    const asked = engine.range(query, NOW_MS - 40 * MINUTE_MS, NOW_MS, 30_000, { signal: gaveUp.signal })
    while (started.length === 0) await nextTurn()
    gaveUp.abort()
    await expect(asked).rejects.toThrow('query was canceled in expression evaluation')
    expect(await outcome(engine, query)).toEqual(expected)
  })

  test('shares the thread with none that is asked meanwhile', async () => {
    const { store } = await storeOf(seededRandom(5))
    const { thread, started } = threads()
    const expected = await Promise.all(QUERIES.map((query) => outcome(createEngine(store), query)))
    const engine = createEngine(store, DEFAULT_ENGINE_OPTIONS, alwaysDue(), thread)
    expect(await Promise.all(QUERIES.map((query) => outcome(engine, query)))).toEqual(expected)
    expect(started.length).toBe(1)
  })

  test('is refused by the limit of samples as on one thread', async () => {
    const { store } = await storeOf(seededRandom(6))
    const { thread } = threads({ takesAll: true })
    const engine = createEngine(store, { ...DEFAULT_ENGINE_OPTIONS, maxSamples: 1_000 }, undefined, thread)
    expect(await outcome(engine, 'rate(requests_total[5m])')).toContain('would load too many samples into memory')
  })
})

describe('the second thread', () => {
  test('is not started for small selections', async () => {
    const { store } = await storeOf(seededRandom(1))
    const { thread, started } = threads({ minWork: 200_000 })
    const engine = createEngine(store, DEFAULT_ENGINE_OPTIONS, undefined, thread)
    await outcome(engine, 'temp{copy="1"}')
    expect(started.length).toBe(0)
  })

  test('ends when nobody has wanted it for a while, and with the product', async () => {
    const { store } = await storeOf(seededRandom(1))
    const { thread, started, clock, count } = threads()
    const engine = createEngine(store, DEFAULT_ENGINE_OPTIONS, undefined, thread)
    const ended = (worker: Worker | undefined): Promise<unknown> =>
      new Promise((resolve) => worker?.once('exit', resolve))
    await outcome(engine, 'temp')
    const first = ended(started[0])
    await clock.advance(10 * MINUTE_MS)
    await first
    await outcome(engine, 'temp')
    const second = ended(started[1])
    await thread.stop()
    await second
    await outcome(engine, 'temp')
    expect(started.length).toBe(2)
    expect(count('tetrascope_query_thread_failures_total')).toBe(0)
  })

  test('computes nothing of a query whose operators are measured', async () => {
    const { store } = await storeOf(seededRandom(1))
    const { thread, started } = threads({ takesAll: true })
    const times = { startMs: NOW_MS - 40 * MINUTE_MS, endMs: NOW_MS, stepMs: 30_000 }
    const query = 'sum(rate(requests_total[5m]))'
    const expected = await createEngine(store).explain(query, times)
    const explained = await createEngine(store, DEFAULT_ENGINE_OPTIONS, undefined, thread).explain(query, times)
    const counted = (report: OperatorReport): unknown => [
      report.operator,
      report.series,
      report.samples,
      report.inputs.map(counted),
    ]
    expect(explained.operators.map(counted)).toEqual(expected.operators.map(counted))
    expect(explained.samplesTouched).toBe(expected.samplesTouched)
    expect(started.length).toBe(0)
  })
})
