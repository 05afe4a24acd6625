import type { Series } from '../../model/series.ts'
import type { TimeRange } from '../sample-store.ts'
import { cutSeries, type ReadSamples } from '../packing/read-samples.ts'
import { SampleColumns } from '../packing/sample-columns.ts'
import type { MemorySeries } from './memory-series.ts'

/** Small enough that a block stays in the processor's cache while a query works on it. */
const BLOCK_SAMPLES = 65_536
const BLOCK_SERIES = 1_000
/** Room for the series that fills a block: a few hours of samples. */
const LAST_SERIES_SAMPLES = 1_024

/**
 * One block of a result and the room that its samples are decoded into, used again for the next block.
 * The series that `take` gives are views of that room: they are valid until the next `add` or `join`.
 */
export class SeriesBlock {
  readonly #columns: SampleColumns
  #series: Series[] = []
  #size = 0

  /** `samplesExpected` saves memory for small results; the block grows as needed, by the last series in it beyond its size. */
  constructor(samplesExpected: number) {
    this.#columns = new SampleColumns(Math.min(samplesExpected, BLOCK_SAMPLES + LAST_SERIES_SAMPLES))
  }

  get isEmpty(): boolean {
    return this.#series.length === 0
  }

  /** Whether there is enough for a block of moderate size: time to `take`. */
  get isFull(): boolean {
    return this.#size >= BLOCK_SAMPLES || this.#series.length >= BLOCK_SERIES
  }

  /** Adds the samples of a series in the range, when there are any. */
  add(series: MemorySeries, range: TimeRange): void {
    const samples = series.read(range, this.#columns, this.#size)
    if (samples.end > samples.from) this.#series.push(this.#cut(series.labels, samples))
  }

  /** Adds one series of two parts: `older` from elsewhere, then the samples of `newer` in the range, all of which must be later. */
  join(older: Series, newer: MemorySeries, range: TimeRange): void {
    const from = this.#size
    const middle = from + older.values.length
    this.#columns.ensure(middle)
    const samples = newer.read(range, this.#columns, middle)
    const end = middle + samples.end - samples.from
    this.#columns.moveForward(middle, samples.from, samples.end)
    this.#columns.timestampsMs.set(older.timestampsMs, from)
    this.#columns.values.set(older.values, from)
    if (older.stale !== null) this.#columns.stale.set(older.stale, from)
    const joined = this.#cut(newer.labels, { from, end, stale: samples.stale || older.stale !== null })
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

  #cut(labels: Series['labels'], samples: ReadSamples): Series {
    this.#size = samples.end
    return cutSeries(this.#columns, labels, samples)
  }
}
