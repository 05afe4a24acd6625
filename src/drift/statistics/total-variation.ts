import { sharesOf } from './shares.ts'

/** Total variation distance: half the sum of the differences of shares, 0-1; the share of requests that would have to change bin. */
export function totalVariation(reference: readonly number[], current: readonly number[]): number {
  return differences(reference, current).reduce((sum, difference) => sum + difference, 0) / 2
}

/** The largest difference of a single share, 0-1. */
export function largestDifference(reference: readonly number[], current: readonly number[]): number {
  return Math.max(...differences(reference, current))
}

function differences(reference: readonly number[], current: readonly number[]): number[] {
  const now = sharesOf(current, 'none')
  return sharesOf(reference, 'none').map((share, i) => Math.abs(share - (now[i] ?? 0)))
}
