import { Labels } from '../../../model/labels.ts'
import type { DateFunctionName } from '../../plan/function-names.ts'
import { floatColumn, type Emit } from '../column.ts'
import { timesOf, type Grid } from '../grid.ts'
import type { VectorOperator } from '../operator.ts'
import { datePart } from './date.ts'

/** `hour()` and the like without argument: the part of the time of each step. */
export class DateOfEvaluation implements VectorOperator {
  readonly #func: DateFunctionName
  readonly #grid: Grid

  constructor(func: DateFunctionName, grid: Grid) {
    this.#func = func
    this.#grid = grid
  }

  async run(emit: Emit): Promise<void> {
    const part = datePart(this.#func)
    const values = timesOf(this.#grid).map((timeMs) => part(timeMs / 1000))
    if (values.length > 0) emit(floatColumn(Labels.empty, values, new Uint8Array(values.length).fill(1), false))
  }
}
