import type { EvaluationSpan, Score } from '../../../model/evaluation.ts'
import type { Evaluator } from '../../evaluator.ts'
import { rememberLast } from '../../text/remember.ts'
import { findSecrets } from './find-secrets.ts'

const secretsIn = rememberLast(findSecrets)

/** Credentials in the prompt or in the answer: keys and tokens of providers, private keys, connection strings, JWTs, passwords that are assigned. */
export const secrets: Evaluator = {
  name: 'secrets',
  version: '4',
  direction: 'higher_is_worse',
  costClass: 'cheap',
  languages: ['any'],
  evaluate({ prompt, response }): Score | undefined {
    if (prompt === '' && response === '') return undefined
    const spans = [...spansOf('prompt', prompt), ...spansOf('response', response)]
    if (spans.length === 0) return { score: 0, verdict: 'ok', explanation: 'no credentials found' }
    const kinds = [...new Set(spans.map((span) => span.label))].sort()
    // What has a provider's form is certain; what only looks random under a telling name is likely.
    const score = kinds.every((kind) => kind === 'generic') ? 0.8 : 0.98
    return {
      score,
      verdict: 'flagged',
      label: kinds.join(','),
      explanation: `credentials found: ${kinds.join(', ')}`,
      spans,
    }
  },
}

function spansOf(field: EvaluationSpan['field'], text: string): EvaluationSpan[] {
  return secretsIn(text).map(({ kind, start, end }) => ({ field, start, end, label: kind }))
}
