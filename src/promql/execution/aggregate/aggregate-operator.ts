import type { AggregatePlan } from '../../plan/node.ts'
import { floatColumn, type Emit } from '../column.ts'
import type { Grid } from '../grid.ts'
import type { ScalarOperator, VectorOperator } from '../operator.ts'
import type { QueryContext } from '../query-context.ts'
import type { Accumulator } from './accumulator.ts'
import { AverageAccumulator } from './average.ts'
import { CountAccumulator, GroupAccumulator } from './count.ts'
import { ExtremeAccumulator } from './extreme.ts'
import { Groups } from './grouping.ts'
import { SumAccumulator } from './sum.ts'
import { VarianceAccumulator } from './variance.ts'

/** Aggregations that make one series of each group from a running state. */
export type GroupOp = Exclude<AggregatePlan['op'], 'topk' | 'bottomk' | 'limitk' | 'limit_ratio' | 'quantile'>

export interface AggregateInputs {
  readonly input: VectorOperator
  readonly param: ScalarOperator | null
}

/** Adds each series to the state of its group as it comes; no series is kept. */
export class AggregateOperator implements VectorOperator {
  readonly #context: QueryContext
  readonly #plan: AggregatePlan & { readonly op: GroupOp }
  readonly #input: VectorOperator
  readonly #grid: Grid

  constructor(
    context: QueryContext,
    plan: AggregatePlan & { readonly op: GroupOp },
    input: VectorOperator,
    grid: Grid,
  ) {
    this.#context = context
    this.#plan = plan
    this.#input = input
    this.#grid = grid
  }

  async run(emit: Emit): Promise<void> {
    const { accounts, pace } = this.#context
    const { count } = this.#grid
    const groups = new Groups(this.#plan.grouping)
    const states: Accumulator[] = []
    const dropNames: boolean[] = []
    await this.#input.run(({ labels, values, present, dropName }) => {
      const index = groups.indexOf(labels)
      if (index === states.length) {
        accounts.hold(count)
        states.push(accumulatorOf(this.#plan.op, count))
      }
      dropNames[index] = dropName || dropNames[index] === true
      states[index]?.add(values, present)
    })
    for (const [index, state] of states.entries()) {
      const values = new Float64Array(count)
      const labels = groups.labels[index]
      if (labels !== undefined) emit(floatColumn(labels, values, state.finish(values), dropNames[index] === true))
      if (pace.due) await pace.rest()
    }
    accounts.release(count * states.length)
  }
}

function accumulatorOf(op: GroupOp, stepCount: number): Accumulator {
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
  }
}
