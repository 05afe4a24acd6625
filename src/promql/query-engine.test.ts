import { beforeEach, describe, expect, test } from 'vitest'
import { Labels } from '../model/labels.ts'
import { SampleBatchBuilder } from '../model/sample.ts'
import type { Series } from '../model/series.ts'
import type { SampleReader } from '../storage/sample-store.ts'
import { MemorySampleStore } from '../storage/memory/memory-sample-store.ts'
import { systemClock } from '../util/clock.ts'
import { ManualClock } from '../util/manual-clock.ts'
import type { EngineOptions } from './engine.ts'
import { ExecutionError, ParseError, QueryCanceledError, QueryTimeoutError } from './errors.ts'
import { createEngine, DEFAULT_ENGINE_OPTIONS } from './query-engine.ts'
import type { QueryValue } from './value.ts'

const MINUTE = 60_000

/** `requests_total` of two models and two hosts, growing by 1 to 4 a minute from 0 to 30 minutes. */
async function store(): Promise<MemorySampleStore> {
  const batch = new SampleBatchBuilder()
  ;['a', 'b'].forEach((model, i) => {
    ;['x', 'y'].forEach((host, j) => {
      const labels = Labels.from({ __name__: 'requests_total', model, host })
      for (let minute = 0; minute <= 30; minute++) batch.add(labels, minute * MINUTE, minute * (1 + i * 2 + j))
    })
  })
  const samples = new MemorySampleStore()
  await samples.write(batch.build())
  return samples
}

function readable(value: QueryValue): Record<string, number | number[]> {
  switch (value.type) {
    case 'scalar':
      return { scalar: value.value }
    case 'string':
      return {}
    case 'vector':
      return Object.fromEntries(value.samples.map((sample) => [sample.labels.toString(), sample.value]))
    case 'matrix':
      return Object.fromEntries(value.series.map((series) => [series.labels.toString(), [...series.values]]))
  }
}

describe('a query', () => {
  let samples: SampleReader
  beforeEach(async () => {
    samples = await store()
  })

  test('at one time gives a vector at that time', async () => {
    const { value } = await createEngine(samples).instant('sum by (model) (requests_total)', 10.5 * MINUTE)
    expect(readable(value)).toEqual({ '{model="a"}': 30, '{model="b"}': 70 })
    expect(value.type === 'vector' && value.samples[0]?.timestampMs).toBe(10.5 * MINUTE)
  })

  test('over a range gives series sorted by labels', async () => {
    const { value } = await createEngine(samples).range(
      'rate(requests_total{host="x"}[5m]) * 60',
      10 * MINUTE,
      12 * MINUTE,
      MINUTE,
    )
    expect(readable(value)).toEqual({ '{host="x", model="a"}': [1, 1, 1], '{host="x", model="b"}': [3, 3, 3] })
  })

  test('of a scalar over a range gives one series without labels', async () => {
    const { value } = await createEngine(samples).range('time() / 60', 0, 2 * MINUTE, MINUTE)
    expect(readable(value)).toEqual({ '{}': [0, 1, 2] })
  })

  test('of a range vector gives its samples', async () => {
    const { value } = await createEngine(samples).instant('requests_total{host="x",model="a"}[3m]', 10 * MINUTE)
    expect(readable(value)).toEqual({ 'requests_total{host="x", model="a"}': [8, 9, 10] })
  })

  test('of a range vector cannot have steps', async () => {
    const range = createEngine(samples).range('requests_total[3m]', 0, MINUTE, MINUTE)
    await expect(range).rejects.toThrow(ParseError)
    await expect(range).rejects.toThrow(
      'invalid expression type "range vector" for range query, must be Scalar or instant Vector',
    )
  })

  test('keeps the order of a sort and of topk', async () => {
    const engine = createEngine(samples)
    const order = async (query: string): Promise<string[]> =>
      Object.keys(readable((await engine.instant(query, 10 * MINUTE)).value))
    const ascending = await order('sort(sum by (host, model) (requests_total))')
    expect(ascending).toEqual([
      '{host="x", model="a"}',
      '{host="y", model="a"}',
      '{host="x", model="b"}',
      '{host="y", model="b"}',
    ])
    expect(await order('topk(2, sum by (host, model) (requests_total))')).toEqual(ascending.toReversed().slice(0, 2))
  })

  test('says where a warning belongs, in columns of bytes', async () => {
    const { warnings } = await createEngine(samples).instant(
      'label_replace(x, "ä", "", "", "")\n + quantile(7, requests_total)',
      MINUTE,
    )
    expect(warnings).toEqual(['PromQL warning: quantile value should be between 0 and 1, got 7 (2:13)'])
  })

  test('merges what has lost its name, or refuses it', async () => {
    const batch = new SampleBatchBuilder()
    batch.add(Labels.from({ __name__: 'old', a: '1' }), MINUTE, 1)
    batch.addStale(Labels.from({ __name__: 'old', a: '1' }), 2 * MINUTE)
    batch.add(Labels.from({ __name__: 'new', a: '1' }), 2 * MINUTE, 2)
    const renamed = new MemorySampleStore()
    await renamed.write(batch.build())
    const { value } = await createEngine(renamed).range('abs({__name__=~"old|new"})', MINUTE, 2 * MINUTE, MINUTE)
    expect(readable(value)).toEqual({ '{a="1"}': [1, 2] })
    await expect(
      createEngine(renamed).instant('count_over_time({__name__=~"old|new"}[5m])', 2 * MINUTE),
    ).rejects.toThrow('vector cannot contain metrics with the same labelset')
  })

  test('compares series when a type label goes with the name', async () => {
    const batch = new SampleBatchBuilder()
    batch.add(Labels.from({ __name__: 'x', __type__: 'gauge' }), MINUTE, 1)
    batch.add(Labels.from({ __name__: 'x', __type__: 'counter' }), MINUTE, 2)
    const typed = new MemorySampleStore()
    await typed.write(batch.build())
    await expect(createEngine(typed).instant('-x', MINUTE)).rejects.toThrow(
      'vector cannot contain metrics with the same labelset',
    )
  })
})

