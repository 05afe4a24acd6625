import type { EvaluationSpan, Score } from '../../model/evaluation.ts'
import type { Evaluator } from '../evaluator.ts'
import { instructionsIn } from '../instructions/find-instructions.ts'

/** Whether the answer does what the prompt asks for in a way that can be checked. The score is the share of instructions followed. */
export const instructionFollowing: Evaluator = {
  name: 'instruction-following',
  version: '2',
  direction: 'higher_is_better',
  costClass: 'moderate',
  languages: ['en', 'zh'],
  evaluate({ prompt, response }): Score | undefined {
    if (response.trim() === '') return undefined
    const instructions = instructionsIn(prompt)
    if (instructions.length === 0) return undefined
    const missed = instructions.filter((instruction) => !instruction.isFollowed(response, prompt))
    const score = 1 - missed.length / instructions.length
    if (missed.length === 0)
      return { score, verdict: 'ok', explanation: `follows ${instructions.length} checkable instructions` }
    const explanation = `does not follow: ${missed.map(({ description }) => description).join('; ')}`
    const spans: EvaluationSpan[] = missed.map(({ start, end, kind }) => ({ field: 'prompt', start, end, label: kind }))
    return { score, verdict: 'flagged', explanation, spans }
  },
}
