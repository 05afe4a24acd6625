import { quantileOfSorted, sortNanFirst } from '../quantile.ts'
import type { Samples } from '../samples.ts'
import type { Window, WindowFunction } from './window.ts'

/** `quantile_over_time`; `onInvalid` hears of each q that is not within 0 and 1. */
export function quantileOverTime(q: Float64Array, onInvalid: (q: number) => void): WindowFunction {
  const sorted = new SortedWindow()
  return (window) => {
    const quantile = q[window.step]!
    if (!(quantile >= 0 && quantile <= 1)) onInvalid(quantile)
    sorted.slide(window)
    window.result = quantileOfSorted(quantile, sorted.values, sorted.length, sorted.from)
    return true
  }
}

/** `mad_over_time`: the median distance from the median; NaN as soon as one sample is NaN. */
export function madOverTime(): WindowFunction {
  const sorted = new SortedWindow()
  let distances = new Float64Array(0)
  return (window) => {
    sorted.slide(window)
    const { values, from, length } = sorted
    // NaN sorts first.
    if (Number.isNaN(values[from]!)) {
      window.result = NaN
      return true
    }
    const median = quantileOfSorted(0.5, values, length, from)
    if (distances.length < length) distances = new Float64Array(values.length)
    for (let i = 0; i < length; i++) distances[i] = Math.abs(values[from + i]! - median)
    sortNanFirst(distances, length)
    window.result = quantileOfSorted(0.5, distances, length)
    return true
  }
}

/** The values of the window in ascending order, NaN first: `values[from, from + length)`. Kept up to date as the window moves on. */
class SortedWindow {
  values: Float64Array = new Float64Array(0)
  from = 0
  length = 0
  readonly #copy = new SortedCopy()
  #samples: Samples | undefined
  /** The samples from here up to `#to` never fall, and none is NaN. */
  #risesFrom = 0
  #to = 0

  slide(window: Window): void {
    const { samples, from, to } = window
    if (this.#samples !== samples) this.#begin(samples)
    this.#lookAt(samples.values, to)
    this.length = to - from
    if (from >= this.#risesFrom) {
      // As the samples of counters mostly are: in order as they come.
      this.values = samples.values
      this.from = from
    } else {
      this.#copy.slide(samples.values, from, to)
      this.values = this.#copy.values
      this.from = 0
    }
  }

  #begin(samples: Samples): void {
    this.#samples = samples
    this.#copy.clear()
    this.#risesFrom = 0
    this.#to = 0
  }

  #lookAt(values: Float64Array, to: number): void {
    for (let i = this.#to; i < to; i++) {
      if (Number.isNaN(values[i]!)) this.#risesFrom = i + 1
      else if (i > 0 && values[i]! < values[i - 1]!) this.#risesFrom = i
    }
    this.#to = to
  }
}

/** The values of samples [from, to), sorted. */
class SortedCopy {
  values = new Float64Array(64)
  length = 0
  #from = 0
  #to = 0

  /** To be called before the first window of another series. */
  clear(): void {
    this.#to = 0
  }

  /** Windows of a series must come in order, but need not all come. */
  slide(values: Float64Array, from: number, to: number): void {
    if (from >= this.#to) this.#fill(values, from, to)
    else this.#move(values, from, to)
    this.#from = from
    this.#to = to
  }

  #fill(values: Float64Array, from: number, to: number): void {
    this.length = to - from
    this.#reserve(this.length)
    this.values.set(values.subarray(from, to))
    sortNanFirst(this.values, this.length)
  }

  #move(values: Float64Array, from: number, to: number): void {
    // Mostly the window moves on by one sample.
    if (from === this.#from + 1 && to === this.#to + 1) return this.#replace(values[this.#from]!, values[this.#to]!)
    for (let i = this.#from; i < from; i++) this.#remove(values[i]!)
    this.#reserve(this.length + to - this.#to)
    for (let i = this.#to; i < to; i++) this.#insert(values[i]!)
  }

  // Loops move a few values faster than a call into the engine does.
  #remove(value: number): void {
    const { values } = this
    const last = this.length - 1
    for (let i = this.#find(value); i < last; i++) values[i] = values[i + 1]!
    this.length = last
  }

  /** Removes a value and inserts another with one search: what lies between their places moves by one. */
  #replace(old: number, value: number): void {
    if (Number.isNaN(old) || Number.isNaN(value)) {
      this.#remove(old)
      this.#insert(value)
      return
    }
    const { values, length } = this
    let at = this.#find(old)
    for (; at + 1 < length && values[at + 1]! < value; at++) values[at] = values[at + 1]!
    // Of NaN, which stands first, no value is less.
    for (; at > 0 && values[at - 1]! >= value; at--) values[at] = values[at - 1]!
    values[at] = value
  }

  #insert(value: number): void {
    const { values } = this
    const at = this.#find(value)
    for (let i = this.length; i > at; i--) values[i] = values[i - 1]!
    values[at] = value
    this.length++
  }

  /** The first place whose value is not less; NaN is less than every number. */
  #find(value: number): number {
    if (Number.isNaN(value)) return 0
    let low = 0
    let high = this.length
    while (low < high) {
      const middle = (low + high) >>> 1
      const at = this.values[middle]!
      if (at < value || Number.isNaN(at)) low = middle + 1
      else high = middle
    }
    return low
  }

  #reserve(length: number): void {
    if (this.values.length >= length) return
    const larger = new Float64Array(length * 2)
    larger.set(this.values)
    this.values = larger
  }
}