describe('limits', () => {
  const withOptions = async (options: Partial<EngineOptions>) =>
    createEngine(await store(), { ...DEFAULT_ENGINE_OPTIONS, ...options })

  test('of samples held in memory', async () => {
    const engine = await withOptions({ maxSamples: 10 })
    await expect(engine.range('requests_total', 0, 30 * MINUTE, MINUTE)).rejects.toThrow(
      new ExecutionError('query processing would load too many samples into memory in query execution'),
    )
    await expect(engine.instant('requests_total', MINUTE)).resolves.toBeDefined()
  })

  test('of steps', async () => {
    const engine = await withOptions({ maxPoints: 11_000 })
    await expect(engine.range('1', 0, 11_000_000, 1_000)).resolves.toBeDefined()
    await expect(engine.range('1', 0, 11_001_000, 1_000)).rejects.toThrow(
      'exceeded maximum resolution of 11,000 points per timeseries. Try decreasing the query resolution (?step=XX)',
    )
  })
})

/** A store that gives its blocks when told to. */
class SlowReader extends MemorySampleStore {
  readonly #release: Array<() => void> = []

  get waiting(): number {
    return this.#release.length
  }

  /** Lets the select that waits longest go on. */
  release(): void {
    this.#release.shift()?.()
  }

  override async *select(...args: Parameters<MemorySampleStore['select']>): AsyncIterable<readonly Series[]> {
    const signal = args[3]?.signal
    await new Promise<void>((resolve) => {
      this.#release.push(resolve)
      signal?.addEventListener('abort', () => resolve())
    })
    yield* super.select(...args)
  }
}

