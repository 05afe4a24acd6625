import type { AggregatePlan } from '../../plan/node.ts'
import { ExecutionError } from '../../errors.ts'
import { formatShort } from '../../parser/number.ts'
import type { Column, Emit } from '../column.ts'
import type { Grid } from '../grid.ts'
import type { VectorOperator } from '../operator.ts'
import { emitAll } from '../paced.ts'
import { HeldColumns, type QueryContext } from '../query-context.ts'
import type { AggregateInputs } from './aggregate-operator.ts'
import { Groups } from './grouping.ts'
import { hashLabels } from './label-hash.ts'
import { BestSeries } from './best-series.ts'

/** Aggregations that keep some series of each group as they are. */
export type ChooseOp = 'topk' | 'bottomk' | 'limitk' | 'limit_ratio'

type ChoosePlan = AggregatePlan & { readonly op: ChooseOp }

/** Chooses at each step which series of each group stay. Of an instant query the series come out ranked, group by group. */
export class ChooseOperator implements VectorOperator {
  readonly #context: QueryContext
  readonly #plan: ChoosePlan
  readonly #inputs: AggregateInputs
  readonly #grid: Grid

  constructor(context: QueryContext, plan: ChoosePlan, inputs: AggregateInputs, grid: Grid) {
    this.#context = context
    this.#plan = plan
    this.#inputs = inputs
    this.#grid = grid
  }

  async run(emit: Emit): Promise<void> {
    const param = (await this.#inputs.param?.values()) ?? new Float64Array(0)
    const { op, grouping } = this.#plan
    const isOneGroup = !grouping.without && grouping.labels.length === 0
    if (isOneGroup && (op === 'topk' || op === 'bottomk')) return this.#keepBestOfAll(param, emit)
    const held = new HeldColumns(this.#context)
    await this.#inputs.input.run((column) => void held.keep(column))
    const grouped = this.#plan.op === 'limit_ratio' ? this.#checkRatios(param) : checkLimits(param)
    if (grouped) await this.#choose(held.columns, param, emit)
    held.release()
  }

  /** False when no step keeps anything. */
  #checkRatios(ratios: Float64Array): boolean {
    const { max, min } = extremesOf(ratios)
    if (max === 0 && min === 0) return false
    if (ratios.some(Number.isNaN)) throw new ExecutionError('Ratio value is NaN')
    if (max > 1) this.#warnOfRatio(max, 1)
    if (min < -1) this.#warnOfRatio(min, -1)
    return true
  }

  #warnOfRatio(ratio: number, cap: number): void {
    const text = `ratio value should be between -1 and 1, got ${formatShort(ratio)}, capping to ${cap}`
    this.#context.annotations.warn(text, this.#plan.param?.position ?? this.#plan.position)
  }

  async #choose(columns: readonly Column[], param: Float64Array, emit: Emit): Promise<void> {
    const groups = new Groups(this.#plan.grouping)
    const members: number[][] = []
    for (const [i, column] of columns.entries()) {
      const index = groups.indexOf(column.labels)
      members[index] ??= []
      members[index].push(i)
      if (this.#context.pace.due) await this.#context.pace.rest()
    }
    const ranking: number[] = []
    for (const group of members) {
      for (const i of await this.#chooseFrom(group, columns, param)) ranking.push(i)
    }
    await this.#emitChosen(columns, ranking, emit)
  }

  async #emitChosen(columns: readonly Column[], ranking: readonly number[], emit: Emit): Promise<void> {
    const chosen = ranking.map((i) => columns[i]!)
    const emitPresent: Emit = (column) => {
      if (column.present.includes(1)) emit(column)
    }
    await emitAll(chosen, emitPresent, this.#context.pace)
  }

  /** Where all series are one group, those that are not among the best as they come need not be kept. */
  async #keepBestOfAll(param: Float64Array, emit: Emit): Promise<void> {
    const best = new BestSeries(this.#plan.op === 'topk', param.map(Math.trunc))
    const held = new HeldColumns(this.#context)
    await this.#inputs.input.run((column) => {
      if (best.offer(column, held.columns.length)) held.keep(column)
    })
    if (!checkLimits(param)) return
    const all = held.columns.map((_, i) => i)
    await this.#emitChosen(held.columns, await this.#keepOnly(best, all, held.columns), emit)
    held.release()
  }

  /** Takes from each step the series that do not stay; gives the members in order of their rank at the last step. */
  async #chooseFrom(
    group: readonly number[],
    columns: readonly Column[],
    param: Float64Array,
  ): Promise<readonly number[]> {
    switch (this.#plan.op) {
      case 'topk':
      case 'bottomk':
        return this.#keepBest(group, columns, param)
      case 'limitk':
        await this.#keepFirst(group, columns, param)
        return group
      case 'limit_ratio':
        await this.#keepShare(group, columns, param)
        return group
    }
  }

