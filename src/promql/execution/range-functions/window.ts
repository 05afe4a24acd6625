import type { Samples } from '../samples.ts'
import { WindowBounds } from './window-bounds.ts'

/** Windows of all steps: step `i` sees the samples in (endsMs[i] - rangeMs - beforeMs, endsMs[i] + afterMs]. */
export interface Windows {
  /** The times of the steps. */
  readonly timesMs: Float64Array
  readonly endsMs: Float64Array
  readonly rangeMs: number
  /** Samples outside the range that `anchored` and `smoothed` look at. */
  readonly beforeMs: number
  readonly afterMs: number
}

/** The window of one step: samples `from` up to, not including, `to`. Reused from step to step. */
export interface Window {
  samples: Samples
  from: number
  to: number
  /** Index of the step, to find the values of scalar arguments. */
  step: number
  timeMs: number
  /** The range proper is (startMs, endMs]. */
  startMs: number
  endMs: number
  /** Where a function puts its value. */
  result: number
}

/** Computes the value of a window that holds at least one sample into `result`; false when it has none. */
export type WindowFunction = (window: Window) => boolean

/** A function over the windows of one series; fills `values` and `present` for all steps and says whether any is present. */
export interface RangeFunction {
  apply(samples: Samples, values: Float64Array, present: Uint8Array): boolean
}

/** Runs a window function at every step. */
export class SlidingWindows implements RangeFunction {
  readonly #windows: Windows
  readonly #bounds: WindowBounds
  readonly #compute: WindowFunction

  constructor(windows: Windows, compute: WindowFunction) {
    this.#windows = windows
    this.#bounds = new WindowBounds(windows)
    this.#compute = compute
  }

  apply(samples: Samples, values: Float64Array, present: Uint8Array): boolean {
    const { timesMs, endsMs, rangeMs } = this.#windows
    this.#bounds.locate(samples)
    const { from, to } = this.#bounds
    const window: Window = { samples, from: 0, to: 0, step: 0, timeMs: 0, startMs: 0, endMs: 0, result: 0 }
    let any = false
    for (let step = 0; step < endsMs.length; step++) {
      window.from = from[step]!
      window.to = to[step]!
      window.step = step
      window.timeMs = timesMs[step]!
      window.startMs = endsMs[step]! - rangeMs
      window.endMs = endsMs[step]!
      const found = window.from < window.to && this.#compute(window)
      present[step] = found ? 1 : 0
      if (!found) continue
      values[step] = window.result
      any = true
    }
    return any
  }
}
