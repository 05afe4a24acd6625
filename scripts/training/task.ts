import type { Example, TrainingOptions } from './classifier.ts'

/** One model to train: what it learns from, and where it decides. */
export interface TrainingTask {
  readonly options: TrainingOptions
  readonly examples: readonly Example[]
  /** Probability from which on it flags. */
  readonly threshold: number
  /** Sources that calibrate; all by default. Data that was written for training is too easy to say how sure one may be. */
  readonly calibratedOn?: (example: Example) => boolean
}
