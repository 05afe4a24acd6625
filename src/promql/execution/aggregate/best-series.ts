import type { Column } from '../column.ts'
import { SeriesHeap } from './series-heap.ts'

/** The best series of one group at each step, for `topk` and `bottomk`. */
export class BestSeries {
  readonly #sign: 1 | -1
  readonly #limits: Float64Array
  readonly #heaps: readonly SeriesHeap[]
  /** A value times the sign that is not above this is not among the best; NaN where that is not known yet. */
  readonly #bars: Float64Array

  /** `highest`: keeps the highest values, else the lowest; of each step at most its limit. */
  constructor(highest: boolean, limits: Float64Array) {
    this.#sign = highest ? 1 : -1
    this.#limits = limits
    this.#heaps = Array.from(limits, () => new SeriesHeap(highest))
    this.#bars = limits.map((limit) => (limit >= 1 ? NaN : Infinity))
  }

  /** Takes in another series, named by a number; says whether it is among the best so far at any step. */
  offer({ values, present }: Column, series: number): boolean {
    const sign = this.#sign
    const bars = this.#bars
    let any = false
    for (let step = 0; step < bars.length; step++) {
      // Most values of many series are refused here.
      if (present[step] !== 1 || values[step]! * sign <= bars[step]!) continue
      if (this.#offer(step, values[step]!, series)) any = true
    }
    return any
  }

  /** The series that are the best at the step. */
  at(step: number): readonly number[] {
    return this.#heaps[step]?.series ?? []
  }

  /** The same, from best to worst. */
  rankedAt(step: number): readonly number[] {
    return this.#heaps[step]?.ranked() ?? []
  }

  #offer(step: number, value: number, series: number): boolean {
    const limit = this.#limits[step]!
    const heap = this.#heaps[step]!
    if (!(limit >= 1) || !heap.offer(value, series, limit)) return false
    if (heap.values.length >= limit) this.#bars[step] = heap.values[0]! * this.#sign
    return true
  }
}
