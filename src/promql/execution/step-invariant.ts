import { floatColumn, type Emit } from './column.ts'
import type { Grid } from './grid.ts'
import type { VectorOperator } from './operator.ts'

/** A vector that is the same at every step: computed at the first and repeated. */
export class StepInvariant implements VectorOperator {
  readonly #input: VectorOperator
  readonly #count: number

  /** `input` is built for a grid of one step. */
  constructor(input: VectorOperator, grid: Grid) {
    this.#input = input
    this.#count = grid.count
  }

  async run(emit: Emit): Promise<void> {
    const values = new Float64Array(this.#count)
    const present = new Uint8Array(this.#count)
    await this.#input.run((column) => {
      const [value] = column.values
      if (value === undefined || column.present[0] !== 1) return
      emit(floatColumn(column.labels, values.fill(value), present.fill(1), column.dropName))
    })
  }
}
