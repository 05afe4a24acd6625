/**
 * The quantile of `length` values from index `from` on that are sorted ascending with NaN first, between two neighbours on the line between them.
 * NaN for no values or q NaN; -Inf below 0, +Inf above 1.
 */
export function quantileOfSorted(q: number, sorted: Float64Array, length: number, from = 0): number {
  if (length === 0 || Number.isNaN(q)) return NaN
  if (q < 0) return -Infinity
  if (q > 1) return Infinity
  const rank = q * (length - 1)
  const lower = Math.max(0, Math.floor(rank))
  const upper = Math.min(length - 1, lower + 1)
  const weight = rank - Math.floor(rank)
  return sorted[from + lower]! * (1 - weight) + sorted[from + upper]! * weight
}

/** Sorts the first `length` values ascending, NaN first. */
export function sortNanFirst(values: Float64Array, length: number): void {
  const view = values.subarray(0, length).sort()
  // Typed arrays sort NaN last.
  let nans = 0
  while (nans < length && Number.isNaN(view[length - 1 - nans]!)) nans++
  if (nans === 0 || nans === length) return
  view.copyWithin(nans, 0, length - nans)
  view.fill(NaN, 0, nans)
}
