import { type BinRule, compareCategories, compareNumbers, type Comparison } from './comparison.ts'
import type { Sketch } from './sketch.ts'

/**
 * Windows may hold few requests, of which ten bins would show little but chance: 20 requests a bin keep the PSI of two equal sides below 0.1.
 * An exact KS p-value of larger sides would hold up the thread for what only informs.
 */
const LIVE_COMPARISON = { exactUpTo: 200, zeros: 'half', minPerBin: 20 } as const

/** Compares the windows of one feature. Both must hold at least one value. */
export function compareSketches(reference: Sketch, current: Sketch, bins: BinRule): Comparison {
  const options = { bins, ...LIVE_COMPARISON }
  const isCategorical = reference.categories.size > 0 || current.categories.size > 0
  return isCategorical
    ? compareCategories(reference.categories, current.categories, options)
    : compareNumbers(reference.values(), current.values(), options)
}
