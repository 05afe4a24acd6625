import { isStartTimeReset } from './counter-resets.ts'
import type { Window } from './window.ts'

/** `idelta`: the difference of the last two samples. */
export function instantDelta(window: Window): boolean {
  const { samples, from, to } = window
  if (to - from < 2) return false
  window.result = samples.values[to - 1]! - samples.values[to - 2]!
  return true
}

/** `irate`: the growth per second between the last two samples; after a reset the last value is the growth. */
export function instantRate(window: Window): boolean {
  const { samples, from, to } = window
  if (to - from < 2) return false
  const last = samples.values[to - 1]!
  const previous = samples.values[to - 2]!
  const reset = last < previous || isStartTimeReset(samples, to - 2)
  const seconds = (samples.timestampsMs[to - 1]! - samples.timestampsMs[to - 2]!) / 1000
  window.result = (reset ? last : last - previous) / seconds
  return true
}
