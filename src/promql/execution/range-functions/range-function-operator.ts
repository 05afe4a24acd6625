import type { RangeFunctionPlan } from '../../plan/node.ts'
import { rangeHasOneName } from '../../plan/one-name.ts'
import { quote } from '../../parser/quote.ts'
import { floatColumn, type Emit } from '../column.ts'
import { DistinctLabels } from '../distinct-labels.ts'
import { METRIC_TYPE } from '../metadata-labels.ts'
import type { RangeOperator, ScalarOperator, VectorOperator } from '../operator.ts'
import { mayCollide, renamed, type QueryContext } from '../query-context.ts'
import type { Samples } from '../samples.ts'
import { rangeFunction } from './range-function.ts'
import type { RangeFunction, StepValues, Windows } from './window.ts'

export interface RangeFunctionInputs {
  readonly range: RangeOperator
  readonly args: readonly ScalarOperator[]
  readonly windows: Windows
}

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
    const { windows } = this.#inputs
    const { func } = this.#plan
    const compute = rangeFunction({
      func,
      windows,
      extension: this.#plan.range.kind === 'subquery' ? 'none' : this.#plan.range.selector.extension,
      args: await this.#argumentValues(),
      annotations: this.#context.annotations,
      firstArgument: this.#firstArgument().position,
    })
    const keepsName = func === 'last_over_time' || func === 'first_over_time'
    const count = windows.endsMs.length
    const into: StepValues = { values: new Float64Array(count), present: new Uint8Array(count) }
    const distinct = this.#mayCollide(keepsName) ? new DistinctLabels() : undefined
    const give = (samples: Samples): void => {
      if (func === 'rate' || func === 'increase') this.#noteNonCounter(samples)
      const dropName = samples.dropName || !keepsName
      const labels = dropName ? renamed(this.#context, samples.labels) : samples.labels
      distinct?.require(labels)
      emit(floatColumn(labels, into.values, into.present, dropName))
    }
    const { range } = this.#inputs
    await range.run((samples) => {
      const windowsAtOnce = compute.begin(samples)
      if (range.waits && windowsAtOnce < count)
        return this.#inTurns(compute, samples, { into, windowsAtOnce }).then((any) => (any ? give(samples) : undefined))
      if (compute.compute(samples, { from: 0, to: count }, into)) give(samples)
      return undefined
    })
  }

  /** Computes the windows of a series that together hold very many samples. */
  async #inTurns(
    compute: RangeFunction,
    samples: Samples,
    { into, windowsAtOnce }: { readonly into: StepValues; readonly windowsAtOnce: number },
  ): Promise<boolean> {
    const count = into.values.length
    let any = false
    for (let from = 0; from < count; from += windowsAtOnce) {
      const to = Math.min(count, from + windowsAtOnce)
      any = compute.compute(samples, { from, to }, into) || any
      if (this.#context.pace.due) await this.#context.pace.rest()
    }
    return any
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
  #noteNonCounter(samples: Samples): void {
    const { features, annotations } = this.#context
    // Prometheus loses the position of a subquery and points at the beginning of the query.
    const position = this.#plan.range.kind === 'subquery' ? { start: 0, end: 0 } : this.#plan.range.position
    const name = samples.labels.metricName
    if (name === '' || (name === this.#lastName && !features.typeAndUnitLabels)) return
    this.#lastName = name
    if (!features.typeAndUnitLabels) {
      if (/_(?:total|sum|count|bucket)$/.test(name)) return
      const text = 'metric might not be a counter, name does not end in _total/_sum/_count/_bucket:'
      annotations.info(`${text} ${quote(name)}`, position)
      return
    }
    const type = samples.labels.get(METRIC_TYPE)
    if (type === 'counter' || type === 'histogram') return
    const text = 'metric might not be a counter, __type__ label is not set to "counter" or "histogram"'
    annotations.info(`${text}, got ${quote(type)}: ${quote(name)}`, position)
  }
}
