import { latencyMs, type Request } from '../model/request.ts'
import { textOf } from '../model/span.ts'
import { isAscii } from '../util/ascii.ts'
import { topicOf } from './topic.ts'

/** What of a request is watched for drift. */
export const FEATURES = [
  'input_tokens',
  'output_tokens',
  'latency_ms',
  'prompt_length',
  'response_length',
  'cost_usd',
  'language',
  'topic',
  'finish_reason',
] as const
export type BuiltInFeature = (typeof FEATURES)[number]

/** A number, a category, or undefined where the request does not say. */
export type FeatureValue = number | string | undefined

/** The value of a built-in feature in a request. */
export function featureOf(feature: BuiltInFeature, { span, costUsd }: Request): FeatureValue {
  switch (feature) {
    case 'input_tokens':
      return span.llm.usage.inputTokens
    case 'output_tokens':
      return span.llm.usage.outputTokens
    case 'latency_ms':
      return latencyMs(span)
    case 'prompt_length':
      return textOf(span.llm.inputMessages).length
    case 'response_length':
      return textOf(span.llm.outputMessages).length
    case 'cost_usd':
      return costUsd
    case 'language':
      return scriptOf(textOf(span.llm.inputMessages))
    case 'topic':
      return topicOf(lastPrompt(span))
    case 'finish_reason':
      return span.llm.finishReasons[0]
  }
}

/** The value of an attribute of a request, wherever it was sent; numbers stay numbers, other plain values become categories. */
export function attributeOf(name: string, { span }: Request): FeatureValue {
  const value = span.attributes[name] ?? span.resource[name] ?? span.llm.parameters[name]
  if (typeof value === 'number' || typeof value === 'string') return value
  if (typeof value === 'bigint') return Number(value)
  return typeof value === 'boolean' ? String(value) : undefined
}

/** The last message: earlier ones repeat what was already counted with earlier requests. */
function lastPrompt(span: Request['span']): string {
  return textOf(span.llm.inputMessages.slice(-1))
}

const SCRIPTS: ReadonlyArray<readonly [name: string, characters: RegExp]> = [
  ['kana', /[\p{Script=Hiragana}\p{Script=Katakana}]/gu],
  ['hangul', /\p{Script=Hangul}/gu],
  ['han', /\p{Script=Han}/gu],
  ['cyrillic', /\p{Script=Cyrillic}/gu],
  ['arabic', /\p{Script=Arabic}/gu],
  ['latin', /\p{Script=Latin}/gu],
]

const ASCII_LETTER = /[a-z]/i

/** Enough of a prompt to tell its script. */
const LOOKED_AT = 500

/** The script that most of the text is written in; undefined for text without letters. Kana counts before Han, which Japanese mixes in. */
function scriptOf(text: string): string | undefined {
  const start = text.slice(0, LOOKED_AT)
  if (isAscii(start)) return ASCII_LETTER.test(start) ? 'latin' : undefined
  const counts = SCRIPTS.map(([name, characters]) => [name, start.match(characters)?.length ?? 0] as const)
  const [name, count] = counts.reduce((most, next) => (next[1] > most[1] ? next : most), ['', 0] as const)
  return count === 0 ? undefined : name
}