  async #keepBest(
    group: readonly number[],
    columns: readonly Column[],
    param: Float64Array,
  ): Promise<readonly number[]> {
    const best = new BestSeries(this.#plan.op === 'topk', param.map(Math.trunc))
    for (const i of group) {
      best.offer(columns[i]!, i)
      if (this.#context.pace.due) await this.#context.pace.rest()
    }
    return this.#keepOnly(best, group, columns)
  }

  /** Takes the members from the steps at which they are not among the best. */
  async #keepOnly(best: BestSeries, group: readonly number[], columns: readonly Column[]): Promise<readonly number[]> {
    const { pace } = this.#context
    for (const i of group) {
      columns[i]!.present.fill(0)
      if (pace.due) await pace.rest()
    }
    for (let step = 0; step < this.#grid.count; step++) {
      for (const i of best.at(step)) columns[i]!.present[step] = 1
      if (pace.due) await pace.rest()
    }
    return this.#grid.count === 1 ? best.rankedAt(0) : group
  }

  async #keepFirst(group: readonly number[], columns: readonly Column[], param: Float64Array): Promise<void> {
    const kept = new Float64Array(param.length)
    for (const i of group) {
      const { present } = columns[i]!
      for (let step = 0; step < present.length; step++) {
        if (present[step] !== 1) continue
        if (kept[step]! < Math.trunc(param[step]!)) kept[step]! += 1
        else present[step] = 0
      }
      if (this.#context.pace.due) await this.#context.pace.rest()
    }
  }

  /** Keeps a series when the hash of its labels falls into the lower (negative ratio: the upper) share of all hashes. */
  async #keepShare(group: readonly number[], columns: readonly Column[], param: Float64Array): Promise<void> {
    for (const i of group) {
      const { labels, present } = columns[i]!
      const share = Number(hashLabels(labels)) / 2 ** 64
      for (let step = 0; step < present.length; step++) {
        const ratio = Math.max(-1, Math.min(1, param[step]!))
        const stays = ratio >= 0 ? share < ratio : share >= 1 + ratio
        if (!stays) present[step] = 0
      }
      if (this.#context.pace.due) await this.#context.pace.rest()
    }
  }
}

const INT64_END = 2 ** 63

/** False when no step keeps anything. Throws `ExecutionError` where a limit is no 64-bit integer. */
function checkLimits(limits: Float64Array): boolean {
  const { max, min } = extremesOf(limits)
  if (max < 1) return false
  if (limits.some(Number.isNaN)) throw new ExecutionError('Parameter value is NaN')
  if (min <= -INT64_END) throw new ExecutionError(`Scalar value ${formatShort(min)} underflows int64`)
  if (max >= INT64_END) throw new ExecutionError(`Scalar value ${formatShort(max)} overflows int64`)
  return true
}

function extremesOf(values: Float64Array): { readonly max: number; readonly min: number } {
  return {
    max: values.reduce((a, b) => Math.max(a, b), -Number.MAX_VALUE),
    min: values.reduce((a, b) => Math.min(a, b), Number.MAX_VALUE),
  }
}
