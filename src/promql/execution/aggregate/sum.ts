import type { Accumulator } from './accumulator.ts'

/** `sum` by Kahan and Neumaier: a running sum and what rounding took from it. */
export class SumAccumulator implements Accumulator {
  readonly #sums: Float64Array
  readonly #compensations: Float64Array
  readonly #seen: Uint8Array

  constructor(stepCount: number) {
    this.#sums = new Float64Array(stepCount)
    this.#compensations = new Float64Array(stepCount)
    this.#seen = new Uint8Array(stepCount)
  }

  add(values: Float64Array, present: Uint8Array): void {
    const sums = this.#sums
    const compensations = this.#compensations
    const seen = this.#seen
    for (let step = 0; step < sums.length; step++) {
      if (present[step] !== 1) continue
      const value = values[step]!
      if (seen[step] === 0) {
        seen[step] = 1
        sums[step] = value
        continue
      }
      const sum = sums[step]!
      const total = sum + value
      // Written out, because this loop is where a sum over many series spends its time.
      if (total === Infinity || total === -Infinity) compensations[step] = 0
      else if (Math.abs(sum) >= Math.abs(value)) compensations[step]! += sum - total + value
      else compensations[step]! += value - total + sum
      sums[step] = total
    }
  }

  finish(values: Float64Array): Uint8Array {
    for (let step = 0; step < values.length; step++) values[step] = this.#sums[step]! + this.#compensations[step]!
    return this.#seen
  }
}
