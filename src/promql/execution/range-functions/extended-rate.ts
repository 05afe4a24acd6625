import type { Samples } from '../samples.ts'
import { interpolate } from './interpolate.ts'
import type { Window, WindowFunction } from './window.ts'

export interface ExtendedRateOptions {
  readonly counter: boolean
  /** Undefined: the growth itself. Else the range in seconds to divide by. */
  readonly perSeconds: number | undefined
  /** Values at the ends are read off the line between the samples around them; else the nearest earlier sample counts. */
  readonly smoothed: boolean
}

/** `rate`, `increase`, `delta` over `anchored` and `smoothed` ranges: the growth between the exact ends of the window. */
export function extendedRate(options: ExtendedRateOptions): WindowFunction {
  return (window) => {
    const ends = findEnds(window, options.smoothed)
    if (ends === undefined) return false
    const { samples } = window
    const left = leftValue(samples, ends.first, window.startMs, options)
    const right = rightValue(window, ends.last, options)
    let growth = right - left
    if (options.counter) growth += resetsBetween(window, ends, left, right)
    window.result = options.perSeconds === undefined ? growth : growth / options.perSeconds
    return true
  }
}

interface Ends {
  readonly first: number
  readonly last: number
}

/** The samples that stand for the ends of the range: the last at or before its start, and the last (smoothed: the first at or after its end). */
export function findEnds(window: Window, smoothed: boolean): Ends | undefined {
  const { samples, from, to, startMs, endMs } = window
  const { timestampsMs } = samples
  let last = to - 1
  const first = Math.max(from, firstIndex(timestampsMs, from, last, (time) => time > startMs) - 1)
  if (smoothed) last = firstIndex(timestampsMs, from, last, (time) => time >= endMs)
  if (timestampsMs[last]! <= startMs) return undefined
  if (smoothed && timestampsMs[first]! > endMs) return undefined
  return { first, last }
}

/** The first index in [from, end) whose time fulfils the (monotonous) test, else `end`. */
export function firstIndex(times: Float64Array, from: number, end: number, test: (time: number) => boolean): number {
  let low = from
  let high = end
  while (low < high) {
    const middle = (low + high) >>> 1
    if (test(times[middle]!)) high = middle
    else low = middle + 1
  }
  return low
}

export function leftValue(
  samples: Samples,
  first: number,
  startMs: number,
  options: Pick<ExtendedRateOptions, 'smoothed' | 'counter'>,
): number {
  return options.smoothed && samples.timestampsMs[first]! < startMs
    ? interpolate(samples, first, startMs, options.counter)
    : samples.values[first]!
}

export function rightValue(
  window: Window,
  last: number,
  options: Pick<ExtendedRateOptions, 'smoothed' | 'counter'>,
): number {
  const { samples, from, endMs } = window
  return options.smoothed && last > from && samples.timestampsMs[last]! > endMs
    ? interpolate(samples, last - 1, endMs, options.counter)
    : samples.values[last]!
}

/** The sum of the values before each fall from `left` over the samples strictly inside the range to `right`. */
function resetsBetween(window: Window, ends: Ends, left: number, right: number): number {
  const { samples, startMs, endMs } = window
  const inner = samples.timestampsMs[ends.first]! <= startMs ? ends.first + 1 : ends.first
  const innerEnd = samples.timestampsMs[ends.last]! >= endMs ? ends.last : ends.last + 1
  let correction = 0
  let previous = left
  for (let i = inner; i < innerEnd; i++) {
    const value = samples.values[i]!
    if (value < previous) correction += previous
    previous = value
  }
  return right < previous ? correction + previous : correction
}
