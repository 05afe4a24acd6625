import type { AggregatePlan } from '../../plan/node.ts'
import { countPresent, floatColumn, type Emit } from '../column.ts'
import type { Grid } from '../grid.ts'
import type { ScalarOperator, VectorOperator } from '../operator.ts'
import type { QueryContext } from '../query-context.ts'
import { warnOfQuantile } from '../range-functions/range-function.ts'
import type { Accumulator } from './accumulator.ts'
import { AverageAccumulator } from './average.ts'
import { CountAccumulator, GroupAccumulator } from './count.ts'
import { ExtremeAccumulator } from './extreme.ts'
import { Groups } from './grouping.ts'
import { QuantileAccumulator } from './quantile.ts'
import { SumAccumulator } from './sum.ts'
import { VarianceAccumulator } from './variance.ts'

/** Aggregations that make one series of each group. Series are added as they come and never kept (but by `quantile`). */
export type GroupOp = Exclude<AggregatePlan['op'], 'topk' | 'bottomk' | 'limitk' | 'limit_ratio'>

export interface AggregateInputs {
  readonly input: VectorOperator
  readonly param: ScalarOperator | null
}

export class AggregateOperator implements VectorOperator {
  readonly #context: QueryContext
  readonly #plan: AggregatePlan & { readonly op: GroupOp }
  readonly #inputs: AggregateInputs
  readonly #grid: Grid

  constructor(
    context: QueryContext,
    plan: AggregatePlan & { readonly op: GroupOp },
    inputs: AggregateInputs,
    grid: Grid,
  ) {
    this.#context = context
    this.#plan = plan
    this.#inputs = inputs
    this.#grid = grid
  }

  async run(emit: Emit): Promise<void> {
    const { accounts, pace } = this.#context
    const param = (await this.#inputs.param?.values()) ?? new Float64Array(0)
    const groups = new Groups(this.#plan.grouping)
    const states: Accumulator[] = []
    const dropNames: boolean[] = []
    let held = 0
    await this.#inputs.input.run(({ labels, values, present, dropName }) => {
      const index = groups.indexOf(labels)
      const isNew = index === states.length
      const grown = isNew ? this.#grid.count : this.#plan.op === 'quantile' ? countPresent(present) : 0
      if (grown > 0) accounts.hold(grown)
      held += grown
      if (isNew) states.push(accumulatorOf(this.#plan.op, this.#grid.count, param))
      dropNames[index] = dropName || dropNames[index] === true
      states[index]?.add(values, present)
    })
    if (this.#plan.op === 'quantile') this.#warnOfQuantiles(param)
    for (const [index, state] of states.entries()) {
      const values = new Float64Array(this.#grid.count)
      const labels = groups.labels[index]
      if (labels !== undefined) emit(floatColumn(labels, values, state.finish(values), dropNames[index] === true))
      if (pace.due) await pace.rest()
    }
    accounts.release(held)
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

function accumulatorOf(op: GroupOp, stepCount: number, param: Float64Array): Accumulator {
  switch (op) {
    case 'sum':
      return new SumAccumulator(stepCount)
    case 'avg':
      return new AverageAccumulator(stepCount)
    case 'count':
      return new CountAccumulator(stepCount)
    case 'group':
      return new GroupAccumulator(stepCount)
    case 'min':
    case 'max':
      return new ExtremeAccumulator(op, stepCount)
    case 'stddev':
    case 'stdvar':
      return new VarianceAccumulator(op, stepCount)
    case 'quantile':
      return new QuantileAccumulator(param)
  }
}
