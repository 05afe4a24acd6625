import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import { Labels } from '../../model/labels.ts'
import type { Series } from '../../model/series.ts'
import { ChunkArena } from '../head/chunk-arena.ts'
import { MemorySeries } from '../head/memory-series.ts'
import { SampleSlots } from '../head/sample-slots.ts'
import type { TimeRange } from '../sample-store.ts'
import { readPacked } from './packed-series.ts'
import { cutSeries } from './read-samples.ts'
import { SampleColumns } from './sample-columns.ts'

const DAY_MS = 86_400_000
const ROOM = 1 << 14

const values = fc.oneof(fc.integer({ min: -1000, max: 1000 }), fc.double(), fc.constantFrom(0, -0, 0.1, 1e300))
const samples = fc.array(
  fc.record({
    timeMs: fc.oneof(
      fc.integer({ min: 0, max: 400 }).map((step) => step * 15_000),
      fc.integer({ min: 0, max: 40 * DAY_MS }),
    ),
    value: values,
    isStale: fc.integer({ min: 0, max: 20 }).map((n) => n === 0),
  }),
  { maxLength: 400 },
)
const ranges = fc.tuple(fc.integer({ min: -1, max: 420 }), fc.integer({ min: -1, max: 420 }))

function seriesOf(
  all: ReadonlyArray<{ readonly timeMs: number; readonly value: number; readonly isStale: boolean }>,
): MemorySeries {
  const series = new MemorySeries(1, Labels.from({ __name__: 'up' }), {
    arena: new ChunkArena(),
    slots: new SampleSlots(),
  })
  for (const { timeMs, value, isStale } of all) series.append(timeMs, isStale ? NaN : value, isStale ? 1 : 0)
  return series
}

function shown({ timestampsMs, values: all, stale }: Series): unknown {
  return [...timestampsMs].map((timeMs, i) => [timeMs, stale?.[i] === 1 ? 'stale' : all[i]])
}

function readHere(series: MemorySeries, range: TimeRange): Series {
  const columns = new SampleColumns(1)
  return cutSeries(columns, series.labels, series.read(range, columns, 0))
}

test('what was packed and unpacked elsewhere is what the series itself reads', () => {
  fc.assert(
    fc.property(samples, ranges, fc.nat({ max: 50 }), (all, [a, b], at) => {
      const series = seriesOf(all)
      const range = { minMs: Math.min(a, b) * 15_000, maxMs: Math.max(a, b) * 15_000 }
      const words = new Uint32Array(new SharedArrayBuffer(4 * ROOM))
      const end = series.pack(range, words, at)
      expect(end).toBeGreaterThan(at)
      const columns = new SampleColumns(1)
      const unpacked = cutSeries(columns, series.labels, readPacked(words, at, columns, range))
      expect(shown(unpacked)).toEqual(shown(readHere(series, range)))
      // Room that is to be used again is left without flags.
      expect(columns.stale.includes(1)).toBe(false)
    }),
  )
})

test('where the room is too small it says so, whatever the size, and writes nothing behind it', () => {
  const series = seriesOf(
    Array.from({ length: 300 }, (_, i) => ({ timeMs: i * 15_000, value: Math.sqrt(i), isStale: i === 299 })),
  )
  const range = { minMs: 0, maxMs: DAY_MS }
  const needed = series.pack(range, new Uint32Array(ROOM), 0)
  for (let room = 0; room < needed; room++) {
    const words = new Uint32Array(needed)
    expect(series.pack(range, words.subarray(0, room), 0)).toBe(-1)
    expect(words.subarray(room).every((word) => word === 0)).toBe(true)
  }
  expect(series.pack(range, new Uint32Array(needed), 0)).toBe(needed)
})
