import type { VectorOperator } from '../operator.ts'

/** Functions of what float samples do not have: computes its input, for the errors in it, and emits nothing. */
export class NoFloats implements VectorOperator {
  readonly #input: VectorOperator

  constructor(input: VectorOperator) {
    this.#input = input
  }

  run(): Promise<void> {
    return this.#input.run(() => undefined)
  }
}
