import type { EvaluationTotals } from '../../storage/store.ts'

/** They judge what users send; the answer is not to blame for it. */
const ABOUT_THE_PROMPT: ReadonlySet<string> = new Set(['pii', 'prompt-injection', 'jailbreak', 'sentiment'])

/** What harms somebody weighs twice as much as what is merely bad. */
const HARMFUL: ReadonlySet<string> = new Set([
  'hallucination',
  'groundedness',
  'pii-leak',
  'secrets',
  'prompt-leak',
  'harmful-content',
  'toxicity',
])

/**
 * 0-100: the mean, over evaluators that judge the answer, of the share that they let pass; harmful faults weigh twice. An evaluator counts by the
 * answers that it applies to, not by how many those are. Undefined when nothing was judged.
 */
export function compositeOf(totals: readonly EvaluationTotals[]): number | undefined {
  const byEvaluator = new Map<string, { count: number; flagged: number }>()
  for (const { evaluator, count, flagged } of totals) {
    const sum = byEvaluator.get(evaluator) ?? { count: 0, flagged: 0 }
    byEvaluator.set(evaluator, { count: sum.count + count, flagged: sum.flagged + flagged })
  }
  let [weights, passed] = [0, 0]
  for (const [evaluator, { count, flagged }] of byEvaluator) {
    if (ABOUT_THE_PROMPT.has(evaluator) || count === 0) continue
    const weight = HARMFUL.has(evaluator) ? 2 : 1
    weights += weight
    passed += weight * (1 - flagged / count)
  }
  return weights === 0 ? undefined : (100 * passed) / weights
}
