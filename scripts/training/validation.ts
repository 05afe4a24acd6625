import type { Judged } from '../../bench/quality/metrics.ts'
import { hashOf } from '../../src/evaluation/text/words.ts'
import type { Example, TrainingOptions } from './classifier.ts'
import { train } from './classifier.ts'
import type { FalsePositiveLimit } from './task.ts'

/** An example that a model has judged which had not seen it. */
export interface HeldOut {
  readonly example: Example
  readonly margin: number
}

/** Judges every example by a model trained without its group's fold. */
export function crossValidate(examples: readonly Example[], options: TrainingOptions, folds = 5): HeldOut[] {
  const foldOf = (example: Example): number => (hashOf(`fold ${example.group}`) >>> 0) % folds
  return Array.from({ length: folds }, (_, fold) => holdOut(examples, options, (e) => foldOf(e) === fold)).flat()
}

/** For each source, its examples judged by a model trained without it. Its prompts may be among the others': what is new is who answers. */
export function leaveOneSourceOut(
  examples: readonly Example[],
  options: TrainingOptions,
  isLeftOut: (source: string) => boolean = () => true,
): Map<string, HeldOut[]> {
  const sources = [...new Set(examples.map((example) => example.source))].filter(isLeftOut)
  return new Map(sources.map((source) => [source, holdOut(examples, options, (e) => e.source === source)]))
}

function holdOut(examples: readonly Example[], options: TrainingOptions, isHeld: (e: Example) => boolean): HeldOut[] {
  const others = examples.filter((example) => !isHeld(example))
  const model = train(others, options)
  return examples.filter(isHeld).map((example) => ({ example, margin: model.margin(example.blocks, example.dense) }))
}

export interface Calibration {
  readonly slope: number
  readonly intercept: number
}

/** Platt's sigmoid by Newton's method with his softened targets (Lin, Lin and Weng 2007). */
export function calibrate(heldOut: readonly HeldOut[]): Calibration {
  const positives = heldOut.filter(({ example }) => example.isPositive).length
  const high = (positives + 1) / (positives + 2)
  const low = 1 / (heldOut.length - positives + 2)
  let slope = -1
  let intercept = Math.log((heldOut.length - positives + 1) / (positives + 1))
  for (let round = 0; round < 100; round++) {
    let [g1, g2, h11, h22, h12] = [0, 0, 1e-9, 1e-9, 0]
    for (const { example, margin } of heldOut) {
      const p = 1 / (1 + Math.exp(slope * margin + intercept))
      const difference = (example.isPositive ? high : low) - p
      const curvature = p * (1 - p)
      g1 += margin * difference
      g2 += difference
      h11 += margin * margin * curvature
      h22 += curvature
      h12 += margin * curvature
    }
    const determinant = h11 * h22 - h12 * h12
    const [dSlope, dIntercept] = [(h22 * g1 - h12 * g2) / determinant, (h11 * g2 - h12 * g1) / determinant]
    slope -= dSlope
    intercept -= dIntercept
    if (Math.abs(dSlope) + Math.abs(dIntercept) < 1e-7) break
  }
  return { slope, intercept }
}

/** Held-out examples as judged at a threshold of the calibrated probability. */
export function judge(heldOut: readonly HeldOut[], { slope, intercept }: Calibration, threshold: number): Judged[] {
  return heldOut.map(({ example, margin }) => {
    const score = 1 / (1 + Math.exp(slope * margin + intercept))
    return { isPositive: example.isPositive, score, isFlagged: score >= threshold }
  })
}

/** The lowest threshold that keeps to the limit on held-out examples; a number stands for itself. */
export function thresholdOf(
  threshold: number | FalsePositiveLimit,
  heldOut: readonly HeldOut[],
  calibration: Calibration,
): number {
  if (typeof threshold === 'number') return threshold
  const harmless = heldOut.filter(({ example }) => !example.isPositive && threshold.on(example))
  const scores = judge(harmless, calibration, 0.5).map(({ score }) => score)
  const [limit = 0.5] = scores.sort((a, b) => b - a).slice(Math.floor(scores.length * threshold.rate))
  return Math.round((limit + 0.0005) * 1_000) / 1_000
}
