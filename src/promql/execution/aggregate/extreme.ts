import type { Accumulator } from './accumulator.ts'

/** `max` and `min`: NaN only when all values are. */
export class ExtremeAccumulator implements Accumulator {
  readonly #best: Float64Array
  readonly #seen: Uint8Array
  readonly #sign: 1 | -1

  constructor(op: 'max' | 'min', stepCount: number) {
    this.#best = new Float64Array(stepCount)
    this.#seen = new Uint8Array(stepCount)
    this.#sign = op === 'max' ? 1 : -1
  }

  add(values: Float64Array, present: Uint8Array): void {
    const best = this.#best
    const sign = this.#sign
    for (let step = 0; step < best.length; step++) {
      if (present[step] !== 1) continue
      const value = values[step]!
      const current = best[step]!
      if (this.#seen[step] === 0 || value * sign > current * sign || Number.isNaN(current)) {
        best[step] = value
        this.#seen[step] = 1
      }
    }
  }

  finish(values: Float64Array): Uint8Array {
    values.set(this.#best)
    return this.#seen
  }
}
