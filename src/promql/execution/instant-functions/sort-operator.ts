import { compareLabels, compareText } from '../../../model/labels.ts'
import type { SortPlan } from '../../plan/node.ts'
import type { Column, Emit } from '../column.ts'
import type { Grid } from '../grid.ts'
import type { VectorOperator } from '../operator.ts'
import { emitAll, sortPaced } from '../paced.ts'
import { HeldColumns, type QueryContext } from '../query-context.ts'
import { compareNatural } from './natural-order.ts'

/** `sort*` of an instant query. Range queries are ordered by labels whatever is asked for, and get a warning. */
export class SortOperator implements VectorOperator {
  readonly #context: QueryContext
  readonly #plan: SortPlan
  readonly #input: VectorOperator
  readonly #grid: Grid

  constructor(context: QueryContext, plan: SortPlan, input: VectorOperator, grid: Grid) {
    this.#context = context
    this.#plan = plan
    this.#input = input
    this.#grid = grid
  }

  async run(emit: Emit): Promise<void> {
    if (this.#grid.endMs !== this.#grid.startMs) return this.#passOn(emit)
    const held = new HeldColumns(this.#context)
    await this.#input.run((column) => void held.keep(column))
    const { pace } = this.#context
    await emitAll(await sortPaced(held.columns, this.#order(), pace), emit, pace)
    held.release()
  }

  async #passOn(emit: Emit): Promise<void> {
    await this.#input.run(emit)
    // After the input, because of equal warnings the last one stays.
    const text = 'sort is ineffective for range queries since results are always ordered by labels'
    this.#context.annotations.warn(text, this.#plan.position)
  }

  #order(): (a: Column, b: Column) => number {
    const { func, labels } = this.#plan
    switch (func) {
      case 'sort':
        return (a, b) => compareValues(a.values[0]!, b.values[0]!)
      case 'sort_desc':
        return (a, b) => compareDescending(a.values[0]!, b.values[0]!)
      case 'sort_by_label':
        return (a, b) => compareByLabels(a, b, labels)
      case 'sort_by_label_desc':
        return (a, b) => -compareByLabels(a, b, labels)
    }
  }
}

/** Ascending, NaN last. */
function compareValues(a: number, b: number): number {
  if (Number.isNaN(a) || Number.isNaN(b)) return Number(Number.isNaN(a)) - Number(Number.isNaN(b))
  return a < b ? -1 : Number(a > b)
}

/** Descending, NaN last too. */
function compareDescending(a: number, b: number): number {
  return Number.isNaN(a) || Number.isNaN(b) ? compareValues(a, b) : compareValues(b, a)
}

function compareByLabels(a: Column, b: Column, labels: readonly string[]): number {
  for (const label of labels) {
    const [left, right] = [a.labels.get(label), b.labels.get(label)]
    if (left !== right) return compareNatural(left, right) || compareText(left, right)
  }
  return compareLabels(a.labels, b.labels)
}
