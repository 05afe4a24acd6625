import type { WeightedValues } from './statistics/paired-counts.ts'

/** Relative width of a bucket: what is read from a sketch is within one per cent of what was put in. */
const GAMMA = 1.02
const LOG_GAMMA = Math.log(GAMMA)
/** Values nearer to zero than this count as zero. */
const SMALLEST = 1e-9
/** Further categories of one feature are counted together. */
const MAX_CATEGORIES = 200
export const OTHER_CATEGORY = '(other)'

/** A sketch as JSON, for a document of the state store. */
export interface SketchDocument {
  readonly buckets: ReadonlyArray<readonly [bucket: number, count: number]>
  readonly categories: ReadonlyArray<readonly [name: string, count: number]>
}

/**
 * The distribution of a feature in bounded memory: numbers in buckets of geometrically growing width (the mapping of DDSketch,
 * Masson et al., VLDB 2019), categories by name. Sketches of neighbouring times add up without loss.
 *
 * Statistics over sketches are exact but for this: values of one bucket are one value, at most 1 % from each of them. So a KS statistic may be
 * too small by at most the share of the fullest bucket, and a Wasserstein distance is off by at most 1 % of the mean absolute value.
 */
export class Sketch {
  /** Counts by bucket index: 0 for zero, positive for positive numbers, negative for negative ones. */
  readonly #buckets = new Map<number, number>()
  readonly #categories = new Map<string, number>()
  #count = 0

  static fromDocument({ buckets, categories }: SketchDocument): Sketch {
    const sketch = new Sketch()
    for (const [bucket, count] of buckets) sketch.#addToBucket(bucket, count)
    for (const [name, count] of categories) sketch.#addToCategory(name, count)
    return sketch
  }

  get count(): number {
    return this.#count
  }

  /** Categories by name; empty for a numeric feature. */
  get categories(): ReadonlyMap<string, number> {
    return this.#categories
  }

  /** Counts a value so many times. A number that is not finite says nothing and is not counted. */
  add(value: number | string, times = 1): void {
    if (typeof value === 'string') this.#addToCategory(value, times)
    else if (Number.isFinite(value)) this.#addToBucket(bucketOf(value), times)
  }

  merge(other: Sketch): void {
    for (const [bucket, count] of other.#buckets) this.#addToBucket(bucket, count)
    for (const [name, count] of other.#categories) this.#addToCategory(name, count)
  }

  /** One value for each bucket, ascending. */
  values(): WeightedValues {
    const sorted = [...this.#buckets].sort(([a], [b]) => a - b)
    return { values: sorted.map(([bucket]) => valueOf(bucket)), counts: sorted.map(([, count]) => count) }
  }

  toDocument(): SketchDocument {
    return { buckets: [...this.#buckets], categories: [...this.#categories] }
  }

  #addToBucket(bucket: number, count: number): void {
    this.#count += count
    this.#buckets.set(bucket, (this.#buckets.get(bucket) ?? 0) + count)
  }

  #addToCategory(name: string, count: number): void {
    this.#count += count
    const isKept = this.#categories.has(name) || this.#categories.size < MAX_CATEGORIES
    const key = isKept ? name : OTHER_CATEGORY
    this.#categories.set(key, (this.#categories.get(key) ?? 0) + count)
  }
}

/** Indexes keep the order of the values: negative numbers below zero, larger ones above. */
function bucketOf(value: number): number {
  const size = Math.abs(value)
  if (!(size > SMALLEST)) return 0
  const index = Math.ceil(Math.log(size / SMALLEST) / LOG_GAMMA)
  return value > 0 ? index : -index
}

/** The value whose relative distance to both ends of the bucket is the same. */
function valueOf(bucket: number): number {
  const size = (2 * SMALLEST * GAMMA ** Math.abs(bucket)) / (GAMMA + 1)
  return bucket === 0 ? 0 : Math.sign(bucket) * size
}
