import * as fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { Labels } from '../../../model/labels.ts'
import type { RangeFunctionName } from '../../plan/function-names.ts'
import { Annotations } from '../annotations.ts'
import type { Samples } from '../samples.ts'
import { rangeFunction } from './range-function.ts'
import type { RangeFunction, StepValues, Windows } from './window.ts'

const POSITION = { start: 0, end: 0 }

function samplesOf(points: ReadonlyArray<readonly [timeMs: number, value: number]>): Samples {
  return {
    labels: Labels.from({ __name__: 'x_total' }),
    dropName: false,
    timestampsMs: Float64Array.from(points, ([timeMs]) => timeMs),
    values: Float64Array.from(points, ([, value]) => value),
    startTimestampsMs: null,
    length: points.length,
  }
}

function windowsOf(endsMs: readonly number[], rangeMs: number): Windows {
  const ends = Float64Array.from(endsMs)
  return { timesMs: ends, endsMs: ends, rangeMs, beforeMs: 0, afterMs: 0 }
}

interface Evaluation {
  readonly func: RangeFunctionName
  readonly endsMs: readonly number[]
  readonly rangeMs: number
  readonly args?: readonly number[]
}

function apply(compute: RangeFunction, samples: Samples, into: StepValues): void {
  compute.begin(samples)
  compute.compute(samples, { from: 0, to: into.values.length }, into)
}

/** The values at the ends; undefined where there is none. */
function evaluate({ func, endsMs, rangeMs, args = [] }: Evaluation, samples: Samples): Array<number | undefined> {
  const compute = rangeFunction({
    func,
    windows: windowsOf(endsMs, rangeMs),
    extension: 'none',
    args: args.map((arg) => new Float64Array(endsMs.length).fill(arg)),
    annotations: new Annotations(),
    firstArgument: POSITION,
  })
  const values = new Float64Array(endsMs.length)
  const present = new Uint8Array(endsMs.length)
  apply(compute, samples, { values, present })
  return Array.from(values, (value, i) => (present[i] === 1 ? value : undefined))
}

const points = fc
  .uniqueArray(fc.integer({ min: 0, max: 600 }), { minLength: 1, maxLength: 60 })
  .chain((seconds) =>
    fc.tuple(
      ...seconds
        .toSorted((a, b) => a - b)
        .map((second) => fc.tuple(fc.constant(second * 1000), fc.integer({ min: -50, max: 50 }))),
    ),
  )

const ends = fc.array(fc.integer({ min: 0, max: 700 }), { minLength: 1, maxLength: 40 }).map((seconds) => {
  return [...new Set(seconds)].sort((a, b) => a - b).map((second) => second * 1000)
})

describe('windows are open on the left and closed on the right', () => {
  test('a sample on the left end is outside, one on the right end inside', () => {
    const samples = samplesOf([
      [10_000, 1],
      [20_000, 2],
      [30_000, 4],
    ])
    expect(evaluate({ func: 'sum_over_time', endsMs: [30_000, 30_001], rangeMs: 20_000 }, samples)).toEqual([6, 6])
    expect(evaluate({ func: 'count_over_time', endsMs: [29_999], rangeMs: 10_000 }, samples)).toEqual([1])
  })

  test('a window without samples has no value', () => {
    expect(
      evaluate({ func: 'count_over_time', endsMs: [5_000, 10_000], rangeMs: 1_000 }, samplesOf([[10_000, 1]])),
    ).toEqual([undefined, 1])
  })
})

describe('a window that slides gives what a window alone gives', () => {
  test.each<[RangeFunctionName, readonly number[]]>([
    ['sum_over_time', []],
    ['avg_over_time', []],
    ['min_over_time', []],
    ['max_over_time', []],
    ['quantile_over_time', [0.3]],
    ['mad_over_time', []],
    ['rate', []],
    ['increase', []],
    ['delta', []],
    ['resets', []],
    ['changes', []],
    ['deriv', []],
  ])('%s', (func, args) => {
    fc.assert(
      fc.property(points, ends, fc.integer({ min: 1, max: 300 }), (values, endsMs, rangeSeconds) => {
        const samples = samplesOf(values)
        const rangeMs = rangeSeconds * 1000
        const together = evaluate({ func, endsMs, rangeMs, args }, samples)
        const alone = endsMs.flatMap((endMs) => evaluate({ func, endsMs: [endMs], rangeMs, args }, samples))
        expect(together).toEqual(alone)
      }),
    )
  })
})

