/** Relative width of a bucket: values of one bucket differ by at most about two per cent. */
const GAMMA = 1.02
const LOG_GAMMA = Math.log(GAMMA)
/** Values nearer to zero than this count as zero. */
const SMALLEST = 1e-9

/**
 * The distribution of a feature in bounded memory: numbers in buckets of geometrically growing width (the mapping of DDSketch,
 * Masson et al., VLDB 2019), categories by name. Sketches of neighbouring times add up.
 */
export class Sketch {
  /** Counts by bucket index: 0 for zero, positive for positive numbers, negative for negative ones. */
  readonly #buckets = new Map<number, number>()
  readonly #categories = new Map<string, number>()
  #count = 0

  get count(): number {
    return this.#count
  }

  /** Categories by name; empty for a numeric feature. */
  get categories(): ReadonlyMap<string, number> {
    return this.#categories
  }

  add(value: number | string): void {
    this.#count++
    if (typeof value === 'string') this.#categories.set(value, (this.#categories.get(value) ?? 0) + 1)
    else this.#addToBucket(bucketOf(value), 1)
  }

  merge(other: Sketch): void {
    this.#count += other.#count
    for (const [bucket, count] of other.#buckets) this.#addToBucket(bucket, count)
    for (const [name, count] of other.#categories) this.#categories.set(name, (this.#categories.get(name) ?? 0) + count)
  }

  /** Bucket indexes at the given quantiles, ascending and without duplicates: edges for bins of about equal counts. */
  quantileBuckets(quantiles: readonly number[]): number[] {
    const sorted = [...this.#buckets].sort(([a], [b]) => a - b)
    const edges = new Set<number>()
    let seen = 0
    let next = 0
    for (const [bucket, count] of sorted) {
      seen += count
      while (next < quantiles.length && seen >= (quantiles[next] ?? 1) * this.#count) {
        edges.add(bucket)
        next++
      }
    }
    return [...edges]
  }

  /** Counts of the bins (-∞, e0], (e0, e1] ... (en, ∞) of bucket indexes. */
  countsBetween(edges: readonly number[]): number[] {
    const counts = Array.from({ length: edges.length + 1 }, () => 0)
    for (const [bucket, count] of this.#buckets) {
      const found = edges.findIndex((edge) => bucket <= edge)
      const bin = found === -1 ? edges.length : found
      counts[bin] = (counts[bin] ?? 0) + count
    }
    return counts
  }

  #addToBucket(bucket: number, count: number): void {
    this.#buckets.set(bucket, (this.#buckets.get(bucket) ?? 0) + count)
  }
}

/** Indexes keep the order of the values: negative numbers below zero, larger ones above. */
function bucketOf(value: number): number {
  const size = Math.abs(value)
  if (!(size > SMALLEST)) return 0
  const index = Math.ceil(Math.log(size / SMALLEST) / LOG_GAMMA)
  return value > 0 ? index : -index
}
