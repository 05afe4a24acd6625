import type { Histogram } from '../model/histogram.ts'
import type { Labels } from '../model/labels.ts'

/** One series of a range result: the steps at which it has a value, ascending. */
export interface RangeSeries {
  readonly labels: Labels
  readonly timestampsMs: Float64Array
  readonly values: Float64Array
  readonly histograms: ReadonlyMap<number, Histogram> | null
}

export interface InstantSample {
  readonly labels: Labels
  readonly timestampMs: number
  readonly value: number
  readonly histogram: Histogram | null
}

/** What a query gives. Vectors are in the order that the query gives them (sort, topk), matrices sorted by labels. */
export type QueryValue =
  | { readonly type: 'scalar'; readonly timestampMs: number; readonly value: number }
  | { readonly type: 'string'; readonly timestampMs: number; readonly value: string }
  | { readonly type: 'vector'; readonly samples: readonly InstantSample[] }
  | { readonly type: 'matrix'; readonly series: readonly RangeSeries[] }

export interface QueryResult {
  readonly value: QueryValue
  /** In Prometheus's words, with ` (line:col)` where it says so; sorted, without duplicates. */
  readonly warnings: readonly string[]
  readonly infos: readonly string[]
  readonly stats: QueryStats
}

export interface QueryStats {
  readonly seriesTouched: number
  readonly samplesTouched: number
  readonly peakSamples: number
}
