import type { Example, TrainingOptions } from './classifier.ts'

/** What a model card says that the figures do not. */
export interface ModelCard {
  readonly purpose: string
  /** The data with its licence, a line each. */
  readonly data: readonly string[]
  readonly failures: readonly string[]
}

/** One model to train: what it learns from, and where it decides. */
export interface TrainingTask {
  readonly options: TrainingOptions
  readonly examples: readonly Example[]
  readonly card: ModelCard
  /** Sources that are left out one by one; all by default. Each costs a training. */
  readonly leftOut?: (source: string) => boolean
  /** Sources whose examples measure the quality; all by default. Text written for training is easier than people's. */
  readonly measuredOn?: (example: Example) => boolean
  /** Probability from which on it flags: a number, or the lowest at which of some harmless examples no larger share is flagged. */
  readonly threshold: number | FalsePositiveLimit
  /** Sources that calibrate; all by default. Data that was written for training is too easy to say how sure one may be. */
  readonly calibratedOn?: (example: Example) => boolean
}

/** How many of the harmless examples that `on` names may be flagged. */
export interface FalsePositiveLimit {
  readonly rate: number
  readonly on: (example: Example) => boolean
}
