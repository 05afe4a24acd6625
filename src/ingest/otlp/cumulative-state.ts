import type { OtlpPoint } from './otlp-metric.ts'

const MAX_SERIES = 100_000

/** A delta series that has been silent for so long starts anew. */
const FORGET_MS = 3_600_000

interface Totals {
  lastMs: number
  readonly values: number[]
}

/**
 * Adds up series of delta temporality, as the OpenTelemetry collector's deltatocumulative does: a point must lie behind the
 * last one. Bounded: when there is no room, points of new series are refused.
 */
export class CumulativeState {
  readonly #series = new Map<string, Totals>()

  /** The totals after this point, or why it cannot be added. The array is lent until the next call for the series. */
  add(key: string, point: OtlpPoint, values: readonly number[]): readonly number[] | string {
    const known = this.#series.get(key)
    if (known === undefined || point.timeMs - known.lastMs > FORGET_MS) return this.#begin(key, point, values)
    if (point.timeMs <= known.lastMs) {
      return `a delta point of ${point.timeMs} ms came after one of ${known.lastMs} ms`
    }
    known.lastMs = point.timeMs
    values.forEach((value, i) => {
      known.values[i] = (known.values[i] ?? 0) + value
    })
    // Reinserting keeps the map in the order of last use.
    this.#series.delete(key)
    this.#series.set(key, known)
    return known.values
  }

  #begin(key: string, point: OtlpPoint, values: readonly number[]): readonly number[] | string {
    this.#series.delete(key)
    if (this.#series.size >= MAX_SERIES) this.#forgetOld(point.timeMs)
    if (this.#series.size >= MAX_SERIES)
      return `${MAX_SERIES} series of delta temporality are being added up, there is no room for another`
    const totals = { lastMs: point.timeMs, values: [...values] }
    this.#series.set(key, totals)
    return totals.values
  }

  #forgetOld(nowMs: number): void {
    for (const [key, totals] of this.#series) {
      if (nowMs - totals.lastMs <= FORGET_MS) return
      this.#series.delete(key)
    }
  }
}
