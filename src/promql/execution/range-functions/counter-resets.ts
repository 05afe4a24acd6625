import type { Samples } from '../samples.ts'

/**
 * Whether a counter started anew between two samples, as its start timestamps tell (0: unknown). A start equal to the time of the previous
 * sample means a reset for delta series only, which is when the previous start is known and lies before its sample.
 */
export function isStartTimeReset(samples: Samples, previous: number): boolean {
  const { startTimestampsMs, timestampsMs } = samples
  if (startTimestampsMs === null) return false
  const start = startTimestampsMs[previous + 1]!
  const previousTime = timestampsMs[previous]!
  if (start === 0 || start >= timestampsMs[previous + 1]! || start < previousTime) return false
  if (start > previousTime) return true
  const previousStart = startTimestampsMs[previous]!
  return previousStart !== 0 && previousStart < previousTime
}

/** A start before the previous sample that is not also that sample's start contradicts it. */
function startOverlaps(samples: Samples, previous: number): boolean {
  const { startTimestampsMs, timestampsMs } = samples
  if (startTimestampsMs === null) return false
  const start = startTimestampsMs[previous + 1]!
  return start !== 0 && start < timestampsMs[previous]! && start !== startTimestampsMs[previous]!
}

/** The samples at which a counter had started anew, and those whose start contradicts the one before; found once for a series. */
export class CounterResets {
  #resets = new Uint32Array(16)
  #resetCount = 0
  #overlaps = new Uint32Array(16)
  #overlapCount = 0
  #nextReset = 0

  /** Looks through another series; gives the number of resets. */
  scan(samples: Samples): number {
    const { values, length } = samples
    this.#resetCount = 0
    this.#overlapCount = 0
    this.#nextReset = 0
    if (samples.startTimestampsMs !== null) return this.#scanStarts(samples)
    for (let i = 1; i < length; i++) {
      if (values[i]! < values[i - 1]!) this.#resets = append(this.#resets, this.#resetCount++, i)
    }
    return this.#resetCount
  }

  #scanStarts(samples: Samples): number {
    const { values, length } = samples
    for (let i = 1; i < length; i++) {
      if (values[i]! < values[i - 1]! || isStartTimeReset(samples, i - 1)) {
        this.#resets = append(this.#resets, this.#resetCount++, i)
      }
      if (startOverlaps(samples, i - 1)) this.#overlaps = append(this.#overlaps, this.#overlapCount++, i)
    }
    return this.#resetCount
  }

  /**
   * Adds to `increase` the value before each reset in the window (from, to). Windows must come in order.
   * The additions happen in the order of time, so that the sum is the same to the last bit as Prometheus's.
   */
  correct(increase: number, values: Float64Array, from: number, to: number): number {
    while (this.#nextReset < this.#resetCount && this.#resets[this.#nextReset]! <= from) this.#nextReset++
    let corrected = increase
    for (let r = this.#nextReset; r < this.#resetCount && this.#resets[r]! < to; r++) {
      corrected += values[this.#resets[r]! - 1]!
    }
    return corrected
  }

  hasOverlap(from: number, to: number): boolean {
    for (let i = 0; i < this.#overlapCount; i++) {
      const at = this.#overlaps[i]!
      if (at > from && at < to) return true
    }
    return false
  }
}

type List = Uint32Array<ArrayBuffer>

function append(list: List, index: number, value: number): List {
  let target = list
  if (index === list.length) {
    target = new Uint32Array(list.length * 2)
    target.set(list)
  }
  target[index] = value
  return target
}
