/**
 * A native (sparse) histogram with float counts. Its place in samples, columns and storage is kept from the beginning;
 * the code that computes with it comes with native histogram support.
 */
export interface Histogram {
  /** -4..8 for exponential buckets, -53 for custom bounds. */
  readonly schema: number
  readonly sum: number
  readonly count: number
  readonly zeroThreshold: number
  readonly zeroCount: number
  readonly positiveSpans: readonly BucketSpan[]
  readonly positiveBuckets: Float64Array
  readonly negativeSpans: readonly BucketSpan[]
  readonly negativeBuckets: Float64Array
  readonly customBounds: Float64Array
  readonly counterResetHint: 'unknown' | 'reset' | 'not_reset' | 'gauge'
}

export interface BucketSpan {
  readonly offset: number
  readonly length: number
}
