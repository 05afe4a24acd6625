import type { Labels } from '../../../model/labels.ts'
import type { RangeFunctionPlan } from '../../plan/node.ts'
import { rangeHasOneName } from '../../plan/one-name.ts'
import { quote } from '../../parser/quote.ts'
import { floatColumn, type Emit } from '../column.ts'
import { DistinctLabels } from '../distinct-labels.ts'
import { computeInTurns } from '../leaf/in-turns.ts'
import { readLeaves } from '../leaf/read-leaves.ts'
import { METRIC_TYPE } from '../metadata-labels.ts'
import type { RangeOperator, ScalarOperator, VectorOperator } from '../operator.ts'
import { mayCollide, renamed, type QueryContext } from '../query-context.ts'
import type { Samples } from '../samples.ts'
import { rangeFunction, type RangeCall } from './range-function.ts'
import type { StepValues, Windows } from './window.ts'

export interface RangeFunctionInputs {
  readonly range: RangeOperator
  readonly args: readonly ScalarOperator[]
  readonly windows: Windows
}

/** Takes the values of a series, which are lent. */
type Give = (of: Pick<Samples, 'labels' | 'dropName'>, values: StepValues) => void

/** A function over the windows of each series as it is read: no window, and no series, is ever built. */
export class RangeFunctionOperator implements VectorOperator {
  readonly #context: QueryContext
  readonly #plan: RangeFunctionPlan
  readonly #inputs: RangeFunctionInputs
  /** The metric that was looked at last; mostly all series have the same name. */
  #lastName = ''

  constructor(context: QueryContext, plan: RangeFunctionPlan, inputs: RangeFunctionInputs) {
    this.#context = context
    this.#plan = plan
    this.#inputs = inputs
  }

  async run(emit: Emit): Promise<void> {
    const { range } = this.#inputs
    const call = await this.#call()
    const give = this.#giver(emit)
    const unread = await range.unread?.()
    if (unread === undefined) return this.#read(call, give)
    const stepCount = this.#inputs.windows.endsMs.length
    const take = (labels: Labels, values: StepValues): void => give({ labels, dropName: false }, values)
    await readLeaves(this.#context, { ...unread, call: { kind: 'windows', ...call }, stepCount, take })
  }

  async #call(): Promise<Omit<RangeCall, 'annotations'>> {
    const { func, range } = this.#plan
    return {
      func,
      windows: this.#inputs.windows,
      extension: range.kind === 'subquery' ? 'none' : range.selector.extension,
      args: await this.#argumentValues(),
      firstArgument: this.#firstArgument().position,
    }
  }

  /** Makes columns of the values of a series and says what is to be said about it. */
  #giver(emit: Emit): Give {
    const { func } = this.#plan
    const keepsName = func === 'last_over_time' || func === 'first_over_time'
    const distinct = this.#mayCollide(keepsName) ? new DistinctLabels() : undefined
    return (of, { values, present }) => {
      if (func === 'rate' || func === 'increase') this.#noteNonCounter(of.labels)
      const dropName = of.dropName || !keepsName
      const labels = dropName ? renamed(this.#context, of.labels) : of.labels
      distinct?.require(labels)
      emit(floatColumn(labels, values, present, dropName))
    }
  }

  async #read(call: Omit<RangeCall, 'annotations'>, give: Give): Promise<void> {
    const { range } = this.#inputs
    const { annotations, pace } = this.#context
    const stepCount = call.windows.endsMs.length
    const into: StepValues = { values: new Float64Array(stepCount), present: new Uint8Array(stepCount) }
    const compute = rangeFunction({ ...call, annotations })
    await range.run((samples) => {
      const stepsAtOnce = compute.begin(samples)
      if (range.waits && stepsAtOnce < stepCount) {
        const inTurns = computeInTurns((steps) => compute.compute(samples, steps, into), {
          stepCount,
          stepsAtOnce,
          pace,
        })
        return inTurns.then((any) => (any ? give(samples, into) : undefined))
      }
      if (compute.compute(samples, { from: 0, to: stepCount }, into)) give(samples, into)
      return undefined
    })
  }

  #mayCollide(keepsName: boolean): boolean {
    return !keepsName && mayCollide(this.#context, rangeHasOneName(this.#plan.range))
  }

  async #argumentValues(): Promise<Float64Array[]> {
    const values: Float64Array[] = []
    for (const arg of this.#inputs.args) values.push(await arg.values())
    return values
  }

  /** quantile_over_time has its scalar first. */
  #firstArgument(): { readonly position: RangeFunctionPlan['position'] } {
    const { func, args, range } = this.#plan
    return func === 'quantile_over_time' ? (args[0] ?? range) : range
  }

  /** Says that a rate of what does not look like a counter may make no sense. */
  #noteNonCounter(labels: Labels): void {
    const { features, annotations } = this.#context
    // Prometheus loses the position of a subquery and points at the beginning of the query.
    const position = this.#plan.range.kind === 'subquery' ? { start: 0, end: 0 } : this.#plan.range.position
    const name = labels.metricName
    if (name === '' || (name === this.#lastName && !features.typeAndUnitLabels)) return
    this.#lastName = name
    if (!features.typeAndUnitLabels) {
      if (/_(?:total|sum|count|bucket)$/.test(name)) return
      const text = 'metric might not be a counter, name does not end in _total/_sum/_count/_bucket:'
      annotations.info(`${text} ${quote(name)}`, position)
      return
    }
    const type = labels.get(METRIC_TYPE)
    if (type === 'counter' || type === 'histogram') return
    const text = 'metric might not be a counter, __type__ label is not set to "counter" or "histogram"'
    annotations.info(`${text}, got ${quote(type)}: ${quote(name)}`, position)
  }
}
