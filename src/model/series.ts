import type { Histogram } from './histogram.ts'
import type { Labels } from './labels.ts'

/** The samples of one series in ascending time, columns of equal length. */
export interface Series {
  readonly labels: Labels
  readonly timestampsMs: Float64Array
  readonly values: Float64Array
  /** 1 marks a stale marker; null when the series has none. */
  readonly stale: Uint8Array | null
  /** Native histograms by sample index; null when the series holds floats only. */
  readonly histograms: ReadonlyMap<number, Histogram> | null
  /** When the counter or delta of each sample began counting, 0 where unknown. Absent or null when no sample of the series says so. */
  readonly startTimestampsMs?: Float64Array | null
}

export type MetricType =
  | 'counter'
  | 'gauge'
  | 'histogram'
  | 'gaugehistogram'
  | 'summary'
  | 'info'
  | 'stateset'
  | 'unknown'

/** What a scrape or a sender says about a metric family. */
export interface MetricMetadata {
  readonly name: string
  readonly type: MetricType
  readonly help: string
  readonly unit: string
}

/** One exemplar of a series: a sample of the raw data with the labels (mostly a trace id) that lead to it. */
export interface Exemplar {
  readonly seriesLabels: Labels
  readonly labels: Labels
  readonly value: number
  readonly timestampMs: number
}
