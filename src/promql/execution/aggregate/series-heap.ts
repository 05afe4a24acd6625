/**
 * The best values of one group at one step: a binary heap with the worst on top. NaN is worse than everything.
 * Up and down moves are those of Go's container/heap, so that of equal values the same ones stay as in Prometheus.
 */
export class SeriesHeap {
  readonly values: number[] = []
  /** For each value the index of its series. */
  readonly series: number[] = []
  readonly #sign: 1 | -1

  /** `highest`: keeps the highest values, else the lowest. */
  constructor(highest: boolean) {
    this.#sign = highest ? 1 : -1
  }

  /** Offers a value to a heap of at most `limit`; false when it is not among the best. */
  offer(value: number, series: number, limit: number): boolean {
    if (this.values.length < limit) {
      this.values.push(value)
      this.series.push(series)
      this.#up(this.values.length - 1)
      return true
    }
    const worst = this.values[0] ?? NaN
    const better = worst * this.#sign < value * this.#sign || (Number.isNaN(worst) && !Number.isNaN(value))
    if (!better) return false
    this.values[0] = value
    this.series[0] = series
    this.#down(0)
    return true
  }

  /** Series from best to worst. */
  ranked(): number[] {
    const order = Array.from(this.values, (_, i) => i)
    order.sort((a, b) => this.#compare(b, a))
    return order.map((i) => this.series[i] ?? 0)
  }

  /** Negative when `i` is worse than `j`. */
  #compare(i: number, j: number): number {
    const a = this.values[i] ?? NaN
    const b = this.values[j] ?? NaN
    if (Number.isNaN(a) || Number.isNaN(b)) return Number(Number.isNaN(b)) - Number(Number.isNaN(a))
    return (a - b) * this.#sign || 0
  }

  #worse(i: number, j: number): boolean {
    const a = this.values[i] ?? NaN
    return Number.isNaN(a) || a * this.#sign < (this.values[j] ?? NaN) * this.#sign
  }

  #up(start: number): void {
    let child = start
    while (child > 0) {
      const parent = (child - 1) >> 1
      if (!this.#worse(child, parent)) return
      this.#swap(parent, child)
      child = parent
    }
  }

  #down(start: number): void {
    let parent = start
    for (;;) {
      const left = 2 * parent + 1
      if (left >= this.values.length) return
      const right = left + 1
      const child = right < this.values.length && this.#worse(right, left) ? right : left
      if (!this.#worse(child, parent)) return
      this.#swap(parent, child)
      parent = child
    }
  }

  #swap(i: number, j: number): void {
    const value = this.values[i] ?? NaN
    const series = this.series[i] ?? 0
    this.values[i] = this.values[j] ?? NaN
    this.series[i] = this.series[j] ?? 0
    this.values[j] = value
    this.series[j] = series
  }
}
