/** Stands for an empty bin, so that the logarithm exists; the convention of most monitoring tools. */
const EMPTY_SHARE = 1e-4

/**
 * Population stability index of two sets of bin counts: Σ (a - e) · ln(a / e) over the shares a of the current and e of the
 * reference. Symmetric, 0 for equal shares; < 0.1 no drift, 0.1-0.2 slight, > 0.2 severe.
 * Bins that are empty on one side count as a share of 0.0001. NaN when a side has no count at all.
 */
export function psi(reference: readonly number[], current: readonly number[]): number {
  const expected = shares(reference)
  const actual = shares(current)
  return actual.reduce((sum, a, i) => {
    const e = expected[i] ?? EMPTY_SHARE
    return sum + (a - e) * Math.log(a / e)
  }, 0)
}

function shares(counts: readonly number[]): number[] {
  const total = counts.reduce((sum, count) => sum + count, 0)
  return counts.map((count) => (total === 0 ? NaN : Math.max(count / total, EMPTY_SHARE)))
}
