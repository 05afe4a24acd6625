import type { Window, WindowFunction } from './window.ts'

/** `max_over_time`: NaN only when all samples are. */
export function maxOverTime(window: Window): boolean {
  const { values } = window.samples
  let max = values[window.from]!
  for (let i = window.from + 1; i < window.to; i++) if (values[i]! > max || Number.isNaN(max)) max = values[i]!
  window.result = max
  return true
}

export function minOverTime(window: Window): boolean {
  const { values } = window.samples
  let min = values[window.from]!
  for (let i = window.from + 1; i < window.to; i++) if (values[i]! < min || Number.isNaN(min)) min = values[i]!
  window.result = min
  return true
}

/** `ts_of_max_over_time`, `ts_of_min_over_time`: when the extreme occurred last, seconds. */
export function tsOfExtremeOverTime(extreme: 'max' | 'min'): WindowFunction {
  return (window) => {
    const { values, timestampsMs } = window.samples
    let best = window.from
    for (let i = window.from; i < window.to; i++) {
      const value = values[i]!
      const better = extreme === 'max' ? value >= values[best]! : value <= values[best]!
      if (better || Number.isNaN(values[best]!)) best = i
    }
    window.result = timestampsMs[best]! / 1000
    return true
  }
}
