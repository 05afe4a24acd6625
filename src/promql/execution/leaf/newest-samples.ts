import type { Series } from '../../../model/series.ts'
import type { StepRange, StepValues } from '../range-functions/window.ts'
import type { Leaf } from './leaf.ts'

/** What an instant selector wants of each series. */
export interface NewestCall {
  readonly kind: 'newest'
  readonly timesMs: Float64Array
  /** How far back to look. */
  readonly lookbackMs: number
  /** What a step takes from the newest sample in its lookback. */
  readonly pick: Pick
}

export type Pick = 'value' | 'timestamp' | 'start-timestamp'

/** The newest sample in (t - lookback, t] of each series; nothing where that is a stale marker. */
export class NewestSamples implements Leaf {
  readonly #call: NewestCall
  #series: Series | undefined
  /** The first sample that is newer than the steps that were computed. */
  #next = 0

  constructor(call: NewestCall) {
    this.#call = call
  }

  begin(series: Series): number {
    this.#series = series
    this.#next = 0
    return this.#call.timesMs.length
  }

  compute({ from, to }: StepRange, { values, present }: StepValues): boolean {
    const series = this.#series
    const source = series === undefined ? null : this.#sourceOf(series)
    if (series === undefined || source === null) return false
    const { timestampsMs, stale, histograms } = series
    const { timesMs, lookbackMs } = this.#call
    const length = timestampsMs.length
    let next = this.#next
    let any = false
    for (let step = from; step < to; step++) {
      const time = timesMs[step]!
      while (next < length && timestampsMs[next]! <= time) next++
      const found = next - 1
      const fresh = found >= 0 && timestampsMs[found]! > time - lookbackMs && stale?.[found] !== 1
      if (fresh && histograms?.has(found) !== true) {
        values[step] = source[found]!
        present[step] = 1
        any = true
      } else {
        present[step] = 0
      }
    }
    this.#next = next
    return any
  }

  #sourceOf(series: Series): Float64Array | null {
    switch (this.#call.pick) {
      case 'value':
        return series.values
      case 'timestamp':
        return series.timestampsMs
      case 'start-timestamp':
        return series.startTimestampsMs ?? null
    }
  }
}
