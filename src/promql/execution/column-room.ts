import type { Column } from './column.ts'

/** Values that are reserved at a time once there are many columns. */
const MOST_VALUES = 1 << 14

/**
 * Where columns are copied to that somebody keeps: many in one piece of memory, because a piece for each costs as much as copying its values, and
 * collecting it as garbage again. A piece lives as long as one of its columns.
 */
export class ColumnRoom {
  #values = new Float64Array(0)
  #present = new Uint8Array(0)
  #used = 0
  #copied = 0

  /** Copies a lent column. */
  copy({ labels, values, present, dropName, histograms }: Column): Column {
    const from = this.#reserve(values.length)
    const to = from + values.length
    this.#values.set(values, from)
    this.#present.set(present, from)
    const kept = this.#values.subarray(from, to)
    return { labels, values: kept, present: this.#present.subarray(from, to), dropName, histograms }
  }

  /** Twice as much each time, so that few columns take little. */
  #reserve(length: number): number {
    if (this.#used + length > this.#values.length) {
      const capacity = Math.max(length, Math.min(this.#copied, MOST_VALUES))
      this.#values = new Float64Array(capacity)
      this.#present = new Uint8Array(capacity)
      this.#used = 0
    }
    const from = this.#used
    this.#used += length
    this.#copied += length
    return from
  }
}
