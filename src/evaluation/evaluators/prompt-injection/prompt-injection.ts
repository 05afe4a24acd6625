import type { EvaluationSpan, Score } from '../../../model/evaluation.ts'
import type { EvaluationInput, Evaluator } from '../../evaluator.ts'
import { lazyTextModel } from '../../models/weights-file.ts'
import { readings } from '../../text/deobfuscate.ts'
import { windowsOf } from '../../text/windows.ts'
import { wordsOf } from '../../text/words.ts'
import { strongestInstruction } from './embedded-instruction.ts'
import { INJECTION_WINDOW, injectionFeatures } from './injection-features.ts'

const model = lazyTextModel('prompt-injection')

interface Finding {
  readonly score: number
  readonly isFlagged: boolean
  readonly explanation: string
  readonly label: 'direct' | 'indirect' | 'obfuscated' | 'none'
  readonly span: EvaluationSpan | undefined
}

const NOTHING: Finding = {
  score: 0,
  isFlagged: false,
  explanation: 'no injected instructions found',
  label: 'none',
  span: undefined,
}

/**
 * Instructions that are smuggled in: in the prompt (`direct`), in a document or tool result (`indirect`), or written so
 * that a filter does not see them (`obfuscated`: base64, zero-width signs, lookalike letters, figures for letters).
 */
export const promptInjection: Evaluator = {
  name: 'prompt-injection',
  version: '3',
  direction: 'higher_is_worse',
  costClass: 'moderate',
  languages: ['en', 'zh'],
  evaluate({ prompt, context }: EvaluationInput): Score | undefined {
    if (prompt === '' && context.length === 0) return undefined
    const findings = [
      strongestWindow(prompt, 'prompt', 0),
      ...context.flatMap((text, i) => inDocument(text, offsetOf(context, i))),
    ]
    const { score, isFlagged, explanation, label, span } = strongest(findings)
    if (!isFlagged) return { score, verdict: 'ok', label: 'none', explanation: NOTHING.explanation }
    const base: Score = { score, verdict: 'flagged', label, explanation }
    return span === undefined ? base : { ...base, spans: [span] }
  },
}

/** Where a document begins when the documents are read as one text, each after a line break. */
function offsetOf(context: readonly string[], index: number): number {
  return context.slice(0, index).reduce((offset, text) => offset + text.length + 1, 0)
}

/** A document is read for injections as a prompt is, and sentence by sentence for instructions that no document gives. */
function inDocument(text: string, offset: number): Finding[] {
  const window = strongestWindow(text, 'context', offset)
  const instruction = strongestInstruction(text)
  if (instruction === undefined || !instruction.isCertain) return [window]
  const { score, start, end } = instruction
  const quoted = JSON.stringify(text.slice(start, Math.min(end, start + 100)))
  const explanation = `a document gives an instruction to the model: ${quoted}`
  const span: EvaluationSpan = { field: 'context', start: start + offset, end: end + offset, label: 'indirect' }
  return [window, { score, isFlagged: true, label: 'indirect', explanation, span }]
}

/** What is flagged comes before what is not, then the higher score. */
function strongest(findings: readonly Finding[]): Finding {
  return findings.reduce((a, b) => {
    if (a.isFlagged !== b.isFlagged) return a.isFlagged ? a : b
    return b.score > a.score ? b : a
  }, NOTHING)
}

function strongestWindow(original: string, field: 'prompt' | 'context', offset: number): Finding {
  let best = NOTHING
  for (const text of readings(original)) {
    const words = wordsOf(text)
    if (words.count === 0) continue
    for (const window of windowsOf(words, INJECTION_WINDOW)) {
      const { blocks, dense } = injectionFeatures(text, window)
      const score = model().probability(blocks, dense)
      if (score <= best.score) continue
      const isAsWritten = text === original
      const [start, end] = [words.starts[window.from] ?? 0, words.ends[window.to - 1] ?? 0]
      const label = isAsWritten ? (field === 'prompt' ? 'direct' : 'indirect') : 'obfuscated'
      best = {
        score,
        isFlagged: score >= model().header.threshold,
        label,
        explanation: EXPLANATIONS[label],
        span: isAsWritten ? { field, start: start + offset, end: end + offset, label } : undefined,
      }
    }
  }
  return best
}

const EXPLANATIONS = {
  direct: 'the prompt tries to replace or reveal the instructions of the model',
  indirect: 'a document tries to replace or reveal the instructions of the model',
  obfuscated: 'instructions to the model are hidden in encoded or disguised text',
} as const
