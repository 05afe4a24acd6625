import type { RangeSelectorPlan } from '../../plan/node.ts'
import type { Grid } from '../grid.ts'
import type { RangeOperator } from '../operator.ts'
import type { QueryContext } from '../query-context.ts'
import { SampleFilter, type Samples } from '../samples.ts'
import type { Windows } from '../range-functions/window.ts'
import { readSeries } from './read-series.ts'
import { samplesAround } from './selection-times.ts'

/** Reads the samples of a range selector that any of the windows can see. */
export class RangeSelector implements RangeOperator {
  readonly #context: QueryContext
  readonly #plan: RangeSelectorPlan
  readonly #grid: Grid
  readonly #windows: Windows

  constructor(context: QueryContext, plan: RangeSelectorPlan, grid: Grid, windows: Windows) {
    this.#context = context
    this.#plan = plan
    this.#grid = grid
    this.#windows = windows
  }

  async run(receive: (samples: Samples) => void): Promise<void> {
    const { endsMs, rangeMs, beforeMs, afterMs } = this.#windows
    const range = samplesAround(endsMs, rangeMs + beforeMs, afterMs)
    const hints = { func: this.#plan.hint, rangeMs, stepMs: this.#grid.stepMs }
    const filter = new SampleFilter()
    await readSeries(this.#context, this.#plan.selector, { range, hints }, (series) => {
      const samples = filter.floatsOf(series)
      if (samples.length > 0) receive(samples)
    })
  }
}
