import type { Labels } from '../../model/labels.ts'
import type { Series } from '../../model/series.ts'

/** Float samples of one series in ascending time, without stale markers: the first `length` entries of the arrays. Each series has an object of its own, though arrays may be reused. */
export interface Samples {
  readonly labels: Labels
  /** The name is already to be dropped: the samples are results of a subquery that drops it. */
  readonly dropName: boolean
  readonly timestampsMs: Float64Array
  readonly values: Float64Array
  /** 0 where unknown; null when unknown throughout. */
  readonly startTimestampsMs: Float64Array | null
  readonly length: number
}

/** Leaves out stale markers and native histograms; copies only when there are any. */
export class SampleFilter {
  #timestampsMs = new Float64Array(0)
  #values = new Float64Array(0)
  #startTimestampsMs = new Float64Array(0)

  /** The float samples of the series, valid until the next call. */
  floatsOf(series: Series): Samples {
    const { labels, timestampsMs, values } = series
    const startTimestampsMs = series.startTimestampsMs ?? null
    const whole = { labels, dropName: false, timestampsMs, values, startTimestampsMs, length: values.length }
    if (series.histograms === null && !hasMarker(series.stale)) return whole
    this.#reserve(values.length)
    const length = this.#copyFloats(series)
    return {
      ...whole,
      timestampsMs: this.#timestampsMs,
      values: this.#values,
      startTimestampsMs: startTimestampsMs === null ? null : this.#startTimestampsMs,
      length,
    }
  }

  #copyFloats(series: Series): number {
    const { timestampsMs, values, stale, histograms } = series
    let length = 0
    for (let i = 0; i < values.length; i++) {
      if (stale?.[i] === 1 || histograms?.has(i) === true) continue
      this.#timestampsMs[length] = timestampsMs[i] ?? 0
      this.#values[length] = values[i] ?? NaN
      this.#startTimestampsMs[length] = series.startTimestampsMs?.[i] ?? 0
      length++
    }
    return length
  }

  #reserve(length: number): void {
    if (this.#values.length >= length) return
    this.#timestampsMs = new Float64Array(length)
    this.#values = new Float64Array(length)
    this.#startTimestampsMs = new Float64Array(length)
  }
}

function hasMarker(stale: Uint8Array | null): boolean {
  return stale?.includes(1) ?? false
}
