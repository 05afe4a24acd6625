import type { Sketch } from './sketch.ts'
import { psi } from './statistics/psi.ts'

/** Ten bins of equal counts in the reference, as is usual for PSI. */
const DECILES = [0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9]

/** How far `current` has moved from `reference`, as PSI over deciles of the reference or over categories. NaN when either is empty. */
export function driftBetween(reference: Sketch, current: Sketch): number {
  if (reference.categories.size > 0 || current.categories.size > 0) {
    const names = [...new Set([...reference.categories.keys(), ...current.categories.keys()])]
    const counts = (sketch: Sketch): number[] => names.map((name) => sketch.categories.get(name) ?? 0)
    return psi(counts(reference), counts(current))
  }
  const edges = reference.quantileBuckets(DECILES)
  return psi(reference.countsBetween(edges), current.countsBetween(edges))
}
