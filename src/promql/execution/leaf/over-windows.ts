import type { Series } from '../../../model/series.ts'
import type { RangeFunction, StepRange, StepValues, Windows } from '../range-functions/window.ts'
import { SampleFilter, type Samples } from '../samples.ts'
import type { Leaf } from './leaf.ts'

/** A function over the windows of each series. */
export class OverWindows implements Leaf {
  readonly #function: RangeFunction
  readonly #stepCount: number
  readonly #filter = new SampleFilter()
  #samples: Samples | undefined

  constructor(func: RangeFunction, windows: Windows) {
    this.#function = func
    this.#stepCount = windows.endsMs.length
  }

  begin(series: Series): number {
    const samples = this.#filter.floatsOf(series)
    this.#samples = samples.length > 0 ? samples : undefined
    return this.#samples === undefined ? this.#stepCount : this.#function.begin(samples)
  }

  compute(steps: StepRange, into: StepValues): boolean {
    return this.#samples !== undefined && this.#function.compute(this.#samples, steps, into)
  }
}
