import type { Labels } from '../../../model/labels.ts'
import { ExecutionError } from '../../errors.ts'
import { formatPlain } from '../../parser/number.ts'
import { quote } from '../../parser/quote.ts'
import type { CountValuesPlan } from '../../plan/node.ts'
import { floatColumn, type Column, type Emit } from '../column.ts'
import type { Grid } from '../grid.ts'
import type { VectorOperator } from '../operator.ts'
import type { QueryContext } from '../query-context.ts'
import { isLabelName } from '../label-name.ts'
import { Groups } from './grouping.ts'

/** `count_values`: of each group, how many series have each value; the value goes into a label. */
export class CountValuesOperator implements VectorOperator {
  readonly #context: QueryContext
  readonly #plan: CountValuesPlan
  readonly #input: VectorOperator
  readonly #grid: Grid

  constructor(context: QueryContext, plan: CountValuesPlan, input: VectorOperator, grid: Grid) {
    this.#context = context
    this.#plan = plan
    this.#input = input
    this.#grid = grid
  }

  async run(emit: Emit): Promise<void> {
    const { label, grouping } = this.#plan
    if (!isLabelName(label)) throw new ExecutionError(`invalid label name ${quote(label)}`)
    const labels = grouping.without ? grouping.labels : [...grouping.labels, label]
    const groups = new Groups({ labels, without: grouping.without })
    const counts: Float64Array[] = []
    await this.#input.run((column) => this.#count(column, groups, counts))
    for (const [index, values] of counts.entries()) {
      const present = Uint8Array.from(values, (count) => (count > 0 ? 1 : 0))
      const groupLabels = groups.labels[index]
      if (groupLabels !== undefined) emit(floatColumn(groupLabels, values, present, false))
    }
    this.#context.accounts.release(counts.length * this.#grid.count)
  }

  #count(column: Column, groups: Groups, counts: Float64Array[]): void {
    const { values, present } = column
    const known = new Map<number, Float64Array>()
    for (let step = 0; step < values.length; step++) {
      if (present[step] !== 1) continue
      const value = values[step]!
      const found = known.get(value) ?? this.#countsOf(column.labels, value, groups, counts)
      known.set(value, found)
      found[step]! += 1
    }
  }

  #countsOf(labels: Labels, value: number, groups: Groups, counts: Float64Array[]): Float64Array {
    const index = groups.indexOf(labels.with({ [this.#plan.label]: formatPlain(value) }))
    const known = counts[index]
    if (known !== undefined) return known
    this.#context.accounts.hold(this.#grid.count)
    const created = new Float64Array(this.#grid.count)
    counts.push(created)
    return created
  }
}
