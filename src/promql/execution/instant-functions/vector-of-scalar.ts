import { Labels } from '../../../model/labels.ts'
import { floatColumn, type Emit } from '../column.ts'
import type { ScalarOperator, VectorOperator } from '../operator.ts'

/** `vector(scalar)`: one series without labels. */
export class VectorOfScalar implements VectorOperator {
  readonly #scalar: ScalarOperator

  constructor(scalar: ScalarOperator) {
    this.#scalar = scalar
  }

  async run(emit: Emit): Promise<void> {
    const values = await this.#scalar.values()
    if (values.length > 0) emit(floatColumn(Labels.empty, values, new Uint8Array(values.length).fill(1), false))
  }
}
