import type { Samples } from '../samples.ts'
import { CounterResets } from './counter-resets.ts'
import type { RangeFunction, Windows } from './window.ts'

export interface RateOptions {
  /** A fall of the value is a reset (`rate`, `increase`; not `delta`). */
  readonly counter: boolean
  /** Divide by the range in seconds. */
  readonly perSecond: boolean
  /** Called for each window with contradicting start timestamps. */
  readonly onStartOverlap: (samples: Samples) => void
}

/** Samples of a window closer to its ends than this many average distances are taken to reach them. */
const REACHES_END = 1.1

/**
 * `rate`, `increase` and `delta`: the growth between the first and the last sample of the window, stretched to the whole
 * window where its samples seem to reach the ends and by half a distance between samples where they do not.
 * A counter is not stretched to before it was 0. With a start timestamp inside the window the counter was 0 then.
 */
export class ExtrapolatedRate implements RangeFunction {
  readonly #windows: Windows
  readonly #options: RateOptions
  readonly #resets = new CounterResets()

  constructor(windows: Windows, options: RateOptions) {
    this.#windows = windows
    this.#options = options
  }

  apply(samples: Samples, values: Float64Array, present: Uint8Array): boolean {
    const { endsMs, rangeMs } = this.#windows
    const { timestampsMs, length } = samples
    if (this.#options.counter) this.#resets.scan(samples)
    // One sample is enough only where its start is known.
    const needed = this.#options.counter && samples.startTimestampsMs !== null ? 1 : 2
    let any = false
    let from = 0
    let to = 0
    for (let step = 0; step < endsMs.length; step++) {
      const end = endsMs[step]!
      while (to < length && timestampsMs[to]! <= end) to++
      while (from < to && timestampsMs[from]! <= end - rangeMs) from++
      const result = to - from >= needed ? this.#compute(samples, from, to, end) : undefined
      present[step] = result === undefined ? 0 : 1
      if (result === undefined) continue
      values[step] = result
      any = true
    }
    return any
  }

  #compute(samples: Samples, from: number, to: number, endMs: number): number | undefined {
    const { timestampsMs, values } = samples
    const { counter, perSecond, onStartOverlap } = this.#options
    const { rangeMs } = this.#windows
    const startMs = endMs - rangeMs
    const firstMs = timestampsMs[from]!
    const lastMs = timestampsMs[to - 1]!
    const first = values[from]!
    let increase = values[to - 1]! - first
    if (counter) {
      increase = this.#resets.correct(increase, values, from, to)
      if (this.#resets.hasOverlap(from, to)) onStartOverlap(samples)
    }
    let sampled = (lastMs - firstMs) / 1000
    let toStart = (firstMs - startMs) / 1000
    let toEnd = (endMs - lastMs) / 1000
    const distance = to - from > 1 ? sampled / (to - from - 1) : 0
    const threshold = distance * REACHES_END
    const born = counter ? (samples.startTimestampsMs?.[from] ?? 0) : 0
    if (born !== 0 && born > startMs && born < firstMs) {
      toStart = 0
      sampled = (lastMs - born) / 1000
      increase += first
    } else {
      if (to - from === 1) return undefined
      if (toStart >= threshold) toStart = distance / 2
      if (counter && increase > 0 && first >= 0) toStart = Math.min(toStart, sampled * (first / increase))
    }
    if (toEnd >= threshold) toEnd = distance / 2
    let factor = sampled === 0 ? 1 : (sampled + toStart + toEnd) / sampled
    if (perSecond) factor /= rangeMs / 1000
    return increase * factor
  }
}
