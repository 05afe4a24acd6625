import { normalTail } from './distributions.ts'
import { type PairedCounts, totalOf } from './paired-counts.ts'
import { NO_RESULT, type TestResult } from './test-result.ts'

/** With a side of at most so many values and no ties the p-value is exact. */
const EXACT_UP_TO = 8

/**
 * Two-sided Mann-Whitney U test (1947); the statistic is U of the reference. Exact for a side of at most 8 values without ties, else the normal
 * approximation with corrections for ties and continuity. NaN when a side is empty.
 */
export function mannWhitney(pair: PairedCounts): TestResult {
  const [n, m] = [totalOf(pair.reference), totalOf(pair.current)]
  if (n === 0 || m === 0) return NO_RESULT
  const { rankSum, ties } = rankSums(pair)
  const statistic = rankSum - (n * (n + 1)) / 2
  const larger = Math.max(statistic, n * m - statistic)
  const isExact = Math.min(n, m) <= EXACT_UP_TO && ties === 0
  return {
    statistic,
    pValue: Math.min(1, isExact ? exactTwoSided(larger, n, m) : normalTwoSided(larger, { n, m, ties })),
  }
}

/** The sum of the mean ranks of the reference, and Σ (t³ - t) over groups of equal values. */
function rankSums({ values, reference, current }: PairedCounts): { rankSum: number; ties: number } {
  let [seen, rankSum, ties] = [0, 0, 0]
  for (let i = 0; i < values.length; i++) {
    const group = (reference[i] ?? 0) + (current[i] ?? 0)
    rankSum += (reference[i] ?? 0) * (seen + (group + 1) / 2)
    ties += group ** 3 - group
    seen += group
  }
  return { rankSum, ties }
}

function normalTwoSided(larger: number, { n, m, ties }: { n: number; m: number; ties: number }): number {
  const all = n + m
  const deviation = Math.sqrt(((n * m) / 12) * (all + 1 - ties / (all * (all - 1))))
  // When all values are equal nothing speaks against equal sides.
  return deviation === 0 ? 1 : 2 * normalTail((larger - (n * m) / 2 - 0.5) / deviation)
}

function exactTwoSided(larger: number, n: number, m: number): number {
  const smaller = n * m - larger
  const counts = arrangements(Math.min(n, m), Math.max(n, m), Math.floor((n * m) / 2))
  const orders = binomial(n + m, Math.min(n, m))
  // The distribution is symmetric, so the lower half is enough; beyond the middle both tails cover everything.
  if (smaller >= counts.length) return 1
  return (2 * counts.slice(0, smaller + 1).reduce((sum, count) => sum + count, 0)) / orders
}

/**
 * How many orders of `few` and `many` values give U = 0, 1 ... up to a limit: the coefficients of the Gaussian binomial, the product of
 * (1 - q^(many + i)) / (1 - q^i).
 */
function arrangements(few: number, many: number, limit: number): Float64Array {
  const counts = new Float64Array(limit + 1)
  counts[0] = 1
  for (let i = 1; i <= few; i++) {
    for (let u = limit; u >= many + i; u--) counts[u] = (counts[u] ?? 0) - (counts[u - many - i] ?? 0)
    for (let u = i; u <= limit; u++) counts[u] = (counts[u] ?? 0) + (counts[u - i] ?? 0)
  }
  return counts
}

function binomial(n: number, k: number): number {
  let product = 1
  for (let i = 1; i <= k; i++) product = (product * (n - k + i)) / i
  return product
}
