import type { Accumulator } from './accumulator.ts'

/** `stdvar` and `stddev` by Welford: mean and sum of squared distances, moved value by value. */
export class VarianceAccumulator implements Accumulator {
  readonly #means: Float64Array
  readonly #squares: Float64Array
  readonly #counts: Float64Array
  readonly #root: boolean

  constructor(op: 'stdvar' | 'stddev', stepCount: number) {
    this.#means = new Float64Array(stepCount)
    this.#squares = new Float64Array(stepCount)
    this.#counts = new Float64Array(stepCount)
    this.#root = op === 'stddev'
  }

  add(values: Float64Array, present: Uint8Array): void {
    for (let step = 0; step < values.length; step++) {
      if (present[step] !== 1) continue
      const value = values[step]!
      const count = this.#counts[step]! + 1
      this.#counts[step] = count
      if (count === 1) {
        this.#means[step] = value
        this.#squares[step] = Number.isFinite(value) ? 0 : NaN
        continue
      }
      const delta = value - this.#means[step]!
      this.#means[step]! += delta / count
      this.#squares[step]! += delta * (value - this.#means[step]!)
    }
  }

  finish(values: Float64Array): Uint8Array {
    for (let step = 0; step < values.length; step++) {
      const variance = this.#squares[step]! / this.#counts[step]!
      values[step] = this.#root ? Math.sqrt(variance) : variance
    }
    return Uint8Array.from(this.#counts, (count) => (count > 0 ? 1 : 0))
  }
}
