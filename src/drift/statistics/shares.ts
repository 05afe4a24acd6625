import { totalOf } from './paired-counts.ts'

/**
 * What stands in for an empty bin where a logarithm would not exist.
 * - `floor`: no share is less than 0.0001 (our own choice, and that of most monitoring tools).
 * - `half`: no share is less than 0.0001, nor than that of half a count: of forty requests an empty bin says little, and must not count like a
 *   share of 0.0001.
 * - `fill`: only empty bins change, to 0.0001, or to a millionth of the smallest share when that is not above 0.0001 (Evidently).
 * - `none`: nothing changes; a statistic may be infinite.
 */
export type ZeroRule = 'floor' | 'half' | 'fill' | 'none'

const SMALLEST_SHARE = 1e-4

/** Counts as shares of their sum under a rule for zeros; the shares then need not add up to 1. NaN for a side without counts. */
export function sharesOf(counts: readonly number[], rule: ZeroRule): number[] {
  const total = totalOf(counts)
  const shares = counts.map((count) => (total === 0 ? NaN : count / total))
  switch (rule) {
    case 'none':
      return shares
    case 'floor':
      return shares.map((share) => Math.max(share, SMALLEST_SHARE))
    case 'half':
      return shares.map((share) => Math.max(share, SMALLEST_SHARE, 0.5 / total))
    case 'fill':
      return filled(shares)
  }
}

function filled(shares: readonly number[]): number[] {
  const smallest = Math.min(...shares.filter((share) => share > 0))
  const stand = smallest <= SMALLEST_SHARE ? smallest / 1e6 : SMALLEST_SHARE
  return shares.map((share) => (share === 0 ? stand : share))
}
