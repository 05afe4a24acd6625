import type { EvaluationSpan, Score } from '../../model/evaluation.ts'
import type { Evaluator } from '../evaluator.ts'
import { instructionsIn } from '../instructions/find-instructions.ts'
import type { InstructionKind } from '../instructions/instruction.ts'

/** The instructions that concern the form in which the answer is read on by a machine or a page. */
const FORMATS: ReadonlySet<InstructionKind> = new Set([
  'json',
  'list',
  'table',
  'code',
  'length',
  'language',
  'sections',
])

/** Whether the answer has the format that the prompt asks for: JSON (of a schema), list, table, code, length, language. */
export const format: Evaluator = {
  name: 'format',
  version: '1',
  direction: 'higher_is_better',
  costClass: 'moderate',
  languages: ['en', 'zh'],
  evaluate({ prompt, response }): Score | undefined {
    if (response.trim() === '') return undefined
    const wanted = instructionsIn(prompt).filter(({ kind }) => FORMATS.has(kind))
    if (wanted.length === 0) return undefined
    const missed = wanted.filter((instruction) => !instruction.isFollowed(response, prompt))
    const score = 1 - missed.length / wanted.length
    const label = [...new Set(wanted.map(({ kind }) => kind))].join(',')
    if (missed.length === 0) return { score, verdict: 'ok', label, explanation: `has the format asked for: ${label}` }
    const explanation = `expected ${missed.map(({ description }) => description).join('; ')}`
    const spans: EvaluationSpan[] = missed.map(({ start, end, kind }) => ({ field: 'prompt', start, end, label: kind }))
    return { score, verdict: 'flagged', label, explanation, spans }
  },
}
