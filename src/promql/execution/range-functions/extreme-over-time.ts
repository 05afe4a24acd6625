import type { Samples } from '../samples.ts'
import type { Window, WindowFunction } from './window.ts'

/** `max_over_time`, `min_over_time`: NaN only when all samples are. */
export function extremeOverTime(extreme: 'max' | 'min'): WindowFunction {
  const candidates = new Candidates(extreme === 'max' ? 1 : -1)
  return (window) => {
    window.result = candidates.best(window)
    return true
  }
}

/**
 * The samples that are or may become the extreme as the window moves on: each is better than all after it, so that the first is the best and
 * each sample is looked at once for all windows.
 */
class Candidates {
  readonly #sign: 1 | -1
  #samples: Samples | undefined
  /** Their indexes, [first, end) of the array, in order of time. */
  #indexes = new Uint32Array(0)
  #first = 0
  #end = 0
  /** The first sample that was not looked at. */
  #next = 0

  /** With 1 larger values are better, with -1 smaller ones. */
  constructor(sign: 1 | -1) {
    this.#sign = sign
  }

  /** The first of the best values of the window; NaN where there is none other. */
  best(window: Window): number {
    const { samples, from, to } = window
    if (samples !== this.#samples) this.#begin(samples)
    this.#lookAt(samples.values, Math.max(from, this.#next), to)
    while (this.#first < this.#end && this.#indexes[this.#first]! < from) this.#first++
    return this.#first < this.#end ? samples.values[this.#indexes[this.#first]!]! : NaN
  }

  #begin(samples: Samples): void {
    this.#samples = samples
    this.#first = this.#end = this.#next = 0
    if (this.#indexes.length < samples.length) this.#indexes = new Uint32Array(samples.length * 2)
  }

  #lookAt(values: Float64Array, from: number, to: number): void {
    const sign = this.#sign
    const indexes = this.#indexes
    let end = this.#end
    for (let i = from; i < to; i++) {
      const value = values[i]! * sign
      if (Number.isNaN(value)) continue
      while (end > this.#first && values[indexes[end - 1]!]! * sign < value) end--
      indexes[end++] = i
    }
    this.#end = end
    this.#next = to
  }
}

/** `ts_of_max_over_time`, `ts_of_min_over_time`: when the extreme occurred last, seconds. */
export function tsOfExtremeOverTime(extreme: 'max' | 'min'): WindowFunction {
  return (window) => {
    const { values, timestampsMs } = window.samples
    let best = window.from
    for (let i = window.from; i < window.to; i++) {
      const value = values[i]!
      const better = extreme === 'max' ? value >= values[best]! : value <= values[best]!
      if (better || Number.isNaN(values[best]!)) best = i
    }
    window.result = timestampsMs[best]! / 1000
    return true
  }
}