describe('a query that takes long', () => {
  test('ends when its time is over', async () => {
    const clock = new ManualClock()
    const time = { clock, now: () => clock.now() }
    const engine = createEngine(new SlowReader(), { ...DEFAULT_ENGINE_OPTIONS, timeoutMs: 5_000 }, time)
    const query = engine.instant('x', 0)
    const ended = expect(query).rejects.toThrow(new QueryTimeoutError('expression evaluation'))
    await clock.advance(5_000)
    await ended
  })

  test('ends when its client goes away', async () => {
    const client = new AbortController()
    const query = createEngine(new SlowReader()).instant('x', 0, { signal: client.signal })
    const ended = expect(query).rejects.toThrow(new QueryCanceledError('expression evaluation'))
    client.abort()
    await ended
  })

  test('makes others wait when all places are taken', async () => {
    const reader = new SlowReader()
    const engine = createEngine(reader, { ...DEFAULT_ENGINE_OPTIONS, maxConcurrency: 1 })
    const first = engine.instant('x', 0)
    const second = engine.instant('x', 0)
    await Promise.resolve()
    expect(reader.waiting).toBe(1)
    reader.release()
    await first
    expect(reader.waiting).toBe(1)
    reader.release()
    await second
  })

  test('leaves the queue when its client goes away', async () => {
    const reader = new SlowReader()
    const engine = createEngine(reader, { ...DEFAULT_ENGINE_OPTIONS, maxConcurrency: 1 })
    const first = engine.instant('x', 0)
    const client = new AbortController()
    const second = expect(engine.instant('x', 0, { signal: client.signal })).rejects.toThrow(
      new QueryCanceledError('query queue'),
    )
    client.abort()
    await second
    reader.release()
    await first
  })

  test.each([
    'sum(x)',
    'abs(x)',
    'topk(5, x)',
    'limitk(5, x)',
    'limit_ratio(0.5, x)',
    'quantile(0.5, x)',
    'x + x',
    'x and x',
    'x or x',
    'sort(x)',
    'sum_over_time(x[5m])',
    'max_over_time(x[5m:1m])',
    'label_replace(x, "j", "$1", "i", "(.*)")',
  ])('lets the event loop run between the series of %s', async (query) => {
    const seriesCount = 50
    const batch = new SampleBatchBuilder()
    for (let i = 0; i < seriesCount; i++) batch.add(Labels.from({ __name__: 'x', i: String(i) }), 0, i)
    const samples = new MemorySampleStore()
    await samples.write(batch.build())
    // A clock on which every look costs 10 ms: the query should rest after every second series at each stage.
    let now = 0
    const engine = createEngine(samples, DEFAULT_ENGINE_OPTIONS, { clock: systemClock, now: () => (now += 10) })
    let turns = 0
    const count = (): void => {
      turns++
      handle = setImmediate(count)
    }
    let handle = setImmediate(count)
    await engine.range(query, 0, 120_000, 60_000)
    clearImmediate(handle)
    expect(turns).toBeGreaterThanOrEqual(seriesCount / 2)
  })
})

describe('a query for one series whose windows hold very many samples', () => {
  const SECOND = 1_000
  const RANGE = { startMs: 5_000 * SECOND, endMs: 6_000 * SECOND, stepMs: SECOND }

  async function longSeries(): Promise<MemorySampleStore> {
    const batch = new SampleBatchBuilder()
    // Falls now and then, as a counter of a process that starts anew.
    for (let i = 0; i <= 6_000; i++) batch.add(Labels.from({ __name__: 'x' }), i * SECOND, (i * 37) % 1_001)
    const samples = new MemorySampleStore()
    await samples.write(batch.build())
    return samples
  }

  test.each([
    'stddev_over_time(x[5000s])',
    'quantile_over_time(0.9, x[5000s])',
    'rate(x[5000s])',
    'increase(x[5000s] anchored)',
    'max_over_time(x[5000s:1s])',
  ])('lets the event loop run between the windows of %s', async (query) => {
    const samples = await longSeries()
    // A clock on which every look costs 10 ms: the query should rest after every second look.
    let now = 0
    const engine = createEngine(samples, DEFAULT_ENGINE_OPTIONS, { clock: systemClock, now: () => (now += 10) })
    let turns = 0
    const count = (): void => {
      turns++
      handle = setImmediate(count)
    }
    let handle = setImmediate(count)
    const { value } = await engine.range(query, RANGE.startMs, RANGE.endMs, RANGE.stepMs)
    clearImmediate(handle)
    // 5 million samples, half a million in one go.
    expect(turns).toBeGreaterThanOrEqual(5)
    const values = value.type === 'matrix' ? value.series[0]?.values : undefined
    for (const step of [0, 123, 1_000]) {
      const alone = await engine.instant(query, RANGE.startMs + step * SECOND)
      expect(alone.value).toMatchObject({ samples: [{ value: values?.[step] }] })
    }
  })
})

test('explain tells what each operator read and gave', async () => {
  let now = 0
  const engine = createEngine(await store(), DEFAULT_ENGINE_OPTIONS, { clock: systemClock, now: () => now++ })
  const explanation = await engine.explain('sum by (model) (rate(requests_total[5m])) > 0', {
    startMs: 10 * MINUTE,
    endMs: 12 * MINUTE,
    stepMs: MINUTE,
  })
  expect(explanation.plan).toBe(
    [
      'vector-scalar >',
      '  aggregate sum by (model)',
      '    range-function rate',
      '      range-selector {__name__="requests_total"}[5m]',
      '  number 0',
    ].join('\n'),
  )
  expect(explanation).toMatchObject({ seriesTouched: 4, samplesTouched: 28 })
  expect(explanation.operators).toMatchObject([
    {
      operator: 'vector-scalar >',
      series: 2,
      samples: 6,
      inputs: [
        {
          operator: 'aggregate sum by (model)',
          series: 2,
          inputs: [{ operator: 'range-function rate', series: 4, samples: 12, inputs: [{ series: 4, samples: 28 }] }],
        },
      ],
    },
  ])
})
