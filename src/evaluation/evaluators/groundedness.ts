import type { EvaluationSpan, Score } from '../../model/evaluation.ts'
import type { ClaimSupport } from '../claims/claim-support.ts'
import type { Grounding } from '../claims/grounding.ts'
import { groundingOf, SUPPORTED } from '../claims/grounding.ts'
import type { Evaluator } from '../evaluator.ts'

const MAX_SPANS = 20

/**
 * Whether each claim of the answer is supported by the documents that the model was given: its words stand together
 * there, its numbers and names occur beside the same words, and it does not deny what they affirm. 1 = grounded. Undefined without documents.
 */
export const groundedness: Evaluator = {
  name: 'groundedness',
  version: '2',
  direction: 'higher_is_better',
  costClass: 'moderate',
  languages: ['en', 'zh'],
  evaluate({ prompt, response, context }): Score | undefined {
    if (response.trim() === '' || context.every((text) => text.trim() === '')) return undefined
    return scoreOf(groundingOf(response, context, prompt))
  },
}

function scoreOf({ score, claims, unsupported }: Grounding): Score {
  if (score >= SUPPORTED)
    return {
      score,
      verdict: 'ok',
      explanation: `${claims - unsupported.length} of ${claims} claims supported by the context`,
    }
  const spans = unsupported.flatMap(spansOf).slice(0, MAX_SPANS)
  return { score, verdict: 'flagged', explanation: explain(unsupported, claims), spans }
}

function explain(weak: readonly ClaimSupport[], count: number): string {
  const kinds = new Set(weak.flatMap(({ unsupported }) => unsupported.map(({ kind }) => kind)))
  const what =
    kinds.size === 0 ? 'words that the context does not have together' : `unsupported ${[...kinds].join(', ')}`
  return `${weak.length} of ${count} claims are not supported by the context: ${what}`
}

function spansOf({ claim, unsupported }: ClaimSupport): EvaluationSpan[] {
  const field = 'response' as const
  if (unsupported.length === 0) return [{ field, start: claim.start, end: claim.end, label: 'unsupported' }]
  return unsupported.map(({ start, end, kind }) => ({ field, start, end, label: kind }))
}
