import type { Score } from '../../model/evaluation.ts'
import type { Evaluator } from '../evaluator.ts'
import { isUnspaced } from '../text/script.ts'
import { wordsOf } from '../text/words.ts'

/** Words from which on an answer counts as long, whatever was asked. */
const LONG_WORDS = 1_500
const THRESHOLD = 0.5

/** Prompts that want an answer of more than a few words. */
const WANTS_TEXT =
  /\b(?:explain|describe|write|essay|story|article|detail|in depth|step by step|how (?:do|does|can|to)|why|compare|summari[sz]e|list)\b|解释|详细|写一|介绍|为什么|如何|怎么|文章|步骤|列出/i

/** An answer that is empty, breaks off, or is much longer than answers are. The number of words stands in the explanation. */
export const length: Evaluator = {
  name: 'length',
  version: '1',
  direction: 'higher_is_worse',
  costClass: 'cheap',
  languages: ['any'],
  evaluate({ prompt, response }): Score | undefined {
    if (response === '') return undefined
    const { count } = wordsOf(response)
    if (count === 0) return { score: 1, verdict: 'flagged', label: 'empty', explanation: 'the answer has no words' }
    const [label, score] = judge(prompt, response, count)
    return { score, verdict: score >= THRESHOLD ? 'flagged' : 'ok', label, explanation: `${count} words` }
  },
}

function judge(prompt: string, response: string, count: number): [label: string, score: number] {
  if (breaksOff(response)) return ['truncated', 0.6]
  if (count > LONG_WORDS) return ['long', Math.min(1, 0.5 + (count - LONG_WORDS) / (LONG_WORDS * 4))]
  if (count < 3 && WANTS_TEXT.test(prompt)) return ['short', 0.5]
  return ['normal', (count / LONG_WORDS) * 0.5]
}

/** Ends inside a sentence or a code block: a text of some length whose last sign is a letter, a comma or an open bracket. */
function breaksOff(response: string): boolean {
  const text = response.trimEnd()
  if ((text.match(/```/g)?.length ?? 0) % 2 === 1) return true
  if (text.length < 200) return false
  const lastLine = text.slice(text.lastIndexOf('\n') + 1)
  if (lastLine.length < 60 || /^\s*(?:[-*#>|\d]|https?:)/.test(lastLine)) return false
  const last = lastLine.charCodeAt(lastLine.length - 1)
  return /[a-z,(:;，、（]$/.test(lastLine) || isUnspaced(last)
}
