import { groupBy } from '../../util/group-by.ts'
import { type Calibration, calibrationOf } from './calibration.ts'
import { type Classification, classify, labelPairs, type LabelPair, positiveLabel } from './classification.ts'
import type { TruthConfig } from './config.ts'
import { fairnessGaps, type FairnessGap } from './fairness.ts'
import type { JudgedAnswer } from './judged-answer.ts'

/** How a model did by the answers whose truth is known. */
export interface ModelTruth {
  readonly model: string
  readonly classification: Classification
  readonly calibration: Calibration | undefined
  readonly promptVersions: readonly PromptTruth[]
  readonly segments: readonly SegmentTruth[]
  readonly fairness: ReadonlyArray<FairnessGap & { readonly attribute: string }>
}

export interface PromptTruth {
  readonly prompt: string
  readonly version: string
  readonly classification: Classification
}

export interface SegmentTruth {
  readonly attribute: string
  readonly value: string
  readonly classification: Classification
}

type Labelled = JudgedAnswer & LabelPair

type ReportConfig = Pick<TruthConfig, 'attributes' | 'positive_labels' | 'min_group_size'>

/** Sums up judged answers by model, the one with most of them first. */
export function truthReport(answers: readonly JudgedAnswer[], config: ReportConfig): ModelTruth[] {
  const pairs = labelPairs(answers)
  const labelled = answers.map((answer, i) => ({ ...answer, ...pairs[i] }))
  return [...groupBy(labelled, ({ model }) => model)]
    .map(([model, own]) => modelTruth(model, own, config))
    .toSorted((a, b) => b.classification.samples - a.classification.samples)
}

function modelTruth(model: string, answers: readonly Labelled[], config: ReportConfig): ModelTruth {
  const scored = (some: readonly Labelled[]): Classification => classify(some, config.positive_labels)
  const prompts = groupBy(
    answers.filter(({ promptName, promptVersion }) => promptName !== '' || promptVersion !== ''),
    ({ promptName, promptVersion }) => JSON.stringify([promptName, promptVersion]),
  )
  return {
    model,
    classification: scored(answers),
    calibration: calibrationOf(
      answers.flatMap(({ confidence, expected, predicted }) =>
        confidence === undefined ? [] : [{ confidence, isCorrect: expected === predicted }],
      ),
    ),
    promptVersions: [...prompts.values()].map((some) => ({
      prompt: some[0]?.promptName ?? '',
      version: some[0]?.promptVersion ?? '',
      classification: scored(some),
    })),
    segments: config.attributes.flatMap((attribute) =>
      [...bySegment(answers, attribute)].map(([value, some]) => ({ attribute, value, classification: scored(some) })),
    ),
    fairness: config.attributes.flatMap((attribute) => gapsOver(attribute, answers, config)),
  }
}

function gapsOver(
  attribute: string,
  answers: readonly Labelled[],
  { positive_labels: positiveLabels, min_group_size: minGroupSize }: ReportConfig,
): Array<FairnessGap & { readonly attribute: string }> {
  const pairs = [...bySegment(answers, attribute)].flatMap(([group, some]) => some.map((pair) => ({ ...pair, group })))
  const positive = positiveLabel(pairs, positiveLabels)
  return fairnessGaps(pairs, { positive, minGroupSize }).map((gap) => ({ ...gap, attribute }))
}

/** Answers by the attribute's value; those without it belong to no segment. */
function bySegment(answers: readonly Labelled[], attribute: string): Map<string, Labelled[]> {
  const having = answers.filter(({ attributes }) => attributes[attribute] !== undefined)
  return groupBy(having, ({ attributes }) => attributes[attribute] ?? '')
}
