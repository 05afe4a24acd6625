import { isRecord, listOf, type JsonRecord } from '../../json-value.ts'
import type { WireFormat } from '../wire-format.ts'
import { joinTextAnswers, readTextAnswer, textOfAnswer } from './text-answer.ts'

/** Aleph Alpha's completions (https://docs.aleph-alpha.com/api/complete/). */
export const alephAlpha: WireFormat = {
  provider: 'aleph_alpha',
  operationOf: (path) => (/^\/complete$/.test(path) ? 'text_completion' : undefined),
  carriesToken: (event) => textOfAnswer(readTextAnswer(event) ?? {}) !== '',
  assemble: joinTextAnswers,
  readCall: (call) => ({ ...call, prompt: listOf(call['prompt']).length === 0 ? call['prompt'] : textParts(call) }),
  readAnswer: (body) => readTextAnswer(body) ?? body,
}

/** A prompt is a text or a list of parts with their `data`. */
function textParts(call: JsonRecord): JsonRecord[] {
  const parts = listOf(call['prompt']).filter(isRecord)
  return parts.map(({ data, ...part }) => (part['type'] === 'text' ? { ...part, text: data } : { ...part, data }))
}
