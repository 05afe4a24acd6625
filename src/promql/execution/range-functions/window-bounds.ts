import type { Samples } from '../samples.ts'
import type { Windows } from './window.ts'

/**
 * Which samples each window holds: for step `i` those from `from[i]` up to, not including, `to[i]`. Series that are scraped
 * together have the same times, so the bounds of the last series are kept and mostly serve for the next as well.
 */
export class WindowBounds {
  readonly from: Int32Array
  readonly to: Int32Array
  /** The samples of all windows, each counted as often as it is in one. */
  sampleCount = 0
  readonly #windows: Windows
  #timestampsMs = new Float64Array(0)
  #length = -1

  constructor(windows: Windows) {
    this.#windows = windows
    this.from = new Int32Array(windows.endsMs.length)
    this.to = new Int32Array(windows.endsMs.length)
  }

  /** Finds the bounds for a series. True when they differ from those of the series before. */
  locate({ timestampsMs, length }: Samples): boolean {
    if (this.#isKnown(timestampsMs, length)) return false
    this.#remember(timestampsMs, length)
    const { endsMs, rangeMs, beforeMs, afterMs } = this.#windows
    const reachMs = rangeMs + beforeMs
    const allFrom = this.from
    const allTo = this.to
    let from = 0
    let to = 0
    let sampleCount = 0
    for (let step = 0; step < endsMs.length; step++) {
      const end = endsMs[step]!
      while (to < length && timestampsMs[to]! <= end + afterMs) to++
      while (from < to && timestampsMs[from]! <= end - reachMs) from++
      allFrom[step] = from
      allTo[step] = to
      sampleCount += to - from
    }
    this.sampleCount = sampleCount
    return true
  }

  #isKnown(timestampsMs: Float64Array, length: number): boolean {
    if (length !== this.#length) return false
    const known = this.#timestampsMs
    for (let i = 0; i < length; i++) if (timestampsMs[i] !== known[i]) return false
    return true
  }

  /** Copies, because the arrays are lent. */
  #remember(timestampsMs: Float64Array, length: number): void {
    if (this.#timestampsMs.length < length) this.#timestampsMs = new Float64Array(length * 2)
    this.#timestampsMs.set(timestampsMs.subarray(0, length))
    this.#length = length
  }
}
