import * as fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import type { Histogram } from '../../model/histogram.ts'
import { Labels } from '../../model/labels.ts'
import { Matcher } from '../../model/matcher.ts'
import { type SampleBatch, SampleBatchBuilder } from '../../model/sample.ts'
import type { Series } from '../../model/series.ts'
import { InstrumentRegistry } from '../../telemetry/instruments.ts'
import { ManualClock } from '../../util/manual-clock.ts'
import { MemorySampleStore } from '../memory/memory-sample-store.ts'
import type { SampleReader, SelectHints, TimeRange } from '../sample-store.ts'
import { StoreUnavailableError } from '../store.ts'
import { createHeadSampleStore, type HeadSampleStore } from './head-sample-store.ts'

const MINUTE_MS = 60_000
const T0 = 1_700_000_000_000
const HINTS: SelectHints = { func: '', rangeMs: 0, stepMs: 0 }
const EVERYTHING: TimeRange = { minMs: 0, maxMs: Number.MAX_SAFE_INTEGER }
const UP = new Matcher('__name__', '=', 'up')

interface Sent {
  readonly instance: string
  /** Minutes before now, negative for clocks that run ahead. */
  readonly age: number
  readonly value: number
  readonly stale: boolean
}

/** What happens to a server: samples arrive, time passes, it is asked, it is restarted, samples are deleted. */
type Step =
  | { readonly kind: 'write'; readonly samples: readonly Sent[] }
  | { readonly kind: 'wait'; readonly minutes: number }
  | { readonly kind: 'ask'; readonly minutes: readonly [number, number] }
  | { readonly kind: 'restart' }
  | { readonly kind: 'delete'; readonly minutes: readonly [number, number] }

const ages = fc.oneof(fc.constantFrom(0, 0.25, 0.5, 0.75), fc.integer({ min: -5, max: 300 }))
const steps: fc.Arbitrary<Step[]> = fc.array(
  fc.oneof(
    {
      weight: 5,
      arbitrary: fc.record({
        kind: fc.constant('write' as const),
        samples: fc.array(
          fc.record({
            instance: fc.constantFrom('a', 'b', 'c', 'd'),
            age: ages,
            value: fc.nat({ max: 50 }),
            stale: fc.constantFrom(false, false, true),
          }),
          { maxLength: 60 },
        ),
      }),
    },
    { weight: 2, arbitrary: fc.record({ kind: fc.constant('wait' as const), minutes: fc.nat({ max: 90 }) }) },
    { weight: 3, arbitrary: fc.record({ kind: fc.constant('ask' as const), minutes: fc.tuple(ages, ages) }) },
    { weight: 1, arbitrary: fc.record({ kind: fc.constant('restart' as const) }) },
    { weight: 1, arbitrary: fc.record({ kind: fc.constant('delete' as const), minutes: fc.tuple(ages, ages) }) },
  ),
  { maxLength: 25 },
)

function batchOf(samples: readonly Sent[], nowMs: number): SampleBatch {
  const builder = new SampleBatchBuilder()
  for (const { instance, age, value, stale } of samples) {
    const labels = Labels.from({ __name__: 'up', instance })
    if (stale) builder.addStale(labels, nowMs - age * MINUTE_MS)
    else builder.add(labels, nowMs - age * MINUTE_MS, value)
  }
  return builder.build()
}

function rangeOf([a, b]: readonly [number, number], nowMs: number): TimeRange {
  return { minMs: nowMs - Math.max(a, b) * MINUTE_MS, maxMs: nowMs - Math.min(a, b) * MINUTE_MS }
}

/** Everything that a reader can say about the range, in an order of its own; also that each series occurs once. */
async function answers(reader: SampleReader, range: TimeRange): Promise<unknown> {
  const series = new Map<string, unknown>()
  for await (const block of reader.select([UP], range, HINTS)) {
    for (const { labels, timestampsMs, values, stale } of block) {
      expect(series.has(labels.key)).toBe(false)
      // The arrays are only lent; and a stale marker's value means nothing.
      const samples = [...timestampsMs].map((timestampMs, i) => [timestampMs, stale?.[i] === 1 ? 'stale' : values[i]])
      series.set(labels.key, { labels: labels.toString(), samples })
    }
  }
  return {
    select: [...series].sort(([a], [b]) => a.localeCompare(b)),
    series: (await reader.series([[UP]], range)).map(String).sort(),
    names: await reader.labelNames([], range),
    namesOfUp: await reader.labelNames([[UP]], range),
    instances: await reader.labelValues('instance', [], range),
    instancesOfUp: await reader.labelValues('instance', [[UP], [new Matcher('instance', '=~', 'a|b')]], range),
  }
}

