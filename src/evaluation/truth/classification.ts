import { type Interval, wilsonInterval } from '../wilson-interval.ts'
import { type JudgedAnswer, labelIn, normalLabel } from './judged-answer.ts'

/** What was expected and what was answered, as labels. */
export interface LabelPair {
  readonly expected: string
  readonly predicted: string
}

export interface ClassScore {
  readonly label: string
  /** Answers that should have had this label. */
  readonly support: number
  readonly precision: number
  readonly recall: number
  readonly f1: number
}

export interface ConfusionCell {
  readonly expected: string
  readonly predicted: string
  readonly count: number
}

export interface Classification {
  readonly samples: number
  readonly accuracy: number
  readonly accuracyInterval: Interval
  /** Of the positive class where there are two and one means yes; else the mean over classes. 0 where nothing was to be found. */
  readonly precision: number
  readonly recall: number
  readonly f1: number
  /** The class that the three above are about; undefined: all of them. */
  readonly positive: string | undefined
  readonly classes: readonly ClassScore[]
  /** Only what occurred, the most frequent first; at most 200 cells. */
  readonly confusion: readonly ConfusionCell[]
}

const MAX_CELLS = 200

/** Labels of answers: where the sender gave none, the label is looked for in the answer's text among those that its task expects. */
export function labelPairs(answers: readonly JudgedAnswer[]): LabelPair[] {
  const labels = new Map<string, Set<string>>()
  for (const { task, expected } of answers) labels.set(task, (labels.get(task) ?? new Set<string>()).add(expected))
  const known = new Map([...labels].map(([task, set]) => [task, [...set]]))
  return answers.map(({ task, expected, predicted, isAnswerText }) => ({
    expected,
    predicted: isAnswerText ? labelIn(predicted, known.get(task) ?? []) : predicted,
  }))
}

/** Accuracy, precision, recall, F1 and confusion. `positiveLabels` say which of two classes means yes. */
export function classify(pairs: readonly LabelPair[], positiveLabels: readonly string[]): Classification {
  const correct = pairs.filter(({ expected, predicted }) => expected === predicted).length
  const classes = classScores(pairs)
  const positive = positiveLabel(pairs, positiveLabels)
  const judged = positive === undefined ? classes : classes.filter(({ label }) => label === positive)
  const mean = (of: (score: ClassScore) => number): number =>
    judged.reduce((sum, score) => sum + of(score), 0) / Math.max(1, judged.length)
  return {
    samples: pairs.length,
    accuracy: pairs.length === 0 ? 0 : correct / pairs.length,
    accuracyInterval: wilsonInterval(correct, pairs.length),
    precision: mean((score) => score.precision),
    recall: mean((score) => score.recall),
    f1: mean((score) => score.f1),
    positive,
    classes,
    confusion: confusionOf(pairs),
  }
}

/** The class that means yes: undefined unless exactly one does, of at most two that are expected. */
export function positiveLabel(pairs: readonly LabelPair[], positiveLabels: readonly string[]): string | undefined {
  const expected = new Set(pairs.map((pair) => pair.expected))
  if (expected.size > 2) return undefined
  const meant = new Set(positiveLabels.map(normalLabel))
  const found = [...expected].filter((label) => meant.has(label))
  return found.length === 1 ? found[0] : undefined
}

/** Of every label that is expected somewhere. */
function classScores(pairs: readonly LabelPair[]): ClassScore[] {
  const [support, predicted, hits] = [new Map<string, number>(), new Map<string, number>(), new Map<string, number>()]
  const count = (counts: Map<string, number>, label: string): unknown => counts.set(label, (counts.get(label) ?? 0) + 1)
  for (const pair of pairs) {
    count(support, pair.expected)
    count(predicted, pair.predicted)
    if (pair.expected === pair.predicted) count(hits, pair.expected)
  }
  return [...support].map(([label, expectedCount]) => {
    const hit = hits.get(label) ?? 0
    const predictedCount = predicted.get(label) ?? 0
    return {
      label,
      support: expectedCount,
      precision: predictedCount === 0 ? 0 : hit / predictedCount,
      recall: hit / expectedCount,
      f1: (2 * hit) / (expectedCount + predictedCount),
    }
  })
}

function confusionOf(pairs: readonly LabelPair[]): ConfusionCell[] {
  const cells = new Map<string, ConfusionCell>()
  for (const { expected, predicted } of pairs) {
    const key = `${expected}\xff${predicted}`
    cells.set(key, { expected, predicted, count: (cells.get(key)?.count ?? 0) + 1 })
  }
  return [...cells.values()].toSorted((a, b) => b.count - a.count).slice(0, MAX_CELLS)
}
