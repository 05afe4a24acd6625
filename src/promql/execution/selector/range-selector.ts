import type { RangeSelectorPlan } from '../../plan/node.ts'
import type { TimeRange, WantedSamples } from '../../../storage/sample-store.ts'
import type { Grid } from '../grid.ts'
import type { UnreadSeries } from '../leaf/read-here.ts'
import type { RangeOperator, Receive } from '../operator.ts'
import type { QueryContext } from '../query-context.ts'
import { SampleFilter } from '../samples.ts'
import type { Windows } from '../range-functions/window.ts'
import { findUnread, readSeries } from './read-series.ts'
import { sampleWindows, samplesAround } from './selection-times.ts'

/** Reads the samples of a range selector that any of the windows can see. */
export class RangeSelector implements RangeOperator {
  readonly waits = true
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

  unread(): Promise<UnreadSeries | undefined> {
    return findUnread(this.#context, this.#plan.selector, this.#range)
  }

  get #range(): TimeRange {
    const { endsMs, rangeMs, beforeMs, afterMs } = this.#windows
    return samplesAround(endsMs, rangeMs + beforeMs, afterMs)
  }

  async run(receive: Receive): Promise<void> {
    const { endsMs, rangeMs, beforeMs, afterMs } = this.#windows
    const { stepMs } = this.#grid
    const reach = { endsMs, stepMs, rangeMs: rangeMs + beforeMs, afterMs }
    const windows = sampleWindows(reach, wantedBy(this.#plan.hint))
    const hints = { func: this.#plan.hint, rangeMs, stepMs, windows }
    const filter = new SampleFilter()
    await readSeries(this.#context, this.#plan.selector, { range: this.#range, hints }, (series) => {
      const samples = filter.floatsOf(series)
      return samples.length > 0 ? receive(samples) : undefined
    })
  }
}

/** What a function over a window needs of its samples. */
function wantedBy(func: string): WantedSamples {
  switch (func) {
    case 'last_over_time':
    case 'present_over_time':
      return 'newest-value'
    case 'min_over_time':
      return 'smallest'
    case 'max_over_time':
      return 'largest'
    default:
      return 'every'
  }
}
