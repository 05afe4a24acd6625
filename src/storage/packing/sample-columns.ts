/** Room grows by so much at least: it is asked for chunk by chunk. */
const GROWTH = 1.5

/**
 * Room for decoded samples in columns, reused from block to block. `valueWords` is the same memory as `values`, seen as pairs of
 * 32-bit words (low, high), so that the bits of a value can be written without passing through a number.
 * `stale` is all zero except where a stale marker was written; who reuses the room clears it.
 */
export class SampleColumns {
  timestampsMs: Float64Array
  values: Float64Array
  valueWords: Uint32Array
  stale: Uint8Array

  constructor(capacity: number) {
    this.timestampsMs = new Float64Array(capacity)
    this.values = new Float64Array(capacity)
    this.valueWords = new Uint32Array(this.values.buffer)
    this.stale = new Uint8Array(capacity)
  }

  get capacity(): number {
    return this.values.length
  }

  /** Makes room for `needed` samples and keeps those that are there. Views of the arrays that were handed out stay as they are. */
  ensure(needed: number): void {
    if (needed <= this.values.length) return
    const capacity = Math.max(needed, Math.ceil(this.values.length * GROWTH))
    const { timestampsMs, values, stale } = this
    this.timestampsMs = new Float64Array(capacity)
    this.timestampsMs.set(timestampsMs)
    this.values = new Float64Array(capacity)
    this.values.set(values)
    this.valueWords = new Uint32Array(this.values.buffer)
    this.stale = new Uint8Array(capacity)
    this.stale.set(stale)
  }

  /** Moves the samples [from, end) forward to begin at `to`. No stale flag is left between their new end and `end`. */
  moveForward(to: number, from: number, end: number): void {
    if (to === from) return
    this.timestampsMs.copyWithin(to, from, end)
    this.values.copyWithin(to, from, end)
    this.stale.copyWithin(to, from, end)
    this.stale.fill(0, to + end - from, end)
  }
}
