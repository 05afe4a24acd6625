import { EVALUATORS } from '../../src/evaluation/evaluators.ts'
import type { EvaluationInput, Evaluator } from '../../src/evaluation/evaluator.ts'
import type { CaseSet } from './cases.ts'
import type { Judged, Quality } from './metrics.ts'
import { qualityOf } from './metrics.ts'

/** The figures of one set. */
export interface MeasuredSet {
  readonly set: CaseSet
  readonly quality: Quality
}

/** Judges the cases of a set; an evaluator that does not apply to a case says "not flagged". */
export function measureSet(set: CaseSet): MeasuredSet {
  const evaluators = EVALUATORS.filter(({ name }) => set.evaluators.includes(name))
  const judged: Judged[] = set.cases.map(({ input, isPositive }) => {
    const scores = evaluators.map((evaluator) => evaluator.evaluate(input))
    const strengths = scores.map((score) =>
      score === undefined ? 0 : set.isHighPositive ? score.score : 1 - score.score,
    )
    return {
      isPositive,
      isFlagged: scores.some((score) => score?.verdict === 'flagged'),
      score: Math.max(...strengths),
    }
  })
  return { set, quality: qualityOf(judged) }
}

/** For each evaluator how many of some harmless inputs it applies to, and how many of these it flags. */
export function measureFalsePositives(
  inputs: readonly EvaluationInput[],
): Map<string, { applied: number; flagged: number }> {
  return new Map(
    EVALUATORS.map((evaluator) => {
      const scores = inputs.flatMap((input) => evaluator.evaluate(input) ?? [])
      return [
        evaluator.name,
        { applied: scores.length, flagged: scores.filter(({ verdict }) => verdict === 'flagged').length },
      ]
    }),
  )
}

const WORDS = 150
const ROUNDS = 5

/** Microseconds of processor time for one answer of 150 words: of all evaluators together, and of each alone. */
export interface Cost {
  readonly togetherUs: number
  readonly aloneUs: ReadonlyMap<string, number>
}

/** The least of a few rounds, after as many to warm up. Alone, an evaluator finds words and features that it else shares. */
export function measureCost(inputs: readonly EvaluationInput[]): Cost {
  const answers = inputs
    .filter(({ response }) => response !== '')
    .slice(0, 300)
    .map((input) => ({ ...input, response: input.response.split(/\s+/).slice(0, WORDS).join(' ') }))
  const alone = EVALUATORS.map((evaluator): [string, number] => [evaluator.name, costOf([evaluator], answers)])
  return { togetherUs: costOf(EVALUATORS, answers), aloneUs: new Map(alone) }
}

function costOf(evaluators: readonly Evaluator[], inputs: readonly EvaluationInput[]): number {
  let least = Number.POSITIVE_INFINITY
  for (let round = 0; round < ROUNDS * 2; round++) {
    const before = process.cpuUsage()
    for (const input of inputs) for (const evaluator of evaluators) evaluator.evaluate(input)
    const { user, system } = process.cpuUsage(before)
    if (round >= ROUNDS) least = Math.min(least, (user + system) / inputs.length)
  }
  return least
}
