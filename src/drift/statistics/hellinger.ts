import { sharesOf } from './shares.ts'

/** Hellinger distance, √(Σ (√r - √c)² / 2), 0-1 (Hellinger 1909). Empty bins need no rule. NaN when a side has no count at all. */
export function hellinger(reference: readonly number[], current: readonly number[]): number {
  const now = sharesOf(current, 'none')
  const squares = sharesOf(reference, 'none').reduce(
    (sum, share, i) => sum + (Math.sqrt(share) - Math.sqrt(now[i] ?? 0)) ** 2,
    0,
  )
  return Math.sqrt(squares / 2)
}
