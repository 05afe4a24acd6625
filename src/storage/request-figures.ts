import type { RequestSums } from './request-explorer.ts'

/** What is measured of single requests. `outputTokensPerSecond` is of the whole call. */
export const FIGURE_NAMES = [
  'latencyMs',
  'ttftMs',
  'outputTokensPerSecond',
  'inputTokens',
  'outputTokens',
  'costUsd',
] as const
export type FigureName = (typeof FIGURE_NAMES)[number]

/** Where a percentile says more than a mean. */
export const FIGURE_QUANTILES: Readonly<Record<FigureName, readonly number[]>> = {
  latencyMs: [0.5, 0.95, 0.99],
  ttftMs: [0.5, 0.95, 0.99],
  outputTokensPerSecond: [0.5],
  inputTokens: [],
  outputTokens: [],
  costUsd: [],
}

/** A selection of requests in figures, with what is needed to say how sure they are. */
export interface RequestFigures {
  readonly sums: RequestSums
  readonly figures: Readonly<Record<FigureName, Distribution>>
  /** By evaluator and version, in this order; each counts the requests that it has judged. */
  readonly judgements: readonly Judgement[]
}

/** One figure of those requests that say it. */
export interface Distribution {
  readonly count: number
  /** 0 when there are none. */
  readonly mean: number
  /** Of a sample (n - 1); 0 for fewer than two. */
  readonly variance: number
  /** Those of `FIGURE_QUANTILES`; none when the count is 0. */
  readonly quantiles: readonly QuantileEstimate[]
}

export interface QuantileEstimate {
  readonly level: number
  readonly value: number
  /** Bounds of its 95 % interval; undefined where there are too few requests for one. */
  readonly lower: number | undefined
  readonly upper: number | undefined
}

export interface Judgement {
  readonly evaluator: string
  readonly version: string
  readonly judged: number
  readonly flagged: number
}

/** Two-sided 95 %. */
const Z = 1.959963984540054

/**
 * Which of `count` ascending values bound a quantile with 95 % confidence, whatever their distribution (Conover, Practical Nonparametric
 * Statistics, 3.2): the number of values below it is binomial. From 0; undefined where the values do not reach that far.
 */
export function boundingRanks(count: number, level: number): { lower: number | undefined; upper: number | undefined } {
  const half = Z * Math.sqrt(count * level * (1 - level))
  const lower = Math.ceil(count * level - half) - 1
  const upper = Math.ceil(count * level + half) - 1
  return { lower: lower < 0 ? undefined : lower, upper: upper > count - 1 ? undefined : upper }
}
