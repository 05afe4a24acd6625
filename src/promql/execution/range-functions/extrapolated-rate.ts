import type { Samples } from '../samples.ts'
import { CounterResets } from './counter-resets.ts'
import { WindowBounds } from './window-bounds.ts'
import { windowsPerTurn, type RangeFunction, type StepRange, type StepValues, type Windows } from './window.ts'

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

/** A product of floats that is larger by more than this is larger, whatever rounding did. */
const CLEARLY = 1 - 1e-9
const MORE_CLEARLY = 1 + 1e-9

/**
 * `rate`, `increase` and `delta`: the growth between the first and the last sample of the window, stretched to the whole
 * window where its samples seem to reach the ends and by half a distance between samples where they do not.
 * A counter is not stretched to before it was 0. With a start timestamp inside the window the counter was 0 then.
 *
 * What depends on times only is computed once for all series of the same times.
 */
export class ExtrapolatedRate implements RangeFunction {
  readonly #windows: Windows
  readonly #options: RateOptions
  readonly #resets = new CounterResets()
  #resetCount = 0
  readonly #bounds: WindowBounds
  /** Seconds from the first to the last sample of each window. */
  readonly #sampled: Float64Array
  /** Seconds to stretch towards the start and the end. */
  readonly #toStart: Float64Array
  readonly #toEnd: Float64Array
  /** What the growth is multiplied by when nothing but times matters. */
  readonly #factors: Float64Array
  /** A counter whose first value is more than this share of its growth was above 0 at the start of the stretched window. */
  readonly #zeroShares: Float64Array
  /** Each window has two samples at least. */
  #complete = false
  readonly #divisor: number

  constructor(windows: Windows, options: RateOptions) {
    const count = windows.endsMs.length
    this.#windows = windows
    this.#options = options
    this.#bounds = new WindowBounds(windows)
    this.#sampled = new Float64Array(count)
    this.#toStart = new Float64Array(count)
    this.#toEnd = new Float64Array(count)
    this.#factors = new Float64Array(count)
    this.#zeroShares = new Float64Array(count)
    this.#divisor = options.perSecond ? windows.rangeMs / 1000 : 1
  }

  begin(samples: Samples): number {
    if (this.#bounds.locate(samples)) this.#measure(samples)
    const count = this.#windows.endsMs.length
    this.#resetCount = this.#options.counter ? this.#resets.scan(samples) : 0
    // Only the resets of a window are looked at one by one.
    return this.#resetCount === 0 ? count : windowsPerTurn(this.#bounds.sampleCount, count)
  }

  compute(samples: Samples, steps: StepRange, into: StepValues): boolean {
    if (!this.#options.counter) return this.#delta(samples, steps, into)
    if (samples.startTimestampsMs !== null) return this.#startedRate(samples, steps, into)
    return this.#resetCount === 0 && this.#complete
      ? this.#steadyRate(samples, steps, into)
      : this.#resettingRate(samples, steps, into)
  }

  /** Computes what the times of the windows' samples say. */
  #measure({ timestampsMs }: Samples): void {
    const { endsMs, rangeMs } = this.#windows
    const { from, to } = this.#bounds
    const [allSampled, allToStart, allToEnd] = [this.#sampled, this.#toStart, this.#toEnd]
    this.#complete = true
    for (let step = 0; step < endsMs.length; step++) {
      const first = from[step]!
      const distances = to[step]! - 1 - first
      if (distances < 1) this.#complete = false
      if (distances < 0) continue
      const end = endsMs[step]!
      const sampled = (timestampsMs[first + distances]! - timestampsMs[first]!) / 1000
      const toStart = (timestampsMs[first]! - (end - rangeMs)) / 1000
      const toEnd = (end - timestampsMs[first + distances]!) / 1000
      allSampled[step] = sampled
      allToStart[step] = toStart
      allToEnd[step] = toEnd
      // Mostly both ends are clearly near: then the average distance need not be known.
      const near = sampled * REACHES_END * CLEARLY
      if (toStart * distances >= near || toEnd * distances >= near) this.#limit(step, sampled, distances)
    }
    this.#multiply()
  }

  /** Stretches by half a distance only where the samples do not reach an end of the window. */
  #limit(step: number, sampled: number, distances: number): void {
    const distance = distances > 0 ? sampled / distances : 0
    const threshold = distance * REACHES_END
    if (this.#toStart[step]! >= threshold) this.#toStart[step] = distance / 2
    if (this.#toEnd[step]! >= threshold) this.#toEnd[step] = distance / 2
  }

  #multiply(): void {
    const [factors, sampled, toStart, toEnd] = [this.#factors, this.#sampled, this.#toStart, this.#toEnd]
    for (let step = 0; step < factors.length; step++) {
      factors[step] = this.#factor(sampled[step]!, toStart[step]!, toEnd[step]!)
      this.#zeroShares[step] = (toStart[step]! / sampled[step]!) * MORE_CLEARLY
    }
  }

  #factor(sampled: number, toStart: number, toEnd: number): number {
    return (sampled === 0 ? 1 : (sampled + toStart + toEnd) / sampled) / this.#divisor
  }

  #delta({ values: source }: Samples, steps: StepRange, { values, present }: StepValues): boolean {
    const { from, to } = this.#bounds
    const factors = this.#factors
    let any = false
    for (let step = steps.from; step < steps.to; step++) {
      const first = from[step]!
      const end = to[step]!
      present[step] = 0
      if (end - first < 2) continue
      values[step] = (source[end - 1]! - source[first]!) * factors[step]!
      present[step] = 1
      any = true
    }
    return any
  }

  /** The common case in a loop of its own: a counter that never falls, whose start is not known and that no window misses. */
  #steadyRate({ values: source }: Samples, steps: StepRange, { values, present }: StepValues): boolean {
    const { from, to } = this.#bounds
    const factors = this.#factors
    const zeroShares = this.#zeroShares
    for (let step = steps.from; step < steps.to; step++) {
      const first = source[from[step]!]!
      const increase = source[to[step]! - 1]! - first
      const nearZero = first <= increase * zeroShares[step]!
      values[step] = increase * (nearZero ? this.#fromZero(step, first, increase) : factors[step]!)
    }
    present.fill(1, steps.from, steps.to)
    return true
  }

  #resettingRate({ values: source }: Samples, steps: StepRange, { values, present }: StepValues): boolean {
    const { from, to } = this.#bounds
    let any = false
    for (let step = steps.from; step < steps.to; step++) {
      const firstIndex = from[step]!
      const end = to[step]!
      present[step] = 0
      if (end - firstIndex < 2) continue
      const first = source[firstIndex]!
      const increase = this.#resets.correct(source[end - 1]! - first, source, firstIndex, end)
      values[step] = increase * this.#fromZero(step, first, increase)
      present[step] = 1
      any = true
    }
    return any
  }

