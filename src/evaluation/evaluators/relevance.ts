import type { Score } from '../../model/evaluation.ts'
import type { IntSet } from '../../util/int-set.ts'
import type { Evaluator } from '../evaluator.ts'
import { languageOf } from '../text/language.ts'
import { contentStemsOf } from '../text/stems.ts'
import { wordsOf } from '../text/words.ts'

const THRESHOLD = 0.12
/** Words of a prompt from which on it is a document to work on, of which an answer need not repeat much. */
const LONG_PROMPT = 80
/** An answer of so few words ("Paris.", "42") cannot repeat the question. */
const SHORT_ANSWER = 12

/** Whether the answer speaks of what was asked: the share of the prompt's content words that it takes up. 1 = relevant. */
export const relevance: Evaluator = {
  name: 'relevance',
  version: '1',
  direction: 'higher_is_better',
  costClass: 'cheap',
  languages: ['en', 'zh'],
  evaluate({ prompt, response }): Score | undefined {
    if (prompt.trim() === '' || response.trim() === '') return undefined
    // An answer in another language, rightly or not, shares no words with the prompt.
    const [askedIn, answeredIn] = [languageOf(prompt), languageOf(response)]
    if (askedIn !== 'und' && answeredIn !== 'und' && askedIn !== answeredIn) return undefined
    const asked = contentStemsOf(prompt)
    const answered = contentStemsOf(response)
    if (asked.size === 0 || answered.size === 0) return undefined
    if (wordsOf(response).count < SHORT_ANSWER) {
      return { score: 0.6, verdict: 'ok', explanation: 'too short to compare with the prompt' }
    }
    return scoreOf(asked, answered)
  },
}

function scoreOf(asked: IntSet, answered: IntSet): Score {
  const common = asked.common(answered)
  const expected = Math.min(asked.size, Math.max(3, Math.min(LONG_PROMPT, answered.size) * 0.35))
  const score = Math.min(1, common / expected)
  const verdict = score < THRESHOLD ? 'flagged' : 'ok'
  return { score, verdict, explanation: `takes up ${common} of the ${asked.size} content words of the prompt` }
}
