import type { Distribution, FigureName, Judgement, RequestFigures } from '../../storage/request-figures.ts'
import { type Interval, type Proportion, wilsonInterval } from '../wilson-interval.ts'

/** Two-sided 95 %. */
const Z = 1.959963984540054
/** Below it a mean of skewed figures has no interval that one could trust. */
const MIN_FOR_MEAN = 30

/** One side of a line. */
export interface Estimate {
  /** Undefined when nothing is known. */
  readonly value: number | undefined
  /** What it is of: requests that say the figure, or that an evaluator has judged. */
  readonly n: number
  /** 95 %; undefined when there are too few for one. */
  readonly interval: Interval | undefined
}

/** `different`: sure to differ, and neither is better by itself. */
export type ComparisonVerdict = 'better' | 'worse' | 'different' | 'no evidence'

/** One figure of two groups. The verdict is about B as compared with A. */
export interface ComparisonLine {
  /** `error_rate`, `latency_p95_ms`, `flagged/pii@1` */
  readonly figure: string
  readonly a: Estimate
  readonly b: Estimate
  /** B minus A, with its 95 % interval; undefined when a side has none. */
  readonly difference: number | undefined
  readonly differenceInterval: Interval | undefined
  readonly verdict: ComparisonVerdict
  readonly reason: string
}

type Direction = 'lower is better' | 'higher is better' | 'neither'

/**
 * Two groups of requests line by line. Shares have Wilson's interval, percentiles the values that bound them by rank whatever their
 * distribution, means the normal one. The interval of a difference comes from the two by the method of variance estimates recovery
 * (Zou and Donner 2008; for shares it is Newcombe's). Each line is a test of its own: of twenty lines without any difference about one shows one.
 */
export function compareFigures(a: RequestFigures, b: RequestFigures): ComparisonLine[] {
  const share = (figure: string, of: (side: RequestFigures) => Proportion): ComparisonLine =>
    lineOf(figure, 'lower is better', shareOf(of(a)), shareOf(of(b)))
  const percentile = (figure: string, name: FigureName, level: number, direction: Direction): ComparisonLine =>
    lineOf(figure, direction, percentileOf(a.figures[name], level), percentileOf(b.figures[name], level))
  const mean = (figure: string, name: FigureName, direction: Direction): ComparisonLine =>
    lineOf(figure, direction, meanOf(a.figures[name]), meanOf(b.figures[name]))
  return [
    share('error_rate', ({ sums }) => ({ hits: sums.errors, trials: sums.requests })),
    percentile('latency_p50_ms', 'latencyMs', 0.5, 'lower is better'),
    percentile('latency_p95_ms', 'latencyMs', 0.95, 'lower is better'),
    percentile('latency_p99_ms', 'latencyMs', 0.99, 'lower is better'),
    percentile('ttft_p50_ms', 'ttftMs', 0.5, 'lower is better'),
    percentile('ttft_p95_ms', 'ttftMs', 0.95, 'lower is better'),
    percentile('ttft_p99_ms', 'ttftMs', 0.99, 'lower is better'),
    percentile('output_tokens_per_second_p50', 'outputTokensPerSecond', 0.5, 'higher is better'),
    mean('input_tokens_mean', 'inputTokens', 'neither'),
    mean('output_tokens_mean', 'outputTokens', 'neither'),
    mean('cost_usd_mean', 'costUsd', 'lower is better'),
    ...judgedBy([a, b]).map(({ evaluator, version }) =>
      share(`flagged/${evaluator}@${version}`, ({ judgements }) => {
        const found = judgements.find((judged) => judged.evaluator === evaluator && judged.version === version)
        return { hits: found?.flagged ?? 0, trials: found?.judged ?? 0 }
      }),
    ),
  ]
}

/** Different versions of an evaluator are different evaluators. */
function judgedBy(sides: readonly RequestFigures[]): Judgement[] {
  const all = sides.flatMap(({ judgements }) => judgements)
  return [...new Map(all.map((judged) => [JSON.stringify([judged.evaluator, judged.version]), judged])).values()]
}

function shareOf({ hits, trials }: Proportion): Estimate {
  if (trials === 0) return { value: undefined, n: 0, interval: undefined }
  return { value: hits / trials, n: trials, interval: wilsonInterval(hits, trials) }
}

function percentileOf({ count, quantiles }: Distribution, wanted: number): Estimate {
  const found = quantiles.find(({ level }) => level === wanted)
  const isBound = found?.lower !== undefined && found.upper !== undefined
  return {
    value: found?.value,
    n: count,
    interval: isBound ? { lower: found.lower, upper: found.upper } : undefined,
  }
}

function meanOf({ count, mean, variance }: Distribution): Estimate {
  if (count === 0) return { value: undefined, n: 0, interval: undefined }
  const half = Z * Math.sqrt(variance / count)
  const interval = count < MIN_FOR_MEAN ? undefined : { lower: mean - half, upper: mean + half }
  return { value: mean, n: count, interval }
}

function lineOf(figure: string, direction: Direction, a: Estimate, b: Estimate): ComparisonLine {
  const difference = a.value === undefined || b.value === undefined ? undefined : b.value - a.value
  const differenceInterval = intervalOfDifference(b, a)
  const judged = judge(direction, a, b, differenceInterval)
  return { figure, a, b, difference, differenceInterval, ...judged }
}

/** Of x minus y. */
function intervalOfDifference(x: Estimate, y: Estimate): Interval | undefined {
  if (x.value === undefined || y.value === undefined) return undefined
  if (x.interval === undefined || y.interval === undefined) return undefined
  const difference = x.value - y.value
  return {
    lower: difference - Math.hypot(x.value - x.interval.lower, y.interval.upper - y.value),
    upper: difference + Math.hypot(x.interval.upper - x.value, y.value - y.interval.lower),
  }
}

function judge(
  direction: Direction,
  a: Estimate,
  b: Estimate,
  interval: Interval | undefined,
): Pick<ComparisonLine, 'verdict' | 'reason'> {
  if (interval === undefined) return { verdict: 'no evidence', reason: whyNoInterval(a, b) }
  if (interval.lower <= 0 && interval.upper >= 0)
    return { verdict: 'no evidence', reason: 'the 95 % interval of the difference holds 0' }
  const isLower = interval.upper < 0
  const reason = `B is ${isLower ? 'lower' : 'higher'}: the 95 % interval of the difference leaves out 0`
  if (direction === 'neither') return { verdict: 'different', reason }
  return { verdict: isLower === (direction === 'lower is better') ? 'better' : 'worse', reason }
}

function whyNoInterval(a: Estimate, b: Estimate): string {
  const sides = [
    { name: 'A', side: a },
    { name: 'B', side: b },
  ]
  const reasons = sides.flatMap(({ name, side }) => {
    if (side.value === undefined) return [`no request of ${name} says it`]
    return side.interval === undefined ? [`${side.n} requests of ${name} are too few`] : []
  })
  return reasons.join(', ')
}
