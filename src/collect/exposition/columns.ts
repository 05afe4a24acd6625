/** Growing columns of the samples that a reader finds. */
export class Columns {
  series: Uint32Array
  values: Float64Array
  timestampsMs: Float64Array
  size = 0

  constructor(capacity: number) {
    this.series = new Uint32Array(capacity)
    this.values = new Float64Array(capacity)
    this.timestampsMs = new Float64Array(capacity)
  }

  push(series: number, value: number, timestampMs: number): void {
    if (this.size === this.values.length) this.#grow()
    this.series[this.size] = series
    this.values[this.size] = value
    this.timestampsMs[this.size] = timestampMs
    this.size++
  }

  /** Views of exactly the samples pushed. */
  finish(): { series: Uint32Array; values: Float64Array; timestampsMs: Float64Array } {
    return {
      series: this.series.subarray(0, this.size),
      values: this.values.subarray(0, this.size),
      timestampsMs: this.timestampsMs.subarray(0, this.size),
    }
  }

  #grow(): void {
    const grown = new Columns(Math.max(64, this.values.length * 2))
    grown.series.set(this.series)
    grown.values.set(this.values)
    grown.timestampsMs.set(this.timestampsMs)
    this.series = grown.series
    this.values = grown.values
    this.timestampsMs = grown.timestampsMs
  }
}
