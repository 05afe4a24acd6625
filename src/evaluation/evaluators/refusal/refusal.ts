import type { EvaluationSpan, Score } from '../../../model/evaluation.ts'
import type { Evaluator } from '../../evaluator.ts'
import { lazyModel, lazyTextModel } from '../../models/weights-file.ts'
import type { RefusalFeatures } from './refusal-features.ts'
import { REFUSAL_SALTS, refusalFeatures } from './refusal-features.ts'

const declines = lazyTextModel('refusal', REFUSAL_SALTS)
const givesNothing = lazyModel('refusal-full', { salts: REFUSAL_SALTS })

type RefusalLabel = 'full' | 'partial' | 'none'

/**
 * Declines what was asked. `partial`: declines, and then answers in part. Two models over the opening, the whole text
 * and the stance of each sentence: whether it declines at all, and if so, whether it gives nothing.
 */
export const refusal: Evaluator = {
  name: 'refusal',
  version: '3',
  direction: 'higher_is_worse',
  costClass: 'cheap',
  languages: ['en', 'zh'],
  evaluate({ response }): Score | undefined {
    if (response.trim() === '') return undefined
    const features = refusalFeatures(response)
    const score = declines().probability(features.blocks, features.dense)
    if (score < declines().header.threshold) return notDeclined(score, features)
    const label = givesNothing().probability(features.blocks, features.dense) >= 0.5 ? 'full' : 'partial'
    return declined(score, label, features)
  },
}

function notDeclined(score: number, { stance }: RefusalFeatures): Score {
  const explanation =
    stance === undefined ? 'nothing is declined' : 'a reservation is made, but the request is answered'
  return { score, verdict: 'ok', label: 'none', explanation }
}

function declined(score: number, label: RefusalLabel, { stance }: RefusalFeatures): Score {
  const what = label === 'full' ? 'declines the request' : 'declines a part of the request'
  if (stance === undefined) return { score, verdict: 'flagged', label, explanation: what }
  const { start, end, text } = stance.sentence
  const span: EvaluationSpan = { field: 'response', start, end, label: stance.kind }
  return {
    score,
    verdict: 'flagged',
    label,
    explanation: `${what}: ${JSON.stringify(text.slice(0, 120))}`,
    spans: [span],
  }
}
