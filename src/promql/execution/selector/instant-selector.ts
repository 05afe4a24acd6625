import type { Labels } from '../../../model/labels.ts'
import type { TimeRange } from '../../../storage/sample-store.ts'
import type { SelectorPlan } from '../../plan/node.ts'
import { floatColumn, type Emit } from '../column.ts'
import type { Grid } from '../grid.ts'
import { NewestSamples, type NewestCall, type Pick } from '../leaf/newest-samples.ts'
import { readLeaves } from '../leaf/read-leaves.ts'
import type { VectorOperator } from '../operator.ts'
import type { QueryContext } from '../query-context.ts'
import type { StepValues } from '../range-functions/window.ts'
import { findUnread, readSeries } from './read-series.ts'
import { sampleWindows, samplesAround, selectionTimes } from './selection-times.ts'

export interface InstantSelectorOptions {
  readonly selector: SelectorPlan
  readonly hint: string
  readonly pick: Pick
  /** How far back to look; the query's lookback unless less is to be seen. */
  readonly lookbackMs: number
}

/** The newest sample in (t - lookback, t] of each series; nothing where that is a stale marker. */
export class InstantSelector implements VectorOperator {
  readonly #context: QueryContext
  readonly #options: InstantSelectorOptions
  readonly #grid: Grid
  readonly #times: Float64Array

  constructor(context: QueryContext, options: InstantSelectorOptions, grid: Grid) {
    this.#context = context
    this.#options = options
    this.#grid = grid
    this.#times = selectionTimes(grid, options.selector)
  }

  async run(emit: Emit): Promise<void> {
    const { selector, pick, lookbackMs } = this.#options
    const range = samplesAround(this.#times, lookbackMs)
    const call: NewestCall = { kind: 'newest', timesMs: this.#times, lookbackMs, pick }
    const unread = await findUnread(this.#context, selector, range)
    if (unread === undefined) return this.#read(call, range, emit)
    const take = (labels: Labels, { values, present }: StepValues): void =>
      emit(floatColumn(labels, values, present, false))
    await readLeaves(this.#context, { ...unread, call, stepCount: this.#grid.count, take })
  }

  async #read(call: NewestCall, range: TimeRange, emit: Emit): Promise<void> {
    const { selector, hint, lookbackMs } = this.#options
    const { count, stepMs } = this.#grid
    const reach = { endsMs: this.#times, stepMs, rangeMs: lookbackMs }
    const hints = { func: hint, rangeMs: 0, stepMs, windows: sampleWindows(reach, 'newest') }
    const newest = new NewestSamples(call)
    const into: StepValues = { values: new Float64Array(count), present: new Uint8Array(count) }
    await readSeries(this.#context, selector, { range, hints }, (series) => {
      newest.begin(series)
      if (newest.compute({ from: 0, to: count }, into))
        emit(floatColumn(series.labels, into.values, into.present, false))
    })
  }
}
