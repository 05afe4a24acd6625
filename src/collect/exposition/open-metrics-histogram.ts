import { LineError } from './exposition-error.ts'
import type { OpenMetricsSample } from './open-metrics-line.ts'

/** The samples of one histogram at one time, and the rules between them. */
export class HistogramPoint {
  readonly timestamp: number | undefined
  #bound: number | undefined
  #bucketValue: number | undefined
  #count: number | undefined
  #sum: number | undefined
  #gsum: number | undefined
  #hasNegativeBound = false

  constructor(timestamp: number | undefined) {
    this.timestamp = timestamp
  }

  /** Throws `LineError` when buckets are out of order. */
  add({ labels, value }: OpenMetricsSample, suffix: string): void {
    switch (suffix) {
      case '_bucket':
        return this.#addBucket(labels.get('le') === '+Inf' ? Infinity : Number(labels.get('le')), value)
      case '_count':
      case '_gcount':
        this.#count = value
        return
      case '_sum':
        this.#sum = value
        return
      case '_gsum':
        this.#gsum = value
        return
      default:
        return
    }
  }

  /** Throws `LineError` when the point is incomplete or contradicts itself. */
  finish(): void {
    const hasSum = this.#sum !== undefined || this.#gsum !== undefined
    if (this.#bound !== Infinity) throw new LineError('the histogram has no bucket le="+Inf"')
    if (this.#count !== undefined && this.#count !== this.#bucketValue) {
      throw new LineError(`the count, ${this.#count}, differs from the bucket le="+Inf", ${this.#bucketValue}`)
    }
    if (hasSum !== (this.#count !== undefined))
      throw new LineError('a histogram has both a count and a sum, or neither')
    if (this.#hasNegativeBound && this.#sum !== undefined) {
      throw new LineError('a histogram with negative buckets has no sum, since it could fall')
    }
    if (!this.#hasNegativeBound && (this.#gsum ?? 0) < 0) throw new LineError('the sum is negative but no bucket is')
  }

  #addBucket(bound: number, value: number): void {
    if (this.#bound !== undefined && bound <= this.#bound)
      throw new LineError('the buckets are not in ascending order of le')
    if (this.#bucketValue !== undefined && value < this.#bucketValue) {
      throw new LineError('the values of buckets fall: each must include the ones below')
    }
    this.#hasNegativeBound ||= bound < 0
    this.#bound = bound
    this.#bucketValue = value
  }
}
