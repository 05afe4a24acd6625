import type { ExponentialPoint } from './otlp-metric.ts'

/**
 * Two buckets for each power of two. Finer ones are merged: an exponential histogram may have 160 buckets, and each would
 * be a series. Bounds lie on one grid for all series, so that they can be summed.
 */
const MAX_SCALE = 1

/** Beyond this range (1e-6 .. 1e9 at scale 1) values fall into the outermost buckets. */
const MIN_INDEX = -40
const MAX_INDEX = 60

/** An exponential histogram on the grid: `counts[i]` belongs to bucket index `MIN_INDEX + i`. */
export interface GridCounts {
  readonly scale: number
  /** Negative values and zeros: all of them lie below the lowest bound. */
  readonly below: number
  readonly counts: readonly number[]
}

export function gridCounts(point: ExponentialPoint): GridCounts {
  const shift = Math.max(0, point.scale - MAX_SCALE)
  const counts = Array.from({ length: MAX_INDEX - MIN_INDEX + 1 }, () => 0)
  point.positive.counts.forEach((count, i) => {
    // Halving the resolution maps index i to floor(i / 2).
    const index = Math.floor((point.positive.offset + i) / 2 ** shift)
    const at = Math.min(MAX_INDEX, Math.max(MIN_INDEX, index)) - MIN_INDEX
    counts[at] = (counts[at] ?? 0) + count
  })
  const below = point.zeroCount + point.negative.counts.reduce((sum, count) => sum + count, 0)
  return { scale: point.scale - shift, below, counts }
}

/** Classic buckets from the lowest filled one to the highest: bounds are powers of 2^(2^-scale), counts one more than bounds. */
export function classicBuckets(grid: GridCounts): { readonly bounds: number[]; readonly bucketCounts: number[] } {
  const first = grid.counts.findIndex((count) => count > 0)
  if (first === -1) return { bounds: [], bucketCounts: [grid.below] }
  const last = grid.counts.findLastIndex((count) => count > 0)
  const boundAt = (at: number): number => 2 ** ((MIN_INDEX + at) * 2 ** -grid.scale)
  const bounds = [boundAt(first)]
  for (let at = first; at <= last; at++) bounds.push(boundAt(at + 1))
  return { bounds, bucketCounts: [grid.below, ...grid.counts.slice(first, last + 1), 0] }
}
