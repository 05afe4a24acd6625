import type { QueryResult } from '../../src/promql/value.ts'
import type { PrometheusAnswer } from './prometheus-peer.ts'

/** Relative difference that rounding in another order may make. */
const TOLERANCE = 1e-9

type Points = ReadonlyArray<readonly [timeSeconds: number, value: number]>

/** Where a difference does not say that we are wrong. */
const UNDECIDED: ReadonlyArray<{ readonly pattern: RegExp; readonly difference?: RegExp; readonly reason: string }> = [
  {
    pattern: /topk|bottomk/,
    reason: 'which of several equal values stays depends on the order of series, which nobody defines',
  },
  { pattern: /count_values/, reason: 'the last digit of a value becomes a label' },
  { pattern: /\^.*%|%.*\^/, reason: 'a remainder makes the last digit of a power the first' },
  { pattern: /atan2/, reason: 'Prometheus 2.42 keeps the metric name' },
  { pattern: /std(dev|var)/, reason: 'Prometheus 2.42 gives 0 for one infinite or NaN value, 3.x NaN' },
  {
    pattern: /predict_linear|deriv/,
    difference: /NaN at Prometheus, -?Infinity at ours/,
    reason: 'compensated sums of Prometheus 2.42 turn infinity into NaN, those of 3.x keep it',
  },
]

/** Prometheus 2.42 looks for pairs with equal labels only after a comparison has dropped some, 3.x before. */
const LATER_ERROR = 'multiple matches for labels'

/** Prometheus 2.42 refuses a `k` of -Inf, 3.x gives nothing for every `k` below 1. */
const EARLIER_ERROR = /Scalar value -?\S+ overflows int64/

/**
 * What differs between Prometheus's answer and ours: undefined when nothing does, `'undecided'` where a difference may
 * come from rounding or from the order of series.
 */
export function compareAnswers(expression: string, theirs: PrometheusAnswer, ours: unknown): string | undefined {
  if (!isResult(ours)) {
    if (theirs.status === 'error') return undefined
    if (ours instanceof Error && ours.message.startsWith(LATER_ERROR)) return 'undecided'
    if (expression.includes('atan2')) return 'undecided'
    return `Prometheus: a result, ours: ${ours instanceof Error ? ours.message : String(ours)}`
  }
  if (theirs.status === 'error') {
    if (EARLIER_ERROR.test(theirs.error ?? '')) return 'undecided'
    return `Prometheus: ${theirs.error ?? 'an error'}, ours: a result`
  }
  const difference = compareSeries(seriesOfAnswer(theirs), seriesOfResult(ours))
  if (difference === undefined) return undefined
  const isUndecided = UNDECIDED.some(
    (known) => known.pattern.test(expression) && (known.difference?.test(difference) ?? true),
  )
  return isUndecided ? 'undecided' : difference
}

function isResult(value: unknown): value is QueryResult {
  return typeof value === 'object' && value !== null && 'value' in value
}

function seriesOfAnswer({ data }: PrometheusAnswer): Map<string, Points> {
  const result = data?.result
  if (data?.resultType === 'scalar') return new Map([['', [point(result as [number, string])]]])
  const series = result as Array<{
    metric: Record<string, string>
    value?: [number, string]
    values?: Array<[number, string]>
  }>
  return new Map(
    series.map((one) => [keyOf(one.metric), (one.values ?? (one.value === undefined ? [] : [one.value])).map(point)]),
  )
}

function point([time, text]: [number, string]): [number, number] {
  return [time, text === '+Inf' ? Infinity : text === '-Inf' ? -Infinity : Number(text)]
}

function seriesOfResult({ value }: QueryResult): Map<string, Points> {
  switch (value.type) {
    case 'scalar':
      return new Map([['', [[value.timestampMs / 1000, value.value]]]])
    case 'string':
      return new Map()
    case 'vector':
      return new Map(
        value.samples.map((sample) => [keyOf(sample.labels.toObject()), [[sample.timestampMs / 1000, sample.value]]]),
      )
    case 'matrix':
      return new Map(
        value.series.map(({ labels, timestampsMs, values }) => [
          keyOf(labels.toObject()),
          Array.from(timestampsMs, (timeMs, i): [number, number] => [timeMs / 1000, values[i] ?? NaN]),
        ]),
      )
  }
}

function keyOf(labels: Readonly<Record<string, string>>): string {
  return Object.entries(labels)
    .map(([name, value]) => `${name}=${JSON.stringify(value)}`)
    .sort()
    .join(',')
}

function compareSeries(theirs: ReadonlyMap<string, Points>, ours: ReadonlyMap<string, Points>): string | undefined {
  for (const key of ours.keys()) if (!theirs.has(key)) return `only we have {${key}}`
  for (const [key, points] of theirs) {
    const mine = ours.get(key)
    if (mine === undefined) return `only Prometheus has {${key}}`
    const difference = comparePoints(points, mine)
    if (difference !== undefined) return `{${key}} ${difference}`
  }
  return undefined
}

function comparePoints(theirs: Points, ours: Points): string | undefined {
  if (theirs.length !== ours.length) return `has ${theirs.length} points at Prometheus, ${ours.length} at ours`
  // Sums of large values of both signs differ by rounding of the values, not of the sum.
  const scale = theirs.reduce((max, [, value]) => (Number.isFinite(value) ? Math.max(max, Math.abs(value)) : max), 0)
  for (const [i, [time, value]] of theirs.entries()) {
    const [myTime, mine] = ours[i] ?? [NaN, NaN]
    if (time !== myTime) return `has a point at ${time} at Prometheus, at ${myTime} at ours`
    if (!isClose(value, mine, scale)) return `at ${time}: ${value} at Prometheus, ${mine} at ours`
  }
  return undefined
}

function isClose(a: number, b: number, scale: number): boolean {
  if (a === b || (Number.isNaN(a) && Number.isNaN(b))) return true
  return Math.abs(a - b) <= TOLERANCE * Math.max(Math.abs(a), Math.abs(b), scale * 1e-3)
}
