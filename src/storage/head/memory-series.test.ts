import * as fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { Labels } from '../../model/labels.ts'
import { ChunkArena } from './chunk-arena.ts'
import { MemorySeries } from './memory-series.ts'
import { SampleColumns } from '../packing/sample-columns.ts'
import { SampleSlots } from './sample-slots.ts'

interface Written {
  readonly timestampMs: number
  readonly value: number
  readonly stale: number
}

const samples = fc.record({
  timestampMs: fc.oneof(fc.nat({ max: 400 }), fc.nat({ max: 5e9 })),
  value: fc.oneof(fc.double(), fc.nat({ max: 100 })),
  stale: fc.constantFrom(0, 0, 0, 1),
})
/** Mostly ascending, as real senders are, with some that come late or twice. */
const ascending = fc
  .array(
    fc.record({
      back: fc.constantFrom(0, 0, 0, 0, 0, 0, 1, 5, 200),
      value: fc.nat(),
      stale: fc.constantFrom(0, 0, 0, 1),
    }),
    {
      maxLength: 600,
    },
  )
  .map((steps) =>
    steps.map(({ back, value, stale }, i) => ({ timestampMs: (i - Math.min(back, i)) * 10, value, stale })),
  )
const history = fc.oneof(fc.array(samples, { maxLength: 300 }), ascending)
const ranges = fc
  .tuple(fc.nat({ max: 6000 }), fc.nat({ max: 6000 }))
  .map(([a, b]) => ({ minMs: Math.min(a, b), maxMs: Math.max(a, b) }))
const ALL = { minMs: -Infinity, maxMs: Infinity }

function newSeries(memory = { arena: new ChunkArena(), slots: new SampleSlots() }): MemorySeries {
  return new MemorySeries(7, Labels.from({ __name__: 'x' }), memory)
}

function write(series: MemorySeries, samples: readonly Written[]): void {
  for (const { timestampMs, value, stale } of samples) series.append(timestampMs, value, stale)
}

/** What a series must hold: by time, the last value written. */
function model(samples: readonly Written[]): Written[] {
  const byTime = new Map(samples.map((sample) => [sample.timestampMs, sample]))
  return [...byTime.values()].sort((a, b) => a.timestampMs - b.timestampMs)
}

function within(samples: readonly Written[], { minMs, maxMs }: { minMs: number; maxMs: number }): Written[] {
  return samples.filter(({ timestampMs }) => timestampMs >= minMs && timestampMs <= maxMs)
}

function read(series: MemorySeries, range: { minMs: number; maxMs: number }): Written[] {
  const columns = new SampleColumns(3 + series.countAtMost(range))
  const { from, end, stale } = series.read(range, columns, 3)
  const result = Array.from({ length: end - from }, (_, i) => ({
    timestampMs: columns.timestampsMs[from + i] ?? 0,
    value: columns.values[from + i] ?? 0,
    stale: columns.stale[from + i] ?? 0,
  }))
  expect(stale).toBe(result.some((sample) => sample.stale === 1))
  // Nothing is left behind where the next series will be decoded.
  expect(columns.stale.subarray(0, from).includes(1)).toBe(false)
  expect(columns.stale.subarray(end).includes(1)).toBe(false)
  return result
}

/** A stale marker's value means nothing. */
function comparable(samples: readonly Written[]): Written[] {
  return samples.map((sample) => (sample.stale === 1 ? { ...sample, value: NaN } : sample))
}

describe('a series of the head', () => {
  test('holds what was written, whatever the order', () => {
    fc.assert(
      fc.property(history, ranges, (samples, range) => {
        const series = newSeries()
        write(series, samples)
        const expected = comparable(model(samples))
        expect(comparable(read(series, ALL))).toEqual(expected)
        expect(comparable(read(series, range))).toEqual(within(expected, range))
        expect(series.hasSampleIn(range)).toBe(within(expected, range).length > 0)
        expect(series.maxMs).toBe(expected.at(-1)?.timestampMs ?? -Infinity)
      }),
    )
  })

  test('goes on correctly after being read in between', () => {
    fc.assert(
      fc.property(history, history, (first, second) => {
        const series = newSeries()
        write(series, first)
        read(series, ALL)
        write(series, second)
        expect(comparable(read(series, ALL))).toEqual(comparable(model([...first, ...second])))
      }),
    )
  })

  test('forgets a range and keeps the rest', () => {
    fc.assert(
      fc.property(history, ranges, history, (samples, range, later) => {
        const series = newSeries()
        write(series, samples)
        series.delete(range)
        const kept = model(samples).filter(({ timestampMs }) => timestampMs < range.minMs || timestampMs > range.maxMs)
        expect(comparable(read(series, ALL))).toEqual(comparable(kept))
        write(series, later)
        expect(comparable(read(series, ALL))).toEqual(comparable(model([...kept, ...later])))
      }),
    )
  })

  test('keeps everything from the edge on when it is truncated', () => {
    fc.assert(
      fc.property(history, fc.nat({ max: 6000 }), (samples, minMs) => {
        const series = newSeries()
        write(series, samples)
        series.truncate(minMs)
        const newer = { minMs, maxMs: Infinity }
        expect(comparable(read(series, newer))).toEqual(within(comparable(model(samples)), newer))
      }),
    )
  })

  test('says of each sample whether it is new, late or known', () => {
    const series = newSeries()
    expect([10, 20, 30, 20, 15].map((timestampMs) => series.append(timestampMs, 1, 0))).toEqual([
      'appended',
      'appended',
      'appended',
      'replaced',
      'late',
    ])
  })
})

describe('the memory of series', () => {
  test('is used again after series have ended', () => {
    const memory = { arena: new ChunkArena(), slots: new SampleSlots() }
    const sizes = Array.from({ length: 4 }, (_, round) => {
      const series = Array.from({ length: 500 }, () => newSeries(memory))
      for (const one of series) {
        for (let i = 0; i < 300; i++) one.append(round * 1e6 + i * 1000, Math.sin(i), 0)
      }
      const sizeBytes = memory.arena.sizeBytes + memory.slots.sizeBytes
      for (const one of series) one.end()
      return sizeBytes
    })
    expect(Math.max(...sizes)).toBeLessThan(1.3 * (sizes[0] ?? 0))
  })

  test('is not held by a few old chunks among many that are gone', () => {
    const memory = { arena: new ChunkArena(), slots: new SampleSlots() }
    const busy = Array.from({ length: 200 }, () => newSeries(memory))
    const slow = newSeries(memory)
    for (let i = 0; i < 6400; i++) {
      for (const one of busy) one.append(i, Math.sin(i), 0)
      if (i % 100 === 0) slow.append(i, i, 0)
    }
    const before = memory.arena.sizeBytes
    for (const one of busy) one.end()
    slow.truncate(0)
    expect(memory.arena.sizeBytes).toBeLessThan(before / 10)
    expect(read(slow, ALL)).toHaveLength(64)
  })
})
