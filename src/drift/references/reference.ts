import type { SketchSet } from '../sketch-set.ts'

/** Stands for every model in references that do not tell models apart. */
export const ANY_MODEL = '*'

/** What the current window is compared with. */
export interface Reference {
  /** Reads what the comparison at this time will need; called before each. Rejects when that cannot be read now; the next call tries again. */
  refresh(nowMs: number): Promise<void>
  /** What was there then; empty as long as there is nothing to compare with. */
  sketches(nowMs: number): SketchSet
}
