import { assertNever } from '../../util/assert-never.ts'
import type {
  AbsentOverTimePlan,
  AdjustPlan,
  AggregatePlan,
  DatePlan,
  EvaluationTimePlan,
  HistogramFractionPlan,
  HistogramPartPlan,
  HistogramQuantilePlan,
  MathPlan,
  NegatePlan,
  RangeFunctionPlan,
  RangePlan,
  SampleTimePlan,
  ScalarPlan,
  SelectorPlan,
  SetPlan,
  VectorPlan,
  VectorVectorPlan,
} from '../plan/node.ts'
import { hasOneName } from '../plan/one-name.ts'
import { AggregateOperator, type GroupOp } from './aggregate/aggregate-operator.ts'
import { ChooseOperator, type ChooseOp } from './aggregate/choose-operator.ts'
import { QuantileOperator } from './aggregate/quantile-operator.ts'
import { CountValuesOperator } from './aggregate/count-values.ts'
import { SetOperator } from './binary/set-operator.ts'
import { VectorScalar } from './binary/vector-scalar.ts'
import { VectorVector } from './binary/vector-vector.ts'
import { timesOf, type Grid } from './grid.ts'
import { HistogramFraction } from './histogram/histogram-fraction.ts'
import { HistogramQuantile } from './histogram/histogram-quantile.ts'
import { InfoOperator } from './info/info-operator.ts'
import { AbsentOperator, AbsentOverTimeOperator } from './instant-functions/absent.ts'
import { adjustFunction } from './instant-functions/adjust.ts'
import { datePart } from './instant-functions/date.ts'
import { DateOfEvaluation } from './instant-functions/date-operator.ts'
import { MapValues, type ValueMap } from './instant-functions/map-values.ts'
import { mathFunction } from './instant-functions/math.ts'
import { NoFloats } from './instant-functions/no-floats.ts'
import { SortOperator } from './instant-functions/sort-operator.ts'
import { VectorOfScalar } from './instant-functions/vector-of-scalar.ts'
import { LabelJoin } from './label-functions/label-join.ts'
import { LabelReplace } from './label-functions/label-replace.ts'
import type { RangeOperator, ScalarOperator, VectorOperator } from './operator.ts'
import type { Probe } from './probe.ts'
import type { QueryContext } from './query-context.ts'
import { RangeFunctionOperator } from './range-functions/range-function-operator.ts'
import type { Windows } from './range-functions/window.ts'
import {
  ConstantScalar,
  ScalarBinary,
  ScalarExtreme,
  ScalarNegate,
  ScalarOfVector,
  ScalarStepInvariant,
  TimeScalar,
} from './scalar/scalar-operators.ts'
import { InstantSelector } from './selector/instant-selector.ts'
import { RangeSelector } from './selector/range-selector.ts'
import { selectionTimes } from './selector/selection-times.ts'
import { SmoothedSelector } from './selector/smoothed-selector.ts'
import { subqueryGrid, SubqueryOperator } from './selector/subquery.ts'
import { StepInvariant } from './step-invariant.ts'

type ValueByValuePlan = MathPlan | AdjustPlan | DatePlan | NegatePlan | EvaluationTimePlan
type HistogramPlan = HistogramPartPlan | HistogramQuantilePlan | HistogramFractionPlan

/** A subquery whose windows hold more samples is kept, so that a function over them can rest: 50 ms of work for the slowest. */
const LOOKS_PER_REST = 2_500_000

/** Makes operators of plans: the one place that knows which operator computes which node. */
export class OperatorBuilder {
  readonly #context: QueryContext
  readonly #probe: Probe

  constructor(context: QueryContext, probe: Probe) {
    this.#context = context
    this.#probe = probe
  }

  vector(plan: VectorPlan, grid: Grid): VectorOperator {
    return this.#probe.vector(plan, () => this.#vector(plan, grid))
  }