async function started(backing: MemorySampleStore, clock: ManualClock, maxSizeBytes = 1e9): Promise<HeadSampleStore> {
  const store = createHeadSampleStore({ backing, clock, instruments: new InstrumentRegistry(), maxSizeBytes })
  await store.start()
  return store
}

async function live(steps: readonly Step[], maxSizeBytes?: number): Promise<void> {
  const [backing, clock] = [new MemorySampleStore(), new ManualClock(T0)]
  let store = await started(backing, clock, maxSizeBytes)
  for (const step of steps) {
    switch (step.kind) {
      case 'write':
        await store.write(batchOf(step.samples, clock.now()))
        break
      case 'wait':
        await clock.advance(step.minutes * MINUTE_MS)
        break
      case 'ask': {
        const range = rangeOf(step.minutes, clock.now())
        expect(await answers(store, range)).toEqual(await answers(backing, range))
        break
      }
      case 'restart':
        store.stop()
        store = await started(backing, clock, maxSizeBytes)
        break
      case 'delete':
        await store.deleteSamples([[new Matcher('instance', '=', 'a')]], rangeOf(step.minutes, clock.now()))
        break
    }
  }
  expect(await answers(store, EVERYTHING)).toEqual(await answers(backing, EVERYTHING))
}

class ReluctantStore extends MemorySampleStore {
  readable = true

  override async *select(matchers: readonly Matcher[], range: TimeRange): AsyncIterable<readonly Series[]> {
    if (!this.readable) throw new StoreUnavailableError('not now')
    yield* super.select(matchers, range, HINTS)
  }
}

function batchAt(timeMs: number): SampleBatch {
  const builder = new SampleBatchBuilder()
  builder.add(Labels.from({ __name__: 'up' }), timeMs, 1)
  return builder.build()
}

const EVERY_UP = new Matcher('__name__', '=', 'up')

/** How often others have the event loop while the work is done. */
async function turnsDuring(work: () => Promise<void>): Promise<number> {
  let turns = 0
  let isWorking = true
  const count = (): void => {
    turns++
    if (isWorking) setImmediate(count)
  }
  setImmediate(count)
  await work()
  isWorking = false
  return turns
}

