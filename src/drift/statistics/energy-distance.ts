import type { PairedCounts } from './paired-counts.ts'
import { areaBetween } from './wasserstein.ts'

/** Energy distance √(2 ∫ (F - G)² dx) (Székely and Rizzo 2013), in the square root of the unit of the values. NaN when a side is empty. */
export function energyDistance(pair: PairedCounts): number {
  return Math.sqrt(2 * areaBetween(pair, (gap) => gap * gap))
}
