/** A judged example: the truth, and what was said about it. */
export interface Judged {
  readonly isPositive: boolean
  readonly isFlagged: boolean
  /** 0-1 or any number that grows with belief. */
  readonly score: number
}

export interface Quality {
  readonly count: number
  readonly positives: number
  readonly precision: number
  readonly recall: number
  readonly f1: number
  readonly falsePositiveRate: number
  readonly accuracy: number
  readonly auc: number
  /** Expected calibration error over ten bins of the score. */
  readonly ece: number
}

/** The usual figures of a binary decision. A ratio whose denominator is 0 is NaN. */
export function qualityOf(judged: readonly Judged[]): Quality {
  const positives = judged.filter((one) => one.isPositive).length
  const flagged = judged.filter((one) => one.isFlagged).length
  const hits = judged.filter((one) => one.isPositive && one.isFlagged).length
  const precision = hits / flagged
  const recall = hits / positives
  return {
    count: judged.length,
    positives,
    precision,
    recall,
    f1: (2 * hits) / (flagged + positives),
    falsePositiveRate: (flagged - hits) / (judged.length - positives),
    accuracy: judged.filter((one) => one.isPositive === one.isFlagged).length / judged.length,
    auc: areaUnderCurve(judged),
    ece: calibrationError(judged),
  }
}

/** The chance that a positive scores above a negative, ties counting half (Mann-Whitney). */
export function areaUnderCurve(judged: readonly Judged[]): number {
  const sorted = [...judged].sort((a, b) => a.score - b.score)
  const positives = judged.filter((one) => one.isPositive).length
  let rankSum = 0
  for (let i = 0; i < sorted.length; ) {
    let end = i
    while (end < sorted.length && sorted[end]?.score === sorted[i]?.score) end++
    const rank = (i + 1 + end) / 2
    for (let j = i; j < end; j++) if (sorted[j]?.isPositive) rankSum += rank
    i = end
  }
  return (rankSum - (positives * (positives + 1)) / 2) / (positives * (judged.length - positives))
}

/** Mean distance between the score and the share of positives, in ten equal bins weighted by size (Guo et al. 2017). */
export function calibrationError(judged: readonly Judged[]): number {
  const bins = Array.from({ length: 10 }, () => ({ count: 0, score: 0, positives: 0 }))
  for (const { score, isPositive } of judged) {
    const bin = bins[Math.min(9, Math.max(0, Math.floor(score * 10)))]
    if (bin === undefined) continue
    bin.count++
    bin.score += score
    if (isPositive) bin.positives++
  }
  return bins.reduce((sum, { score, positives }) => sum + Math.abs(score - positives), 0) / judged.length
}
