import { sharesOf, type ZeroRule } from './shares.ts'

/**
 * Population stability index of two sets of bin counts: Σ (c - r) ln(c / r) over the shares c of the current and r of the
 * reference (Siddiqi, Credit Risk Scorecards, 2006). Symmetric, 0 for equal shares; < 0.1 no drift, 0.1-0.2 slight, > 0.2 severe.
 * Empty bins follow the zero rule. NaN when a side has no count at all.
 */
export function psi(reference: readonly number[], current: readonly number[], rule: ZeroRule = 'floor'): number {
  return psiContributions(reference, current, rule).reduce((sum, part) => sum + part, 0)
}

/** What each bin adds to the index: which bins moved. */
export function psiContributions(
  reference: readonly number[],
  current: readonly number[],
  rule: ZeroRule = 'floor',
): number[] {
  const before = sharesOf(reference, rule)
  return sharesOf(current, rule).map((now, i) => {
    const then = before[i] ?? NaN
    return now === then ? 0 : (now - then) * Math.log(now / then)
  })
}
