import type { Series } from '../../../model/series.ts'
import type { SelectorPlan } from '../../plan/node.ts'
import { floatColumn, type Emit } from '../column.ts'
import type { Grid } from '../grid.ts'
import type { VectorOperator } from '../operator.ts'
import type { QueryContext } from '../query-context.ts'
import { readSeries } from './read-series.ts'
import { sampleWindows, samplesAround, selectionTimes } from './selection-times.ts'

/** What a step takes from the newest sample in its lookback. */
type Pick = 'value' | 'timestamp' | 'start-timestamp'

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
    const { selector, hint, lookbackMs } = this.#options
    const range = samplesAround(this.#times, lookbackMs)
    const reach = { endsMs: this.#times, stepMs: this.#grid.stepMs, rangeMs: lookbackMs }
    const hints = { func: hint, rangeMs: 0, stepMs: this.#grid.stepMs, windows: sampleWindows(reach, 'newest') }
    const values = new Float64Array(this.#grid.count)
    const present = new Uint8Array(this.#grid.count)
    await readSeries(this.#context, selector, { range, hints }, (series) => {
      const source = this.#source(series)
      if (source !== null && pickNewest(series, { times: this.#times, lookbackMs, source }, values, present)) {
        emit(floatColumn(series.labels, values, present, false))
      }
    })
  }

  #source(series: Series): Float64Array | null {
    switch (this.#options.pick) {
      case 'value':
        return series.values
      case 'timestamp':
        return series.timestampsMs
      case 'start-timestamp':
        return series.startTimestampsMs ?? null
    }
  }
}

interface Newest {
  readonly times: Float64Array
  readonly lookbackMs: number
  readonly source: Float64Array
}

/** Fills in the newest entry of `source` for each time; false when there is none at all. */
function pickNewest(series: Series, newest: Newest, values: Float64Array, present: Uint8Array): boolean {
  const { timestampsMs, stale, histograms } = series
  const { times, lookbackMs, source } = newest
  const length = timestampsMs.length
  let next = 0
  let any = false
  for (let step = 0; step < times.length; step++) {
    const time = times[step]!
    while (next < length && timestampsMs[next]! <= time) next++
    const found = next - 1
    const fresh = found >= 0 && timestampsMs[found]! > time - lookbackMs && stale?.[found] !== 1
    if (fresh && histograms?.has(found) !== true) {
      values[step] = source[found]!
      present[step] = 1
      any = true
    } else {
      present[step] = 0
    }
  }
  return any
}
