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

/** Steps `from` up to, not including, `to`. */
export interface StepRange {
  readonly from: number
  readonly to: number
}

/** Where the value of each step goes, and whether it has one. */
export interface StepValues {
  readonly values: Float64Array
  readonly present: Uint8Array
}

/** A function over the windows of one series after the other. */
export interface RangeFunction {
  /** Turns to another series; gives how many of its windows may be computed without letting others have a turn, one at least. */
  begin(samples: Samples): number
  /** Fills in the windows of the steps, which must follow those of the call before, and says whether any has a value. */
  compute(samples: Samples, steps: StepRange, into: StepValues): boolean
}

/** Samples that are looked at in one go, counted again for each window that they are in: 10 ms for the slowest functions. */
const LOOKS_PER_TURN = 500_000

/** How many of `count` windows may be computed in one go, when `looks` are taken at samples for all of them. */
export function windowsPerTurn(looks: number, count: number): number {
  return Math.max(1, Math.floor(count * Math.min(1, LOOKS_PER_TURN / looks)))
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

  begin(samples: Samples): number {
    this.#bounds.locate(samples)
    return windowsPerTurn(this.#bounds.sampleCount, this.#windows.endsMs.length)
  }

  compute(samples: Samples, steps: StepRange, { values, present }: StepValues): boolean {
    const { timesMs, endsMs, rangeMs } = this.#windows
    const { from, to } = this.#bounds
    const window: Window = { samples, from: 0, to: 0, step: 0, timeMs: 0, startMs: 0, endMs: 0, result: 0 }
    let any = false
    for (let step = steps.from; step < steps.to; step++) {
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