describe('a store with the newest hours in memory', () => {
  test('answers as the store behind it, whatever happens', async () => {
    await fc.assert(
      fc.asyncProperty(steps, (steps) => live(steps)),
      { numRuns: 150 },
    )
  })

  test('answers as the store behind it also when it has no room', async () => {
    await fc.assert(
      fc.asyncProperty(steps, (steps) => live(steps, 1)),
      { numRuns: 30 },
    )
  })

  test('lets others have their turn while many series come, are counted and go', async () => {
    const store = createHeadSampleStore({
      backing: new MemorySampleStore(),
      clock: new ManualClock(T0),
      instruments: new InstrumentRegistry(),
    })
    await store.start()
    const batch = new SampleBatchBuilder()
    for (let i = 0; i < 20_000; i++) batch.add(Labels.from({ __name__: 'up', instance: String(i) }), T0, i)
    expect(await turnsDuring(() => store.write(batch.build()))).toBeGreaterThan(8)
    const counted = turnsDuring(async () => expect((await store.cardinality(1)).seriesCount).toBe(20_000))
    expect(await counted).toBeGreaterThan(8)
    const everything = { minMs: 0, maxMs: T0 }
    expect(await turnsDuring(() => store.deleteSamples([[EVERY_UP]], everything))).toBeGreaterThan(8)
    expect((await store.cardinality(1)).seriesCount).toBe(0)
  })

  test('answers the newest hours without the store behind it', async () => {
    const [backing, clock] = [new MemorySampleStore(), new ManualClock(T0)]
    const store = await started(backing, clock)
    await store.write(batchOf([{ instance: 'a', age: 0, value: 1, stale: false }], T0))
    backing.select = () => {
      throw new Error('asked the store behind')
    }
    expect(await answers(store, { minMs: T0 - MINUTE_MS, maxMs: T0 })).toMatchObject({
      select: [[expect.anything(), { samples: [[T0, 1]] }]],
    })
  })

  test('of a new store, answers the whole window without it: what is sent may be older than the start', async () => {
    const backing = new MemorySampleStore()
    const store = createHeadSampleStore({ backing, clock: new ManualClock(T0), instruments: new InstrumentRegistry() })
    await store.start()
    const hourAgoMs = T0 - 60 * MINUTE_MS
    await store.write(batchAt(hourAgoMs))
    await backing.deleteSamples([], EVERYTHING)
    const range = { minMs: hourAgoMs, maxMs: T0 }
    expect(await store.series([[UP]], range)).toHaveLength(1)
    store.stop()
  })

  test('shows nothing that was not committed', async () => {
    const [backing, clock] = [new MemorySampleStore(), new ManualClock(T0)]
    const store = await started(backing, clock)
    backing.write = () => Promise.reject(new StoreUnavailableError('disk full'))
    await expect(store.write(batchOf([{ instance: 'a', age: 0, value: 1, stale: false }], T0))).rejects.toThrow(
      'disk full',
    )
    expect(await answers(store, EVERYTHING)).toMatchObject({ select: [], series: [] })
  })

  test('starts cold, and answers correctly, when the store behind it cannot be read', async () => {
    const [backing, clock] = [new ReluctantStore(), new ManualClock(T0)]
    await backing.write(batchOf([{ instance: 'a', age: 2, value: 1, stale: false }], T0))
    backing.readable = false
    const store = await started(backing, clock)
    backing.readable = true
    await store.write(batchOf([{ instance: 'a', age: 0, value: 2, stale: false }], T0))
    await clock.advance(30 * MINUTE_MS)
    await store.write(batchOf([{ instance: 'a', age: 0, value: 3, stale: false }], clock.now()))
    expect(await answers(store, EVERYTHING)).toEqual(await answers(backing, EVERYTHING))
  })

  test('leaves native histograms to the store behind it', async () => {
    const [backing, clock] = [new MemorySampleStore(), new ManualClock(T0)]
    const store = await started(backing, clock)
    const plain = batchOf([{ instance: 'a', age: 0, value: 1, stale: false }], T0)
    await store.write({ ...plain, histograms: new Map([[0, { schema: 3 } as Histogram]]) })
    for await (const block of store.select([UP], EVERYTHING, HINTS))
      expect(block[0]?.histograms?.get(0)?.schema).toBe(3)
  })

  test('stops reading when the read is given up', async () => {
    const store = await started(new MemorySampleStore(), new ManualClock(T0))
    await store.write(batchOf([{ instance: 'a', age: 0, value: 1, stale: false }], T0))
    const signal = AbortSignal.abort(new Error('client went away'))
    const givenUp = { signal, throwIfAborted: () => signal.throwIfAborted() }
    const read = async (): Promise<void> => {
      for await (const _ of store.select([UP], EVERYTHING, HINTS, givenUp));
    }
    await expect(read()).rejects.toThrow('client went away')
  })

  test('counts series by metric and label', async () => {
    const store = await started(new MemorySampleStore(), new ManualClock(T0))
    await store.write(
      batchOf(
        ['a', 'b'].map((instance) => ({ instance, age: 0, value: 1, stale: false })),
        T0,
      ),
    )
    expect(await store.cardinality(10)).toMatchObject({
      seriesCount: 2,
      seriesCountByMetricName: [['up', 2]],
      labelValueCountByLabelName: [
        ['instance', 2],
        ['__name__', 1],
      ],
      seriesCountByLabelPair: [
        ['__name__=up', 2],
        ['instance=a', 1],
        ['instance=b', 1],
      ],
    })
  })
})
