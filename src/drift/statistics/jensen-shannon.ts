import { relativeEntropy } from './kullback-leibler.ts'
import { sharesOf } from './shares.ts'

/**
 * Jensen-Shannon distance: the square root of the mean divergence of both sides from their mixture (Endres and Schindelin 2003).
 * A metric; with base 2 it lies in 0-1, with base e in 0-√ln 2. Empty bins need no rule. NaN when a side has no count at all.
 */
export function jensenShannon(reference: readonly number[], current: readonly number[], base: 2 | 'e' = 'e'): number {
  const before = sharesOf(reference, 'none')
  const now = sharesOf(current, 'none')
  const mixture = before.map((share, i) => (share + (now[i] ?? 0)) / 2)
  const divergence = (relativeEntropy(before, mixture) + relativeEntropy(now, mixture)) / 2
  // Rounding may leave a hair below zero for equal sides.
  return Math.sqrt(Math.max(0, divergence) / (base === 2 ? Math.LN2 : 1))
}
