import type { Histogram } from './histogram.ts'
import type { Labels } from './labels.ts'

/**
 * Samples of many series in columns: sample `i` belongs to `labels[series[i]]`.
 * A stale marker is a flag and never a NaN payload, because arithmetic and the JIT may change a payload on the way.
 * A batch is built once (see `SampleBatchBuilder`) and not changed afterwards.
 */
export interface SampleBatch {
  readonly labels: readonly Labels[]
  readonly series: Uint32Array
  readonly timestampsMs: Float64Array
  readonly values: Float64Array
  /** 1 where the sample says that its series has ended; its value is then NaN and means nothing. */
  readonly stale: Uint8Array
  /** Native histograms by sample index; empty until they are supported throughout. */
  readonly histograms: ReadonlyMap<number, Histogram>
}

/** Collects samples into a batch; grows as needed. */
export class SampleBatchBuilder {
  readonly #labels: Labels[] = []
  readonly #indexes = new Map<string, number>()
  #series = new Uint32Array(64)
  #timestampsMs = new Float64Array(64)
  #values = new Float64Array(64)
  #stale = new Uint8Array(64)
  #size = 0

  get size(): number {
    return this.#size
  }

  add(labels: Labels, timestampMs: number, value: number): void {
    this.#push(this.seriesOf(labels), timestampMs, value, 0)
  }

  addStale(labels: Labels, timestampMs: number): void {
    this.#push(this.seriesOf(labels), timestampMs, NaN, 1)
  }

  /** The index of the series with these labels, for senders of many samples per series; then `put` each sample. */
  seriesOf(labels: Labels): number {
    const known = this.#indexes.get(labels.key)
    if (known !== undefined) return known
    const index = this.#labels.push(labels) - 1
    this.#indexes.set(labels.key, index)
    return index
  }

  /** The index of a series that the caller knows not to be in the batch yet: without a look-up. Its labels must not be added by name. */
  newSeries(labels: Labels): number {
    return this.#labels.push(labels) - 1
  }

  /** Adds a sample to a series that `seriesOf` or `newSeries` gave. */
  put(series: number, timestampMs: number, value: number): void {
    this.#push(series, timestampMs, value, 0)
  }

  putStale(series: number, timestampMs: number): void {
    this.#push(series, timestampMs, NaN, 1)
  }

  build(): SampleBatch {
    return {
      labels: this.#labels,
      series: this.#series.subarray(0, this.#size),
      timestampsMs: this.#timestampsMs.subarray(0, this.#size),
      values: this.#values.subarray(0, this.#size),
      stale: this.#stale.subarray(0, this.#size),
      histograms: new Map(),
    }
  }

  #push(series: number, timestampMs: number, value: number, stale: 0 | 1): void {
    if (this.#size === this.#values.length) this.#grow()
    this.#series[this.#size] = series
    this.#timestampsMs[this.#size] = timestampMs
    this.#values[this.#size] = value
    this.#stale[this.#size] = stale
    this.#size++
  }

  #grow(): void {
    const capacity = this.#values.length * 2
    this.#series = copyInto(new Uint32Array(capacity), this.#series)
    this.#timestampsMs = copyInto(new Float64Array(capacity), this.#timestampsMs)
    this.#values = copyInto(new Float64Array(capacity), this.#values)
    this.#stale = copyInto(new Uint8Array(capacity), this.#stale)
  }
}

function copyInto<T extends Uint32Array | Float64Array | Uint8Array>(target: T, source: T): T {
  target.set(source)
  return target
}

/** The bits of Prometheus's stale marker, a NaN with a payload, as it travels in remote write. */
export const STALE_BITS_HIGH = 0x7ff00000
export const STALE_BITS_LOW = 0x00000002
