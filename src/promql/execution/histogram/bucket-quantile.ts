/** Cumulative buckets of a classic histogram, ascending by bound: the first `length` entries. */
export interface Buckets {
  readonly bounds: Float64Array
  readonly counts: Float64Array
  length: number
}

/** Where counts had to be raised so that they do not fall towards higher bounds. */
export interface Raised {
  readonly minBucket: number
  readonly maxBucket: number
  /** The largest difference that was removed. */
  readonly maxDiff: number
}

export interface BucketQuantile {
  readonly quantile: number
  readonly raised: Raised | undefined
}

/** Relative differences between neighbours below this come from rounding. */
const ROUNDING = 1e-12

const SMALLEST_NORMAL = 2 ** -1022

/**
 * The quantile of a classic histogram, on a line within its bucket. The highest bucket gives its lower bound; the lowest
 * begins at 0 unless its bound is not positive. NaN without observations, with fewer than two buckets or without a bucket
 * for +Inf. Changes the buckets.
 */
export function bucketQuantile(q: number, buckets: Buckets): BucketQuantile {
  if (Number.isNaN(q)) return { quantile: NaN, raised: undefined }
  if (q < 0) return { quantile: -Infinity, raised: undefined }
  if (q > 1) return { quantile: Infinity, raised: undefined }
  if (buckets.bounds[buckets.length - 1] !== Infinity) return { quantile: NaN, raised: undefined }
  mergeEqualBounds(buckets)
  const raised = raiseFallingCounts(buckets)
  const { counts, length } = buckets
  const total = counts[length - 1]!
  return { quantile: length < 2 || total === 0 ? NaN : interpolateRank(q * total, buckets), raised }
}

function interpolateRank(rank: number, { bounds, counts, length }: Buckets): number {
  let at = 0
  let high = length - 1
  while (at < high) {
    const middle = (at + high) >>> 1
    if (counts[middle]! >= rank) high = middle
    else at = middle + 1
  }
  if (at === length - 1) return bounds[length - 2]!
  if (at === 0 && bounds[0]! <= 0) return bounds[0]!
  const start = at === 0 ? 0 : bounds[at - 1]!
  const below = at === 0 ? 0 : counts[at - 1]!
  return start + (bounds[at]! - start) * ((rank - below) / (counts[at]! - below))
}

/**
 * The share of observations between two values, on a line within each bucket. NaN without observations or without a bucket for +Inf.
 * Changes the buckets.
 */
export function bucketFraction(lower: number, upper: number, buckets: Buckets): number {
  if (buckets.bounds[buckets.length - 1] !== Infinity) return NaN
  mergeEqualBounds(buckets)
  const total = buckets.counts[buckets.length - 1]!
  if (total === 0 || Number.isNaN(lower) || Number.isNaN(upper)) return NaN
  if (lower >= upper) return 0
  return (rankOf(upper, buckets) - rankOf(lower, buckets)) / total
}

/** How many observations lie below a value. */
function rankOf(value: number, { bounds, counts, length }: Buckets): number {
  const total = counts[length - 1]!
  let rank = 0
  let lowerBound = bounds[0]! <= 0 ? -Infinity : 0
  for (let i = 0; i < length; i++) {
    const upperBound = bounds[i]!
    if (lowerBound >= value) return cap(rank, total)
    if (upperBound > value) {
      // A bucket without a lower end lies wholly below what is inside it.
      if (lowerBound === -Infinity) return cap(counts[i]!, total)
      return cap(rank + ((counts[i]! - rank) * (value - lowerBound)) / (upperBound - lowerBound), total)
    }
    rank = counts[i]!
    lowerBound = upperBound
  }
  return total
}

function cap(rank: number, total: number): number {
  return rank > total ? total : rank
}

/** Adds up buckets whose bounds are the same number (`1` and `1.0`). */
function mergeEqualBounds(buckets: Buckets): void {
  const { bounds, counts } = buckets
  let last = 0
  for (let i = 1; i < buckets.length; i++) {
    if (bounds[i] === bounds[last]) {
      counts[last]! += counts[i]!
      continue
    }
    last++
    bounds[last] = bounds[i]!
    counts[last] = counts[i]!
  }
  buckets.length = last + 1
}

/** Removes falls of the counts, those from rounding silently. */
function raiseFallingCounts({ bounds, counts, length }: Buckets): Raised | undefined {
  let previous = counts[0]!
  let raised: { minBucket: number; maxBucket: number; maxDiff: number } | undefined
  for (let i = 1; i < length; i++) {
    const count = counts[i]!
    if (count === previous) continue
    const rounding = almostEqual(previous, count)
    if (!rounding && !(count < previous)) {
      previous = count
      continue
    }
    counts[i] = previous
    if (rounding) continue
    raised ??= { minBucket: Infinity, maxBucket: -Infinity, maxDiff: 0 }
    raised.minBucket = Math.min(raised.minBucket, bounds[i]!)
    raised.maxBucket = Math.max(raised.maxBucket, bounds[i]!)
    if (previous - count > raised.maxDiff) raised.maxDiff = previous - count
  }
  return raised
}

function almostEqual(a: number, b: number): boolean {
  if (Number.isNaN(a) && Number.isNaN(b)) return true
  const sum = Math.abs(a) + Math.abs(b)
  const difference = Math.abs(a - b)
  if (a === 0 || b === 0 || sum < SMALLEST_NORMAL) return difference < ROUNDING * SMALLEST_NORMAL
  return difference / Math.min(sum, Number.MAX_VALUE) < ROUNDING
}
