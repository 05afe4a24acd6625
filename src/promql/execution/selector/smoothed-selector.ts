import type { SelectorPlan } from '../../plan/node.ts'
import { floatColumn, type Emit } from '../column.ts'
import type { Grid } from '../grid.ts'
import type { VectorOperator } from '../operator.ts'
import type { QueryContext } from '../query-context.ts'
import { interpolate } from '../range-functions/interpolate.ts'
import { SampleFilter, type Samples } from '../samples.ts'
import { readSeries } from './read-series.ts'
import { samplesAround, selectionTimes } from './selection-times.ts'

/** `selector smoothed`: the value at the time itself, on the line between the samples around it; the newest value where none follows. */
export class SmoothedSelector implements VectorOperator {
  readonly #context: QueryContext
  readonly #selector: SelectorPlan
  readonly #grid: Grid
  readonly #times: Float64Array

  constructor(context: QueryContext, selector: SelectorPlan, grid: Grid) {
    this.#context = context
    this.#selector = selector
    this.#grid = grid
    this.#times = selectionTimes(grid, selector)
  }

  async run(emit: Emit): Promise<void> {
    const { lookbackMs } = this.#context
    const range = samplesAround(this.#times, lookbackMs, lookbackMs)
    const hints = { func: '', rangeMs: 0, stepMs: this.#grid.stepMs }
    const filter = new SampleFilter()
    const values = new Float64Array(this.#grid.count)
    const present = new Uint8Array(this.#grid.count)
    await readSeries(this.#context, this.#selector, { range, hints }, (series) => {
      if (this.#smooth(filter.floatsOf(series), values, present))
        emit(floatColumn(series.labels, values, present, false))
    })
  }

  #smooth(samples: Samples, values: Float64Array, present: Uint8Array): boolean {
    const { timestampsMs, length } = samples
    const { lookbackMs } = this.#context
    let next = 0
    let any = false
    for (let step = 0; step < this.#times.length; step++) {
      const time = this.#times[step]!
      while (next < length && timestampsMs[next]! < time) next++
      const hasPrevious = next > 0 && timestampsMs[next - 1]! > time - lookbackMs
      const hasNext = next < length && timestampsMs[next]! <= time + lookbackMs
      const exact = hasNext && timestampsMs[next] === time
      present[step] = exact || hasPrevious ? 1 : 0
      if (present[step] === 0) continue
      any = true
      if (exact) values[step] = samples.values[next]!
      else values[step] = hasNext ? interpolate(samples, next - 1, time, false) : samples.values[next - 1]!
    }
    return any
  }
}
