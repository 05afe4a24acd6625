import type { AggregatePlan } from '../../plan/node.ts'
import { floatColumn, type Column, type Emit } from '../column.ts'
import type { Grid } from '../grid.ts'
import type { VectorOperator } from '../operator.ts'
import { quantileOfSorted, sortNanFirst } from '../quantile.ts'
import { HeldColumns, type QueryContext } from '../query-context.ts'
import { warnOfQuantile } from '../range-functions/range-function.ts'
import type { AggregateInputs } from './aggregate-operator.ts'
import { Groups } from './grouping.ts'

/** `quantile`: the only aggregation to one series a group that has to keep all values until the end. */
export class QuantileOperator implements VectorOperator {
  readonly #context: QueryContext
  readonly #plan: AggregatePlan
  readonly #inputs: AggregateInputs
  readonly #grid: Grid

  constructor(context: QueryContext, plan: AggregatePlan, inputs: AggregateInputs, grid: Grid) {
    this.#context = context
    this.#plan = plan
    this.#inputs = inputs
    this.#grid = grid
  }

  async run(emit: Emit): Promise<void> {
    const quantiles = (await this.#inputs.param?.values()) ?? new Float64Array(0)
    const groups = new Groups(this.#plan.grouping)
    const members: Column[][] = []
    const held = new HeldColumns(this.#context)
    await this.#inputs.input.run((column) => {
      const index = groups.indexOf(column.labels)
      members[index] ??= []
      members[index].push(held.keep(column))
    })
    this.#warnOfQuantiles(quantiles)
    for (const [index, columns] of members.entries()) {
      const labels = groups.labels[index]
      const dropName = columns.some((column) => column.dropName)
      const { values, present } = await this.#compute(columns, quantiles)
      if (labels !== undefined) emit(floatColumn(labels, values, present, dropName))
    }
    held.release()
  }

  async #compute(
    columns: readonly Column[],
    quantiles: Float64Array,
  ): Promise<{ readonly values: Float64Array; readonly present: Uint8Array }> {
    const values = new Float64Array(this.#grid.count)
    const seen = new Uint8Array(this.#grid.count)
    const sorted = new Float64Array(columns.length)
    for (let step = 0; step < values.length; step++) {
      let length = 0
      for (const { values: from, present } of columns) if (present[step] === 1) sorted[length++] = from[step]!
      if (length === 0) continue
      sortNanFirst(sorted, length)
      values[step] = quantileOfSorted(quantiles[step]!, sorted, length)
      seen[step] = 1
      if (this.#context.pace.due) await this.#context.pace.rest()
    }
    return { values, present: seen }
  }

  #warnOfQuantiles(quantiles: Float64Array): void {
    const { annotations } = this.#context
    const position = this.#plan.param?.position ?? this.#plan.position
    if (quantiles.some(Number.isNaN)) warnOfQuantile(annotations, NaN, position)
    const max = quantiles.reduce((a, b) => Math.max(a, b), -Infinity)
    const min = quantiles.reduce((a, b) => Math.min(a, b), Infinity)
    if (max > 1) warnOfQuantile(annotations, max, position)
    if (min < 0) warnOfQuantile(annotations, min, position)
  }
}
