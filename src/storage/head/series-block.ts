import type { Series } from '../../model/series.ts'
import type { TimeRange } from '../sample-store.ts'
import type { MemorySeries } from './memory-series.ts'
import { SampleColumns } from './sample-columns.ts'

/** Small enough that a block stays in the processor's cache while a query works on it. */
const BLOCK_SAMPLES = 65_536
const BLOCK_SERIES = 1_000

/**
 * One block of a result and the room that its samples are decoded into, used again for the next block.
 * The series that `take` gives are views of that room: they are valid until the next `add` or `join`.
 */
export class SeriesBlock {
  readonly #columns: SampleColumns
  #series: Series[] = []
  #size = 0

  /** `samplesExpected` saves memory for small results; the block grows as needed. */
  constructor(samplesExpected: number) {
    this.#columns = new SampleColumns(Math.min(samplesExpected, BLOCK_SAMPLES))
  }

  get isEmpty(): boolean {
    return this.#series.length === 0
  }

  /** Whether `sampleCount` more samples still make a block of moderate size. */
  hasRoomFor(sampleCount: number): boolean {
    return this.isEmpty || (this.#size + sampleCount <= BLOCK_SAMPLES && this.#series.length < BLOCK_SERIES)
  }

  /** Adds the samples of a series in the range, when there are any; `countAtMost` is what the series says for this range. */
  add(series: MemorySeries, range: TimeRange, countAtMost: number): void {
    this.#columns.ensure(this.#size + countAtMost)
    const { count, stale } = series.read(range, this.#columns, this.#size)
    if (count > 0) this.#series.push(this.#cut(series.labels, count, stale))
  }

  /** Adds one series of two parts: `older` from elsewhere, then the samples of `newer` in the range, all of which must be later. */
  join(older: Series, newer: MemorySeries, range: TimeRange): void {
    const olderCount = older.values.length
    this.#columns.ensure(this.#size + olderCount + newer.countAtMost(range))
    const { count, stale } = newer.read(range, this.#columns, this.#size + olderCount)
    this.#columns.timestampsMs.set(older.timestampsMs, this.#size)
    this.#columns.values.set(older.values, this.#size)
    if (older.stale !== null) this.#columns.stale.set(older.stale, this.#size)
    const joined = this.#cut(newer.labels, olderCount + count, stale || older.stale !== null)
    // The histograms of the older part keep their indexes, because it comes first.
    this.#series.push(older.histograms === null ? joined : { ...joined, histograms: older.histograms })
  }

  /** Adds a series as it is, without copying its samples. */
  pass(series: Series): void {
    this.#series.push(series)
  }

  /** The series added since the last time. */
  take(): readonly Series[] {
    const taken = this.#series
    this.#series = []
    this.#size = 0
    return taken
  }

  #cut(labels: Series['labels'], count: number, stale: boolean): Series {
    const { timestampsMs, values, stale: flags } = this.#columns
    const [from, to] = [this.#size, this.#size + count]
    this.#size = to
    // Flags get an array of their own, so that the room stays all zero for the next block.
    const own = stale ? flags.slice(from, to) : null
    if (stale) flags.fill(0, from, to)
    return {
      labels,
      timestampsMs: timestampsMs.subarray(from, to),
      values: values.subarray(from, to),
      stale: own,
      histograms: null,
    }
  }
}