  /** A counter whose start timestamps are known: where the counter began inside the window, it was 0 then. */
  #startedRate(samples: Samples, steps: StepRange, { values, present }: StepValues): boolean {
    const { from, to } = this.#bounds
    let any = false
    for (let step = steps.from; step < steps.to; step++) {
      const firstIndex = from[step]!
      const end = to[step]!
      present[step] = 0
      if (end === firstIndex) continue
      const { increase, factor } = this.#started(samples, step)
      if (factor === undefined) continue
      values[step] = increase * factor
      present[step] = 1
      any = true
    }
    return any
  }

  #started(samples: Samples, step: number): { readonly increase: number; readonly factor: number | undefined } {
    const { timestampsMs, values, startTimestampsMs } = samples
    const firstIndex = this.#bounds.from[step]!
    const end = this.#bounds.to[step]!
    const first = values[firstIndex]!
    const increase = this.#resets.correct(values[end - 1]! - first, values, firstIndex, end)
    if (this.#resets.hasOverlap(firstIndex, end)) this.#options.onStartOverlap(samples)
    const bornMs = startTimestampsMs?.[firstIndex] ?? 0
    const windowStartMs = this.#windows.endsMs[step]! - this.#windows.rangeMs
    if (bornMs !== 0 && bornMs > windowStartMs && bornMs < timestampsMs[firstIndex]!) {
      const sampled = (timestampsMs[end - 1]! - bornMs) / 1000
      return { increase: increase + first, factor: this.#factor(sampled, 0, this.#toEnd[step]!) }
    }
    // One sample without a start says nothing.
    return { increase, factor: end - firstIndex < 2 ? undefined : this.#fromZero(step, first, increase) }
  }

  /** The factor for a counter that would be below 0 at the start of the stretched window: it begins at 0 instead. */
  #fromZero(step: number, first: number, increase: number): number {
    const sampled = this.#sampled[step]!
    const toStart = this.#toStart[step]!
    if (!(increase > 0 && first >= 0)) return this.#factors[step]!
    const toZero = sampled * (first / increase)
    return toZero < toStart ? this.#factor(sampled, toZero, this.#toEnd[step]!) : this.#factors[step]!
  }
}
