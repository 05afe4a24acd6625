import type { Labels } from '../../model/labels.ts'
import type { Series } from '../../model/series.ts'
import { cutSeries } from '../packing/read-samples.ts'
import { SampleColumns } from '../packing/sample-columns.ts'
import type { PackedSelection, TimeRange } from '../sample-store.ts'
import type { MemorySeries } from './memory-series.ts'

/** Series of the head whose samples have not been read yet. One that is let go meanwhile has no samples. */
export class HeadSelection implements PackedSelection {
  readonly #series: readonly MemorySeries[]
  readonly #range: TimeRange
  readonly #columns: SampleColumns

  constructor(series: readonly MemorySeries[], range: TimeRange) {
    this.#series = series
    this.#range = range
    this.#columns = new SampleColumns(Math.max(1, series[0]?.countAtMost(range) ?? 0))
  }

  get length(): number {
    return this.#series.length
  }

  labelsOf(index: number): Labels {
    return this.#at(index).labels
  }

  read(index: number): Series | undefined {
    const series = this.#at(index)
    const samples = series.read(this.#range, this.#columns, 0)
    return samples.end > samples.from ? cutSeries(this.#columns, series.labels, samples) : undefined
  }

  pack(index: number, words: Uint32Array, at: number): number {
    return this.#at(index).pack(this.#range, words, at)
  }

  #at(index: number): MemorySeries {
    const series = this.#series[index]
    if (series === undefined) throw new Error(`series ${index} was asked for, of ${this.#series.length}`)
    return series
  }
}
