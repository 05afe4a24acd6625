import type { Accumulator } from './accumulator.ts'

/** `count`: the number of series with a value. */
export class CountAccumulator implements Accumulator {
  readonly #counts: Float64Array

  constructor(stepCount: number) {
    this.#counts = new Float64Array(stepCount)
  }

  add(_values: Float64Array, present: Uint8Array): void {
    const counts = this.#counts
    for (let step = 0; step < counts.length; step++) counts[step]! += present[step]!
  }

  finish(values: Float64Array): Uint8Array {
    values.set(this.#counts)
    return Uint8Array.from(this.#counts, (count) => (count > 0 ? 1 : 0))
  }
}

/** `group`: 1 where any series has a value. */
export class GroupAccumulator implements Accumulator {
  readonly #seen: Uint8Array

  constructor(stepCount: number) {
    this.#seen = new Uint8Array(stepCount)
  }

  add(_values: Float64Array, present: Uint8Array): void {
    for (let step = 0; step < present.length; step++) this.#seen[step]! |= present[step]!
  }

  finish(values: Float64Array): Uint8Array {
    values.fill(1)
    return this.#seen
  }
}
