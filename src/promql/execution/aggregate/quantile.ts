import { quantileOfSorted, sortNanFirst } from '../quantile.ts'
import type { Accumulator } from './accumulator.ts'

/** `quantile`: keeps all values of all steps until the end. */
export class QuantileAccumulator implements Accumulator {
  readonly #q: Float64Array
  readonly #columns: Array<{ readonly values: Float64Array; readonly present: Uint8Array }> = []

  /** `q` has one value a step. */
  constructor(q: Float64Array) {
    this.#q = q
  }

  add(values: Float64Array, present: Uint8Array): void {
    this.#columns.push({ values: values.slice(), present: present.slice() })
  }

  finish(values: Float64Array): Uint8Array {
    const seen = new Uint8Array(values.length)
    const sorted = new Float64Array(this.#columns.length)
    for (let step = 0; step < values.length; step++) {
      let length = 0
      for (const column of this.#columns) if (column.present[step] === 1) sorted[length++] = column.values[step]!
      if (length === 0) continue
      sortNanFirst(sorted, length)
      values[step] = quantileOfSorted(this.#q[step]!, sorted, length)
      seen[step] = 1
    }
    return seen
  }
}
