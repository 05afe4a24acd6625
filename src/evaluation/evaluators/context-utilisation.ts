import type { Score } from '../../model/evaluation.ts'
import type { IntSet } from '../../util/int-set.ts'
import type { Evaluator } from '../evaluator.ts'
import { contentStemsOf } from '../text/stems.ts'

const THRESHOLD = 0.2
/** Words that a document must share with the answer before it counts as used. */
const MIN_SHARED = 3

/** How much of the answer comes from the documents that were given, and how many of them it uses. 1 = all of it. */
export const contextUtilisation: Evaluator = {
  name: 'context-utilisation',
  version: '1',
  direction: 'higher_is_better',
  costClass: 'cheap',
  languages: ['en', 'zh'],
  evaluate({ prompt, response, context }): Score | undefined {
    const documents = context.filter((text) => text.trim() !== '')
    if (response.trim() === '' || documents.length === 0) return undefined
    const asked = contentStemsOf(prompt)
    const answer = contentStemsOf(response).values.filter((stem) => !asked.has(stem))
    if (answer.length === 0)
      return { score: 0.5, verdict: 'ok', explanation: 'the answer says nothing that the prompt did not' }
    return scoreOf(
      answer,
      documents.map((text) => contentStemsOf(text)),
    )
  },
}

function scoreOf(answer: Int32Array, documents: readonly IntSet[]): Score {
  const drawn = answer.filter((stem) => documents.some((document) => document.has(stem))).length
  const needed = Math.min(MIN_SHARED, answer.length)
  const used = documents.filter((document) => answer.filter((stem) => document.has(stem)).length >= needed).length
  const score = drawn / answer.length
  return {
    score,
    verdict: score < THRESHOLD ? 'flagged' : 'ok',
    explanation: `${Math.round(score * 100)} % of the new words of the answer come from the context; ${used} of ${documents.length} documents used`,
  }
}