  #vector(plan: VectorPlan, grid: Grid): VectorOperator {
    const context = this.#context
    switch (plan.kind) {
      case 'instant-selector':
        return this.#instantSelector(plan.selector, plan.hint, grid)
      case 'sample-time':
        return this.#sampleTime(plan, grid)
      case 'range-function':
      case 'absent-over-time':
        return this.#overWindows(plan, grid)
      case 'math':
      case 'adjust':
      case 'date':
      case 'negate':
      case 'evaluation-time':
        return this.#valueByValue(plan, grid)
      case 'histogram-part':
      case 'histogram-quantile':
      case 'histogram-fraction':
        return this.#histogram(plan, grid)
      case 'absent':
        return new AbsentOperator(this.vector(plan.input, grid), { labels: plan.labels, dropName: false }, grid)
      case 'label-replace':
        return new LabelReplace(context, plan, this.vector(plan.input, grid))
      case 'label-join':
        return new LabelJoin(context, plan, this.vector(plan.input, grid))
      case 'info':
        return new InfoOperator(context, plan, this.vector(plan.input, grid), grid)
      case 'sort':
        return new SortOperator(context, plan, this.vector(plan.input, grid), grid)
      case 'vector-of-scalar':
        return new VectorOfScalar(this.scalar(plan.input, grid))
      case 'aggregate':
        return this.#aggregate(plan, grid)
      case 'count-values':
        return new CountValuesOperator(context, plan, this.vector(plan.input, grid), grid)
      case 'vector-scalar':
        return new VectorScalar(context, plan, {
          vector: this.vector(plan.vector, grid),
          scalar: this.scalar(plan.scalar, grid),
        })
      case 'vector-vector':
        return new VectorVector(context, plan, this.#sides(plan, grid), grid)
      case 'set':
        return new SetOperator(context, plan, this.#sides(plan, grid), grid)
      case 'step-invariant':
        return new StepInvariant(this.vector(plan.input, firstStep(grid)), grid)
      default:
        return assertNever(plan)
    }
  }

  scalar(plan: ScalarPlan, grid: Grid): ScalarOperator {
    switch (plan.kind) {
      case 'number':
        return new ConstantScalar(plan.value, grid)
      case 'time':
        return new TimeScalar(grid)
      case 'scalar-of-vector':
        return new ScalarOfVector(this.vector(plan.input, grid), grid)
      case 'scalar-binary':
        return new ScalarBinary(plan.op, this.scalar(plan.left, grid), this.scalar(plan.right, grid))
      case 'scalar-negate':
        return new ScalarNegate(this.scalar(plan.input, grid))
      case 'scalar-extreme':
        return new ScalarExtreme(
          plan.func,
          plan.args.map((arg) => this.scalar(arg, grid)),
        )
      case 'scalar-step-invariant':
        return new ScalarStepInvariant(this.scalar(plan.input, firstStep(grid)), grid)
      default:
        return assertNever(plan)
    }
  }

  /** The samples that the windows of a range are cut from. */
  range(plan: RangePlan, grid: Grid, windows = this.#windows(plan, grid)): RangeOperator {
    switch (plan.kind) {
      case 'range-selector':
        return this.#probe.range(plan, () => new RangeSelector(this.#context, plan, grid, windows))
      case 'subquery': {
        const inner = subqueryGrid(plan, grid)
        return this.#probe.range(plan, () => {
          const looks = windows.endsMs.length * Math.min(inner.count, plan.rangeMs / plan.stepMs)
          return new SubqueryOperator(
            this.#context,
            { input: this.vector(plan.input, inner), isLong: looks > LOOKS_PER_REST },
            inner,
          )
        })
      }
      default:
        return assertNever(plan)
    }
  }

  #windows(plan: RangePlan, grid: Grid): Windows {
    const { lookbackMs } = this.#context
    const shift = plan.kind === 'subquery' ? plan : plan.selector
    const extension = plan.kind === 'subquery' ? 'none' : plan.selector.extension
    return {
      timesMs: timesOf(grid),
      endsMs: selectionTimes(grid, shift),
      rangeMs: plan.rangeMs,
      beforeMs: extension === 'none' ? 0 : lookbackMs,
      afterMs: extension === 'smoothed' ? lookbackMs : 0,
    }
  }

  #overWindows(plan: RangeFunctionPlan | AbsentOverTimePlan, grid: Grid): VectorOperator {
    const windows = this.#windows(plan.range, grid)
    const range = this.range(plan.range, grid, windows)
    if (plan.kind === 'absent-over-time') {
      return new AbsentOverTimeOperator(range, { labels: plan.labels, dropName: true }, windows)
    }
    const args = plan.args.map((arg) => this.scalar(arg, grid))
    return new RangeFunctionOperator(this.#context, plan, { range, args, windows })
  }

  #valueByValue(plan: ValueByValuePlan, grid: Grid): VectorOperator {
    switch (plan.kind) {
      case 'math': {
        const change = mathFunction(plan.func)
        return this.#map(plan.input, grid, async () => ({ change }))
      }
      case 'adjust': {
        const args = plan.args.map((arg) => this.scalar(arg, grid))
        return this.#map(plan.input, grid, async () => adjustFunction(plan.func, await valuesOf(args)))
      }
      case 'date': {
        const change = datePart(plan.func)
        if (plan.input === null) return new DateOfEvaluation(plan.func, grid)
        return this.#map(plan.input, grid, async () => ({ change }))
      }
      case 'negate':
        return this.#map(plan.input, grid, async () => ({ change: (value) => -value }))
      case 'evaluation-time': {
        if (plan.func === 'start_timestamp') return new NoFloats(this.vector(plan.input, grid))
        const times = timesOf(grid)
        return this.#map(plan.input, grid, async () => ({ change: (_, step) => (times[step] ?? 0) / 1000 }))
      }
    }
  }

  #histogram(plan: HistogramPlan, grid: Grid): VectorOperator {
    const input = this.vector(plan.input, grid)
    switch (plan.kind) {
      case 'histogram-part':
        return new NoFloats(input)
      case 'histogram-quantile': {
        const quantiles = plan.quantiles.map((quantile) => this.scalar(quantile, grid))
        return new HistogramQuantile(this.#context, plan, { input, quantiles }, grid)
      }
      case 'histogram-fraction': {
        const [lower, upper] = [this.scalar(plan.lower, grid), this.scalar(plan.upper, grid)]
        return new HistogramFraction(this.#context, plan, { input, lower, upper })
      }
    }
  }

  #sides(plan: VectorVectorPlan | SetPlan, grid: Grid): { left: VectorOperator; right: VectorOperator } {
    return { left: this.vector(plan.left, grid), right: this.vector(plan.right, grid) }
  }

  #instantSelector(selector: SelectorPlan, hint: string, grid: Grid): VectorOperator {
    if (selector.extension === 'smoothed') return new SmoothedSelector(this.#context, selector, grid)
    return new InstantSelector(
      this.#context,
      { selector, hint, pick: 'value', lookbackMs: this.#context.lookbackMs },
      grid,
    )
  }

  #sampleTime(plan: SampleTimePlan, grid: Grid): VectorOperator {
    const { selector, func, position } = plan
    const lookbackMs = Math.max(0, this.#context.lookbackMs - plan.unseenMs)
    const pick = func === 'timestamp' ? 'timestamp' : 'start-timestamp'
    const times = new InstantSelector(this.#context, { selector, hint: func, pick, lookbackMs }, grid)
    const oneName = hasOneName({ kind: 'instant-selector', selector, hint: func, position })
    const prepare = async (): Promise<ValueMap> => ({ change: (timeMs) => timeMs / 1000 })
    return new MapValues(this.#context, times, { prepare, oneName })
  }

  #map(input: VectorPlan, grid: Grid, prepare: () => Promise<ValueMap>): VectorOperator {
    return new MapValues(this.#context, this.vector(input, grid), { prepare, oneName: hasOneName(input) })
  }

  #aggregate(plan: AggregatePlan, grid: Grid): VectorOperator {
    const param = plan.param === null ? null : this.scalar(plan.param, grid)
    const inputs = { input: this.vector(plan.input, grid), param }
    const { op } = plan
    if (op === 'quantile') return new QuantileOperator(this.#context, plan, inputs, grid)
    return isChoice(op)
      ? new ChooseOperator(this.#context, { ...plan, op }, inputs, grid)
      : new AggregateOperator(this.#context, { ...plan, op }, inputs.input, grid)
  }
}

function isChoice(op: GroupOp | ChooseOp): op is ChooseOp {
  return op === 'topk' || op === 'bottomk' || op === 'limitk' || op === 'limit_ratio'
}

function firstStep(grid: Grid): Grid {
  return { ...grid, endMs: grid.startMs, count: Math.min(1, grid.count) }
}

async function valuesOf(args: readonly ScalarOperator[]): Promise<Float64Array[]> {
  const values: Float64Array[] = []
  for (const arg of args) values.push(await arg.values())
  return values
}
