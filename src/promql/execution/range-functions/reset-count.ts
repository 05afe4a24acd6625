import { isStartTimeReset } from './counter-resets.ts'
import { firstIndex } from './extended-rate.ts'
import type { Window, WindowFunction } from './window.ts'

/** `resets`: how often the value fell, or the counter says that it started anew. */
export function countResets(anchored: boolean): WindowFunction {
  return (window) => {
    const { values } = window.samples
    return countPairs(window, anchored, (i) => values[i + 1]! < values[i]! || isStartTimeReset(window.samples, i))
  }
}

/** `changes`: how often the value became another one; NaN after NaN is no change. */
export function countChanges(anchored: boolean): WindowFunction {
  return (window) => {
    const { values } = window.samples
    return countPairs(window, anchored, (i) => {
      const previous = values[i]!
      const value = values[i + 1]!
      return value !== previous && !(Number.isNaN(value) && Number.isNaN(previous))
    })
  }
}

/** Counts neighbours (i, i + 1) of the window that pass. An anchored window begins with the last sample at or before its start. */
function countPairs(window: Window, anchored: boolean, test: (index: number) => boolean): boolean {
  const { samples, to, startMs } = window
  let from = window.from
  if (anchored) {
    const inside = firstIndex(samples.timestampsMs, from, to, (time) => time > startMs)
    if (inside === to) return false
    from = Math.max(from, inside - 1)
  }
  let count = 0
  for (let i = from; i + 1 < to; i++) if (test(i)) count++
  window.result = count
  return true
}
