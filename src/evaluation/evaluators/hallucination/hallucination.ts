import type { EvaluationSpan, Score } from '../../../model/evaluation.ts'
import type { Contradiction } from '../../claims/contradictions.ts'
import { contradictionsOf, selfContradictions } from '../../claims/contradictions.ts'
import { groundingOf, SUPPORTED } from '../../claims/grounding.ts'
import type { EvaluationInput, Evaluator } from '../../evaluator.ts'
import { lazyChineseModel, lazyTextModel } from '../../models/weights-file.ts'
import { isChinese } from '../../text/script.ts'
import { HALLUCINATION_SALTS, hallucinationFeatures } from './hallucination-features.ts'

const english = lazyTextModel('hallucination-en', HALLUCINATION_SALTS)
const chinese = lazyChineseModel('hallucination-zh', HALLUCINATION_SALTS)

const CONTRADICTION_SCORE = 0.85
const MAX_SPANS = 20

/**
 * Says what is not so. With documents: what they do not support. Without: where the answer contradicts itself or the
 * prompt, and else how often answers of this kind to prompts of this kind were found to be invented, which is a
 * weak sign: it has seen neither the world nor the truth.
 */
export const hallucination: Evaluator = {
  name: 'hallucination',
  version: '1',
  direction: 'higher_is_worse',
  costClass: 'moderate',
  languages: ['en', 'zh'],
  evaluate(input: EvaluationInput): Score | undefined {
    if (input.response.trim() === '') return undefined
    return input.context.some((text) => text.trim() !== '') ? againstContext(input) : withoutContext(input)
  },
}

function againstContext({ prompt, response, context }: EvaluationInput): Score {
  const { score, claims, unsupported } = groundingOf(response, context, prompt)
  const spans = unsupported.map(({ claim }) => spanOf(claim.start, claim.end, 'unsupported')).slice(0, MAX_SPANS)
  const explanation = `${unsupported.length} of ${claims} claims are not supported by the context`
  const base: Score = { score: 1 - score, verdict: score < SUPPORTED ? 'flagged' : 'ok', explanation }
  return spans.length === 0 ? base : { ...base, spans }
}

function withoutContext({ prompt, response }: EvaluationInput): Score {
  const [contradiction] = [...selfContradictions(response), ...contradictionsOf(prompt, response)]
  if (contradiction !== undefined) return contradicted(contradiction)
  const model = (isChinese(response) ? chinese : english)()
  const { blocks, dense } = hallucinationFeatures(prompt, response)
  const score = model.probability(blocks, dense)
  if (score < model.header.threshold) return { score, verdict: 'ok', explanation: 'no contradiction found' }
  return {
    score,
    verdict: 'flagged',
    label: 'likely',
    explanation: 'answers like this one to prompts like this one are often invented',
  }
}

function contradicted({ kind, first, second }: Contradiction): Score {
  return {
    score: CONTRADICTION_SCORE,
    verdict: 'flagged',
    label: 'contradiction',
    explanation: `says ${JSON.stringify(second.text.slice(0, 100))} against ${JSON.stringify(first.text.slice(0, 100))} (${kind})`,
    spans: [spanOf(second.start, second.end, kind)],
  }
}

function spanOf(start: number, end: number, label: string): EvaluationSpan {
  return { field: 'response', start, end, label }
}