describe('the largest, the smallest and the quantile of a window are those of its sorted samples', () => {
  // Counters that start anew, gauges, and now and then what is no number.
  const step = fc.oneof(
    { weight: 12, arbitrary: fc.integer({ min: 0, max: 3 }) },
    { weight: 2, arbitrary: fc.integer({ min: -9, max: -1 }) },
    { weight: 1, arbitrary: fc.constant(NaN) },
  )
  const series = fc.array(step, { minLength: 1, maxLength: 80 }).map((steps) => {
    let value = 0
    return samplesOf(steps.map((one, i) => [i * 1000, Number.isNaN(one) ? NaN : (value += one)] as const))
  })

  const sortedWindow = ({ values }: Samples, endMs: number, rangeMs: number): number[] =>
    Array.from(values.subarray(Math.max(0, (endMs - rangeMs) / 1000 + 1), endMs / 1000 + 1)).sort((a, b) => {
      if (Number.isNaN(a) || Number.isNaN(b)) return Number(Number.isNaN(b)) - Number(Number.isNaN(a))
      return a - b
    })

  test.each<[RangeFunctionName, readonly number[], (sorted: readonly number[]) => number | undefined]>([
    ['max_over_time', [], (sorted) => sorted.at(-1)],
    ['min_over_time', [], (sorted) => sorted.find((value) => !Number.isNaN(value)) ?? NaN],
    ['quantile_over_time', [0], (sorted) => sorted[0]],
    ['quantile_over_time', [0.5], (sorted) => middleOf(sorted)],
  ])('%s', (func, args, expected) => {
    fc.assert(
      fc.property(series, fc.integer({ min: 1, max: 40 }), fc.integer({ min: 1, max: 5 }), (samples, size, stride) => {
        const endsMs = Array.from({ length: Math.ceil(samples.length / stride) }, (_, i) => i * stride * 1000)
        const rangeMs = size * 1000
        const wanted = endsMs.map((endMs) => expected(sortedWindow(samples, endMs, rangeMs)))
        expect(evaluate({ func, endsMs, rangeMs, args }, samples)).toEqual(wanted)
      }),
    )
  })

  function middleOf(sorted: readonly number[]): number {
    const [lower = NaN, upper = NaN] = [sorted[(sorted.length - 1) >> 1], sorted[sorted.length >> 1]]
    return sorted.length % 2 === 1 ? lower : lower * 0.5 + upper * 0.5
  }
})

