import type { Comparison } from './comparison.ts'

/** How one feature of one model stands against the reference. `comparison` is undefined when a side has too few requests. */
export interface FeatureDrift {
  readonly model: string
  readonly feature: string
  readonly referenceCount: number
  readonly currentCount: number
  readonly comparison: Comparison | undefined
}
