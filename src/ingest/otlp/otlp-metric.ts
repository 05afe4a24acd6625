import type { Attributes } from '../../model/span.ts'
import type { OtlpResource, OtlpScope } from './otlp-span.ts'

export type Temporality = 'unspecified' | 'delta' | 'cumulative'
export const TEMPORALITIES: readonly Temporality[] = ['unspecified', 'delta', 'cumulative']

/** A metric as OTLP transports it. Times are milliseconds since 1970, 0 when absent. */
export interface OtlpMetric {
  name: string
  description: string
  unit: string
  data: OtlpMetricData
  resource: OtlpResource
  scope: OtlpScope
}

export type OtlpMetricData =
  | { kind: 'none' }
  | { kind: 'gauge'; points: NumberPoint[] }
  | { kind: 'sum'; points: NumberPoint[]; temporality: Temporality; monotonic: boolean }
  | { kind: 'histogram'; points: HistogramPoint[]; temporality: Temporality }
  | { kind: 'exponential'; points: ExponentialPoint[]; temporality: Temporality }
  | { kind: 'summary'; points: SummaryPoint[] }

export interface OtlpPoint {
  attributes: Attributes
  startMs: number
  timeMs: number
  /** The series has no value now: it ends. */
  noValue: boolean
}

export interface NumberPoint extends OtlpPoint {
  value: number
  exemplars: OtlpExemplar[]
}

export interface HistogramPoint extends OtlpPoint {
  count: number
  /** NaN when the sender gives none. */
  sum: number
  /** One more than `bounds`; empty when the sender gives no buckets. */
  bucketCounts: number[]
  bounds: number[]
  exemplars: OtlpExemplar[]
}

export interface ExponentialPoint extends OtlpPoint {
  count: number
  sum: number
  scale: number
  zeroCount: number
  zeroThreshold: number
  positive: ExponentialBuckets
  negative: ExponentialBuckets
  exemplars: OtlpExemplar[]
}

/** Bucket `i` holds values in (base^(offset+i), base^(offset+i+1)], base = 2^(2^-scale). */
export interface ExponentialBuckets {
  offset: number
  counts: number[]
}

export interface SummaryPoint extends OtlpPoint {
  count: number
  sum: number
  quantiles: { quantile: number; value: number }[]
}

export interface OtlpExemplar {
  attributes: Attributes
  timeMs: number
  value: number
  traceId: string
  spanId: string
}

/** Bit 0 of a point's flags. */
export const NO_RECORDED_VALUE = 1
