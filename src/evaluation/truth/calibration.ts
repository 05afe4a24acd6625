/** An answer with how sure the model was, 0-1. */
export interface ConfidentAnswer {
  readonly confidence: number
  readonly isCorrect: boolean
}

export interface CalibrationBin {
  readonly lower: number
  readonly upper: number
  readonly count: number
  readonly meanConfidence: number
  readonly accuracy: number
}

export interface Calibration {
  readonly samples: number
  /** Expected calibration error, 0-1: how far confidence and accuracy are apart on average (Naeini et al. 2015). */
  readonly error: number
  /** Only those with answers. */
  readonly bins: readonly CalibrationBin[]
}

const BINS = 10

/** Ten bins of equal width. Undefined when no answer says how sure it was. */
export function calibrationOf(answers: readonly ConfidentAnswer[]): Calibration | undefined {
  if (answers.length === 0) return undefined
  const bins = Array.from({ length: BINS }, (_, i) => binOf(i, answers)).filter(({ count }) => count > 0)
  const error = bins.reduce(
    (sum, { count, meanConfidence, accuracy }) => sum + (count / answers.length) * Math.abs(meanConfidence - accuracy),
    0,
  )
  return { samples: answers.length, error, bins }
}

function binOf(index: number, answers: readonly ConfidentAnswer[]): CalibrationBin {
  const inside = answers.filter(({ confidence }) => Math.min(BINS - 1, Math.floor(confidence * BINS)) === index)
  const mean = (of: (answer: ConfidentAnswer) => number): number =>
    inside.reduce((sum, answer) => sum + of(answer), 0) / Math.max(1, inside.length)
  return {
    lower: index / BINS,
    upper: (index + 1) / BINS,
    count: inside.length,
    meanConfidence: mean(({ confidence }) => confidence),
    accuracy: mean(({ isCorrect }) => (isCorrect ? 1 : 0)),
  }
}
