import type { Accumulator } from './accumulator.ts'

/** `sum` by Kahan and Neumaier: a running sum and what rounding took from it. */
export class SumAccumulator implements Accumulator {
  readonly #sums: Float64Array
  readonly #compensations: Float64Array
  readonly #seen: Uint8Array

  constructor(stepCount: number) {
    // The one number that changes no other by being added, itself included.
    this.#sums = new Float64Array(stepCount).fill(-0)
    this.#compensations = new Float64Array(stepCount)
    this.#seen = new Uint8Array(stepCount)
  }

  add(values: Float64Array, present: Uint8Array): void {
    if (present.includes(0)) return this.#addPresent(values, present)
    const sums = this.#sums
    const compensations = this.#compensations
    this.#seen.fill(1)
    // Written out, because this loop is where a sum over many series spends its time.
    for (let step = 0; step < sums.length; step++) {
      const value = values[step]!
      const sum = sums[step]!
      const total = sum + value
      // What rounding took, as Knuth computes it: exactly what Neumaier's way gives, which has to ask first which of the two is larger.
      const added = total - sum
      compensations[step]! += sum - (total - added) + (value - added)
      sums[step] = total
    }
  }

  /** The same where steps are missing. */
  #addPresent(values: Float64Array, present: Uint8Array): void {
    const sums = this.#sums
    const compensations = this.#compensations
    const seen = this.#seen
    for (let step = 0; step < sums.length; step++) {
      if (present[step] !== 1) continue
      const value = values[step]!
      const sum = sums[step]!
      const total = sum + value
      const added = total - sum
      compensations[step]! += sum - (total - added) + (value - added)
      sums[step] = total
      seen[step] = 1
    }
  }

  finish(values: Float64Array): Uint8Array {
    for (let step = 0; step < values.length; step++) {
      const sum = this.#sums[step]!
      // Once a sum is infinite, what rounding took is no number.
      values[step] = Number.isFinite(sum) ? sum + this.#compensations[step]! : sum
    }
    return this.#seen
  }
}
