import type { VectorScalarPlan } from '../../plan/node.ts'
import { hasOneName } from '../../plan/one-name.ts'
import type { Column, Emit } from '../column.ts'
import type { ScalarOperator, VectorOperator } from '../operator.ts'
import { renamed, type QueryContext } from '../query-context.ts'
import { UniqueEmitter } from '../unique-emitter.ts'
import {
  arithmetic,
  comparison,
  incompatibleFloats,
  isComparison,
  isTrim,
  type Arithmetic,
  type Comparison,
} from './operation.ts'

/** An operator between each value of a vector and a scalar. */
export class VectorScalar implements VectorOperator {
  readonly #context: QueryContext
  readonly #plan: VectorScalarPlan
  readonly #vector: VectorOperator
  readonly #scalar: ScalarOperator

  constructor(
    context: QueryContext,
    plan: VectorScalarPlan,
    inputs: { readonly vector: VectorOperator; readonly scalar: ScalarOperator },
  ) {
    this.#context = context
    this.#plan = plan
    this.#vector = inputs.vector
    this.#scalar = inputs.scalar
  }

  async run(emit: Emit): Promise<void> {
    const { op, vector, returnBool, position } = this.#plan
    const scalars = await this.#scalar.values()
    if (isTrim(op)) {
      return this.#vector.run(() => this.#context.annotations.info(incompatibleFloats(op), position))
    }
    const unique = new UniqueEmitter(this.#context, emit, hasOneName(vector))
    const apply = this.#applier(scalars)
    const renames = returnBool || !isComparison(op)
    await this.#vector.run((column) => {
      if (!apply(column)) return
      if (renames) unique.emit({ ...column, labels: renamed(this.#context, column.labels), dropName: true })
      else unique.emit(column)
    })
    await unique.finish()
  }

  /** Changes a column in place; false when nothing is left of it. */
  #applier(scalars: Float64Array): (column: Column) => boolean {
    const { op, scalarFirst, returnBool } = this.#plan
    if (isTrim(op)) return () => false
    if (isComparison(op)) {
      const test = scalarFirst ? flip(comparison(op)) : comparison(op)
      return (column) => (returnBool ? mark(column, scalars, test) : filter(column, scalars, test))
    }
    const compute = scalarFirst ? flip(arithmetic(op)) : arithmetic(op)
    return (column) => calculate(column, scalars, compute)
  }
}

function flip<T>(operation: (left: number, right: number) => T): (left: number, right: number) => T {
  return (left, right) => operation(right, left)
}

function calculate({ values, present }: Column, scalars: Float64Array, compute: Arithmetic): boolean {
  for (let step = 0; step < values.length; step++) {
    if (present[step] === 1) values[step] = compute(values[step]!, scalars[step]!)
  }
  return true
}

/** `bool`: 1 or 0. */
function mark({ values, present }: Column, scalars: Float64Array, test: Comparison): boolean {
  for (let step = 0; step < values.length; step++) {
    if (present[step] === 1) values[step] = test(values[step]!, scalars[step]!) ? 1 : 0
  }
  return true
}

/** Keeps the values that pass. */
function filter({ values, present }: Column, scalars: Float64Array, test: Comparison): boolean {
  let any = false
  for (let step = 0; step < values.length; step++) {
    if (present[step] !== 1) continue
    if (test(values[step]!, scalars[step]!)) any = true
    else present[step] = 0
  }
  return any
}
