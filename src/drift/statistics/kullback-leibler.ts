import { totalOf } from './paired-counts.ts'
import { sharesOf, type ZeroRule } from './shares.ts'

/**
 * Kullback-Leibler divergence of the current from the reference, Σ r ln(r / c) in nats (Kullback and Leibler 1951). Not symmetric.
 * After the zero rule both sides are scaled to a sum of 1 again, so that it is never negative. NaN when a side has no count at all.
 */
export function kullbackLeibler(
  reference: readonly number[],
  current: readonly number[],
  rule: ZeroRule = 'floor',
): number {
  const before = scaled(sharesOf(reference, rule))
  const now = scaled(sharesOf(current, rule))
  return relativeEntropy(before, now)
}

/** Σ p ln(p / q); terms with p = 0 add nothing. */
export function relativeEntropy(p: readonly number[], q: readonly number[]): number {
  return p.reduce((sum, share, i) => (share === 0 ? sum : sum + share * Math.log(share / (q[i] ?? 0))), 0)
}

function scaled(shares: readonly number[]): number[] {
  const total = totalOf(shares)
  return shares.map((share) => share / total)
}
