import { createHash } from 'node:crypto'
import type { Worker } from 'node:worker_threads'
import { afterEach, describe, expect, test } from 'vitest'
import fastify from 'fastify'
import { queryRoutes } from '../../src/api/prometheus/query.ts'
import { Labels } from '../../src/model/labels.ts'
import type { QueryEngine } from '../../src/promql/engine.ts'
import { SecondThread, type SecondThreadOptions } from '../../src/promql/execution/second-thread/second-thread.ts'
import { DEFAULT_ENGINE_OPTIONS } from '../../src/promql/query-engine.ts'
import type { RangeSeries } from '../../src/promql/value.ts'
import { InstrumentRegistry } from '../../src/telemetry/instruments.ts'
import { silentLogger } from '../../src/telemetry/log.ts'
import { ManualClock } from '../../src/util/manual-clock.ts'
import { seededRandom } from './query-grammar.ts'

const NOW_MS = 1_700_000_000_000
const SERIES = 700
const STEPS = 250

let ended: Array<() => Promise<unknown>> = []

afterEach(async () => {
  for (const end of ended) await end()
  ended = []
})

/** Values of every kind: integers, decimals of few and of many places, and what is no number. */
function valueOf(random: () => number): number {
  const kinds = [
    () => Math.floor(random() * 1e6),
    () => -Math.floor(random() * 1e5) / 100,
    random,
    () => random() * 1e25,
    () => NaN,
    () => -0,
  ]
  return kinds[Math.floor(random() * kinds.length)]?.() ?? 0
}

/** Complete series, in between some that begin later; names that JSON has to escape. */
function seriesOf(stepMs: number): RangeSeries[] {
  const random = seededRandom(1)
  const times = Float64Array.from({ length: STEPS }, (_, step) => NOW_MS + step * stepMs)
  return Array.from({ length: SERIES }, (_, id) => {
    const from = id % 300 === 299 ? 10 : 0
    return {
      labels: Labels.from({ __name__: 'heat', id: String(id), text: id % 7 === 0 ? 'a "ü"\n' : 'plain' }),
      timestampsMs: from === 0 ? times : times.slice(from),
      values: Float64Array.from({ length: STEPS - from }, () => valueOf(random)),
      histograms: null,
    }
  })
}

interface Threads {
  readonly thread: SecondThread
  readonly started: Worker[]
  readonly blocks: () => number
}

function threads(options: Partial<SecondThreadOptions> = {}): Threads {
  const instruments = new InstrumentRegistry()
  const started: Worker[] = []
  const onStart = (worker: Worker): void => void started.push(worker)
  const clock = new ManualClock(NOW_MS)
  const thread = new SecondThread({ clock, instruments, logger: silentLogger, minWork: 0, onStart, ...options })
  ended.push(() => thread.stop())
  const blocks = (): number =>
    instruments
      .snapshot()
      .flatMap(({ samples }) => samples)
      .filter(({ labels }) => labels.get('thread') === 'second')
      .reduce((sum, { value }) => sum + value, 0)
  return { thread, started, blocks }
}

/** Answers every range query with the series. */
async function serve(series: readonly RangeSeries[], secondThread: SecondThread | undefined): Promise<string> {
  const app = fastify({ forceCloseConnections: true })
  const stats = { seriesTouched: 0, samplesTouched: 0, peakSamples: 0 }
  const result = { value: { type: 'matrix', series }, warnings: [], infos: [], stats } as const
  const engine: QueryEngine = { instant: async () => result, range: async () => result }
  const { features, maxPoints } = DEFAULT_ENGINE_OPTIONS
  queryRoutes(app, { engine, features, maxPoints, clock: new ManualClock(NOW_MS), secondThread })
  ended.push(() => app.close())
  return app.listen({ host: '127.0.0.1', port: 0 })
}

async function answerOf(url: string): Promise<Buffer> {
  const response = await fetch(`${url}/query_range?query=heat&start=0&end=1&step=1`)
  return Buffer.from(await response.arrayBuffer())
}

function digest(bytes: Buffer): string {
  return `${bytes.length} ${createHash('sha256').update(bytes).digest('hex')}`
}

/** The answer as the engine of the language would write it. */
function plainly(series: readonly RangeSeries[]): string {
  const text = (value: number): string => {
    if (Number.isNaN(value)) return 'NaN'
    return Object.is(value, -0) ? '-0' : String(value).replace(/e\+?(-?)(\d)$/, 'e$10$2')
  }
  const result = series.map(({ labels, timestampsMs, values }) => ({
    metric: labels.toObject(),
    values: [...values].map((value, i) => [(timestampsMs[i] ?? 0) / 1000, text(value)]),
  }))
  return JSON.stringify({ status: 'success', data: { resultType: 'matrix', result } })
}

describe('a large answer', () => {
  test.each([15_000, 15_001])('has the same bytes whoever writes it, at steps of %d ms', async (stepMs) => {
    const series = seriesOf(stepMs)
    const alone = await answerOf(await serve(series, undefined))
    if (stepMs % 1000 === 0) expect(alone.toString()).toBe(plainly(series))
    for (const takesAll of [true, false]) {
      const { thread, blocks } = threads({ takesAll })
      const both = await serve(series, thread)
      for (let round = 0; round < 3; round++) expect(digest(await answerOf(both))).toBe(digest(alone))
      if (takesAll) expect(blocks()).toBeGreaterThan(10)
    }
  })

  test('is written by the main thread when the other is killed', async () => {
    const series = seriesOf(15_000)
    const alone = digest(await answerOf(await serve(series, undefined)))
    const { thread, started } = threads()
    const both = await serve(series, thread)
    const answers = [answerOf(both), answerOf(both)]
    while (started.length === 0) await new Promise((resolve) => setImmediate(resolve))
    await started[0]?.terminate()
    for (const answer of answers) expect(digest(await answer)).toBe(alone)
    expect(digest(await answerOf(both))).toBe(alone)
  })

  test('that nobody reads to its end leaves the thread to the next', async () => {
    const series = seriesOf(15_000)
    const alone = digest(await answerOf(await serve(series, undefined)))
    const { thread, blocks } = threads({ takesAll: true })
    const both = await serve(series, thread)
    const gaveUp = new AbortController()
    const asked = await fetch(`${both}/query_range?query=heat&start=0&end=1&step=1`, { signal: gaveUp.signal })
    gaveUp.abort()
    await expect(asked.text()).rejects.toThrow()
    const before = blocks()
    expect(digest(await answerOf(both))).toBe(alone)
    expect(blocks()).toBeGreaterThan(before)
  })

  test('of few values is written at once', async () => {
    const { thread, started } = threads({ minWork: 200_000 })
    const series = seriesOf(15_000).slice(0, 3)
    expect((await answerOf(await serve(series, thread))).toString()).toBe(plainly(series))
    expect(started.length).toBe(0)
  })
})
