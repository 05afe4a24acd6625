import { compareLabels, type Labels } from '../../model/labels.ts'
import { formatShort } from '../parser/number.ts'
import type { InstantSample, QueryValue, RangeSeries } from '../value.ts'
import type { EvalCommand, ExpectedSeries, Point, PointGrid } from './script.ts'

/** How a result differs from what was expected, in words. */
export interface Mismatch {
  readonly expected: string
  readonly got: string
}

/** The relative difference of values that count as equal. */
const EPSILON = 1e-6
const MIN_NORMAL = 2 ** -1022

/** Compares a result with what an `eval` expects; undefined when they agree. */
export function compareResult(evaluation: EvalCommand, value: QueryValue): Mismatch | undefined {
  const { expected, ordered } = evaluation
  switch (value.type) {
    case 'string':
      return expected.kind === 'string' && expected.value === value.value
        ? undefined
        : {
            expected: expected.kind === 'string' ? JSON.stringify(expected.value) : describe(evaluation),
            got: JSON.stringify(value.value),
          }
    case 'scalar':
      return expected.kind === 'scalar' && almostEqual(expected.value, value.value)
        ? undefined
        : { expected: describe(evaluation), got: `scalar ${formatShort(value.value)}` }
    case 'vector':
      if (expected.kind !== 'series') return { expected: describe(evaluation), got: `vector ${list(value.samples)}` }
      return compareVector(expected.series, value.samples, ordered)
    case 'matrix':
      if (expected.kind !== 'series' || expected.grid === null || ordered) {
        return { expected: describe(evaluation), got: 'a matrix' }
      }
      return matrixOrder(value.series) ?? compareMatrix(expected.series, expected.grid, value.series)
  }
}

/** Whether two values agree up to rounding; NaN agrees with NaN. */
function almostEqual(a: number, b: number): boolean {
  if (Number.isNaN(a) || Number.isNaN(b)) return Number.isNaN(a) && Number.isNaN(b)
  if (a === b) return true
  const sum = Math.abs(a) + Math.abs(b)
  const difference = Math.abs(a - b)
  if (a === 0 || b === 0 || sum < MIN_NORMAL) return difference < EPSILON * MIN_NORMAL
  return difference / Math.min(sum, Number.MAX_VALUE) < EPSILON
}

/** A matrix is always sorted by labels. */
export function matrixOrder(series: readonly RangeSeries[]): Mismatch | undefined {
  for (let i = 1; i < series.length; i++) {
    const [before, after] = [series[i - 1]?.labels, series[i]?.labels]
    if (before === undefined || after === undefined || compareLabels(before, after) <= 0) continue
    return { expected: 'a matrix sorted by labels', got: `${before.toString()} before ${after.toString()}` }
  }
  return undefined
}

function compareVector(
  expected: readonly ExpectedSeries[],
  samples: readonly InstantSample[],
  ordered: boolean,
): Mismatch | undefined {
  const missing = byKey(expected)
  const known = byKey(expected)
  for (const [i, sample] of samples.entries()) {
    const wanted = known.get(sample.labels.key)
    if (wanted === undefined) return { expected: list(expected), got: `also ${list([sample])}` }
    if (ordered && wanted.place !== i + 1) {
      return {
        expected: `${wanted.labels.toString()} in place ${wanted.place}`,
        got: `${sample.labels.toString()} in place ${i + 1}`,
      }
    }
    const mismatch = compareSample(wanted, sample)
    if (mismatch !== undefined) return mismatch
    missing.delete(sample.labels.key)
  }
  return missing.size === 0
    ? undefined
    : { expected: list([...missing.values()]), got: `nothing for it in ${list(samples)}` }
}

function compareSample({ labels, points }: ExpectedSeries, sample: InstantSample): Mismatch | undefined {
  const point = points[0] ?? { kind: 'gap' }
  // Prometheus's runner takes `_` for 0 where one value is expected.
  const wanted: Point = point.kind === 'gap' ? { kind: 'value', value: 0 } : point
  if (sample.histogram === null && pointMatches(wanted, sample.value)) return undefined
  return { expected: `${labels.toString()} ${showPoint(point)}`, got: list([sample]) }
}

function compareMatrix(
  expected: readonly ExpectedSeries[],
  grid: PointGrid,
  result: readonly RangeSeries[],
): Mismatch | undefined {
  const missing = byKey(expected)
  const known = byKey(expected)
  for (const series of result) {
    const wanted = known.get(series.labels.key)
    if (wanted === undefined) return { expected: `no series ${series.labels.toString()}`, got: showSeries(series) }
    const mismatch = comparePoints(wanted, grid, series)
    if (mismatch !== undefined) return mismatch
    missing.delete(series.labels.key)
  }
  const absent = [...missing.values()][0]
  if (absent === undefined) return undefined
  return {
    expected: list([absent]),
    got: `nothing for it among ${result.map(({ labels }) => String(labels)).join(', ')}`,
  }
}

function comparePoints(wanted: ExpectedSeries, grid: PointGrid, series: RangeSeries): Mismatch | undefined {
  const points = wanted.points
    .map((point, i) => ({ point, timeMs: grid.startMs + i * grid.stepMs }))
    .filter(({ point }) => point.kind !== 'gap')
  const last = grid.startMs + (wanted.points.length - 1) * grid.stepMs
  const matches =
    last <= grid.endMs &&
    points.length === series.values.length &&
    points.every(({ point, timeMs }, i) => {
      return series.timestampsMs[i] === timeMs && pointMatches(point, series.values[i] ?? NaN)
    })
  if (matches) return undefined
  const times = points.map(({ point, timeMs }) => `${showPoint(point)} @${timeMs}`)
  return { expected: `${wanted.labels.toString()} ${times.join(' ')}`, got: showSeries(series) }
}

function pointMatches(point: Point, value: number): boolean {
  return point.kind === 'value' && almostEqual(point.value, value)
}

function byKey(series: readonly ExpectedSeries[]): Map<string, ExpectedSeries> {
  return new Map(series.map((entry) => [entry.labels.key, entry]))
}

function describe({ expected }: EvalCommand): string {
  switch (expected.kind) {
    case 'scalar':
      return `scalar ${formatShort(expected.value)}`
    case 'string':
      return `string ${JSON.stringify(expected.value)}`
    case 'series':
      return `${expected.grid === null ? 'vector' : 'matrix'} ${list(expected.series)}`
  }
}

interface Listed {
  readonly labels: Labels
  readonly points?: readonly Point[]
  readonly value?: number
}

function list(entries: readonly Listed[]): string {
  if (entries.length === 0) return '(empty)'
  const lines = entries.map(({ labels, points, value }) => {
    return `${labels.toString()} ${points === undefined ? formatShort(value ?? NaN) : points.map(showPoint).join(' ')}`
  })
  return lines.join(', ')
}

function showSeries({ labels, timestampsMs, values }: RangeSeries): string {
  const points = Array.from(values, (value, i) => `${formatShort(value)} @${timestampsMs[i] ?? NaN}`)
  return `${labels.toString()} ${points.join(' ')}`
}

function showPoint(point: Point): string {
  switch (point.kind) {
    case 'gap':
      return '_'
    case 'value':
      return formatShort(point.value)
    case 'stale':
      return 'stale'
    case 'histogram':
      return point.text
  }
}