describe('rate and increase', () => {
  const everyTen = (values: readonly number[]): Samples =>
    samplesOf(values.map((value, i) => [(i + 1) * 10_000, value] as const))

  test('stretch to ends that the samples reach', () => {
    // Samples at 10, 20 ... 60 s in (0, 65]: 10 s before the first, 5 s after the last.
    const [increase] = evaluate(
      { func: 'increase', endsMs: [65_000], rangeMs: 65_000 },
      everyTen([100, 110, 120, 130, 140, 150]),
    )
    expect(increase).toBeCloseTo(65, 10)
  })

  test('stretch by half a distance where they do not', () => {
    const [increase] = evaluate({ func: 'increase', endsMs: [120_000], rangeMs: 120_000 }, everyTen([100, 110, 120]))
    expect(increase).toBeCloseTo(20 + 10 + 5, 10)
  })

  test('do not stretch a counter to before it was 0', () => {
    const [increase] = evaluate({ func: 'increase', endsMs: [35_000], rangeMs: 35_000 }, everyTen([5, 15, 25]))
    expect(increase).toBeCloseTo(30, 10)
  })

  test('take a fall for a reset', () => {
    const [increase] = evaluate({ func: 'increase', endsMs: [40_000], rangeMs: 40_000 }, everyTen([100, 110, 4, 14]))
    const [delta] = evaluate({ func: 'delta', endsMs: [40_000], rangeMs: 40_000 }, everyTen([100, 110, 4, 14]))
    expect(increase).toBeCloseTo((24 / 30) * 40, 10)
    expect(delta).toBeCloseTo((-86 / 30) * 40, 10)
  })

  test('need two samples, or one whose start is in the window', () => {
    const single = samplesOf([[30_000, 7]])
    expect(evaluate({ func: 'increase', endsMs: [40_000], rangeMs: 40_000 }, single)).toEqual([undefined])
    const started = { ...single, startTimestampsMs: Float64Array.of(10_000) }
    expect(evaluate({ func: 'increase', endsMs: [40_000], rangeMs: 40_000 }, started)).toEqual([7])
    expect(evaluate({ func: 'increase', endsMs: [40_000], rangeMs: 25_000 }, started)).toEqual([undefined])
  })

  test('are the same for series of the same times whatever was computed before', () => {
    const windows = windowsOf([30_000, 60_000, 90_000], 45_000)
    const options = {
      func: 'rate',
      windows,
      extension: 'none',
      args: [],
      annotations: new Annotations(),
      firstArgument: POSITION,
    } as const
    const shared = rangeFunction(options)
    for (const series of [
      everyTen([1, 2, 3, 4, 5, 6]),
      everyTen([9, 1, 3, 3, 8, 2]),
      samplesOf([
        [7_000, 1],
        [31_000, 5],
      ]),
      everyTen([0, 0, 0, 1, 0, 5]),
    ]) {
      const [mine, theirs] = [new Float64Array(3), new Float64Array(3)]
      const [minePresent, theirsPresent] = [new Uint8Array(3), new Uint8Array(3)]
      apply(shared, series, { values: mine, present: minePresent })
      apply(rangeFunction(options), series, { values: theirs, present: theirsPresent })
      expect(minePresent).toEqual(theirsPresent)
      expect(Array.from(mine, (value, i) => value * (minePresent[i] ?? 0))).toEqual(
        Array.from(theirs, (value, i) => value * (theirsPresent[i] ?? 0)),
      )
    }
  })
})

describe('sums', () => {
  test('lose nothing to rounding', () => {
    const samples = samplesOf([
      [1_000, 1],
      [2_000, 1e100],
      [3_000, 1],
      [4_000, -1e100],
    ])
    expect(evaluate({ func: 'sum_over_time', endsMs: [5_000], rangeMs: 10_000 }, samples)).toEqual([2])
    expect(evaluate({ func: 'avg_over_time', endsMs: [5_000], rangeMs: 10_000 }, samples)).toEqual([0.5])
  })

  test('stay infinite once they are', () => {
    const samples = samplesOf([
      [1_000, Infinity],
      [2_000, 5],
    ])
    expect(evaluate({ func: 'sum_over_time', endsMs: [5_000], rangeMs: 10_000 }, samples)).toEqual([Infinity])
  })

  test('means survive a sum that is too large', () => {
    const large = Number.MAX_VALUE
    const samples = samplesOf([
      [1_000, large],
      [2_000, large],
      [3_000, large],
    ])
    expect(evaluate({ func: 'avg_over_time', endsMs: [5_000], rangeMs: 10_000 }, samples)[0]).toBeCloseTo(large, -300)
  })
})

test('an extended range is refused by functions that it does not fit', () => {
  const call = {
    func: 'sum_over_time',
    windows: windowsOf([1], 1),
    extension: 'anchored',
    args: [],
    annotations: new Annotations(),
    firstArgument: POSITION,
  } as const
  expect(() => rangeFunction(call)).toThrow(
    'anchored modifier can only be used with: changes, delta, increase, rate, resets - not with sum_over_time',
  )
})
