import { kahanAdd, type KahanSum } from '../../float-arithmetic.ts'
import type { Accumulator } from './accumulator.ts'

/** `avg`: the compensated sum through the count, as long as the sum stays finite; from then on the mean is moved value by value. */
export class AverageAccumulator implements Accumulator {
  /** The sum, or once `#moving` the mean. */
  readonly #totals: Float64Array
  readonly #compensations: Float64Array
  readonly #counts: Float64Array
  readonly #moving: Uint8Array
  readonly #scratch: KahanSum = { sum: 0, compensation: 0 }

  constructor(stepCount: number) {
    this.#totals = new Float64Array(stepCount)
    this.#compensations = new Float64Array(stepCount)
    this.#counts = new Float64Array(stepCount)
    this.#moving = new Uint8Array(stepCount)
  }

  add(values: Float64Array, present: Uint8Array): void {
    for (let step = 0; step < values.length; step++) {
      if (present[step] !== 1) continue
      const count = this.#counts[step]! + 1
      this.#counts[step] = count
      if (count === 1) this.#totals[step] = values[step]!
      else if (this.#moving[step] === 1 || !this.#addToSum(step, values[step]!)) this.#moveMean(step, values[step]!)
    }
  }

  /** False when the sum would become infinite; it is then not changed. */
  #addToSum(step: number, value: number): boolean {
    const total = this.#load(step)
    kahanAdd(total, value)
    if (total.sum === Infinity || total.sum === -Infinity) return false
    this.#store(step, total)
    return true
  }

  #moveMean(step: number, value: number): void {
    const mean = this.#load(step)
    const count = this.#counts[step]!
    if (this.#moving[step] === 0) {
      this.#moving[step] = 1
      mean.sum /= count - 1
      mean.compensation /= count - 1
    }
    const kept = (count - 1) / count
    mean.sum *= kept
    mean.compensation *= kept
    kahanAdd(mean, value / count)
    this.#store(step, mean)
  }

  finish(values: Float64Array): Uint8Array {
    const present = new Uint8Array(values.length)
    for (let step = 0; step < values.length; step++) {
      const count = this.#counts[step]!
      if (count === 0) continue
      const { sum, compensation } = this.#load(step)
      present[step] = 1
      values[step] = this.#moving[step] === 1 ? sum + compensation : sum / count + compensation / count
    }
    return present
  }

  #load(step: number): KahanSum {
    this.#scratch.sum = this.#totals[step]!
    this.#scratch.compensation = this.#compensations[step]!
    return this.#scratch
  }

  #store(step: number, total: KahanSum): void {
    this.#totals[step] = total.sum
    this.#compensations[step] = total.compensation
  }
}
