import { z } from 'zod'
import type { Score } from '../../model/evaluation.ts'
import { jsonIn } from '../instructions/json-answer.ts'
import type { Criterion } from './criterion.ts'

/** What was read of a judge's answer, or why it is none. */
export type ReadAnswer<T> = { readonly value: T } | { readonly unreadable: string }

/** A JSON schema for the answer, in the subset that `response_format: json_schema` with `strict` takes. */
export type AnswerSchema = Readonly<Record<string, unknown>>

export type Winner = 'A' | 'B' | 'tie'

const MAX_REASON_LENGTH = 1_000

const pairAnswer = z.strictObject({ reason: z.string(), winner: z.enum(['A', 'B', 'tie']) })

export const PAIR_SCHEMA: AnswerSchema = objectSchema({
  reason: { type: 'string' },
  winner: { type: 'string', enum: ['A', 'B', 'tie'] },
})

export function judgementSchema({ verdicts }: Criterion): AnswerSchema {
  return objectSchema({
    reason: { type: 'string' },
    score: { type: 'number' },
    verdict: { type: 'string', enum: Object.keys(verdicts) },
  })
}

/** A judgement, its score brought from the criterion's scale to 0-1. Strict: a missing or further field makes it unreadable. */
export function readJudgement({ scale, verdicts }: Criterion, text: string): ReadAnswer<Score> {
  const words = Object.keys(verdicts)
  const schema = z.strictObject({
    reason: z.string(),
    score: z.number().min(scale.min).max(scale.max),
    verdict: z.enum(words),
  })
  const read = readJson(text, schema)
  if ('unreadable' in read) return read
  const { reason, score, verdict: label } = read.value
  return {
    value: {
      score: (score - scale.min) / (scale.max - scale.min),
      verdict: verdicts[label] ?? 'flagged',
      label,
      explanation: reason.slice(0, MAX_REASON_LENGTH),
    },
  }
}

export function readWinner(text: string): ReadAnswer<{ readonly winner: Winner; readonly reason: string }> {
  const read = readJson(text, pairAnswer)
  return 'unreadable' in read
    ? read
    : { value: { ...read.value, reason: read.value.reason.slice(0, MAX_REASON_LENGTH) } }
}

function readJson<T>(text: string, schema: z.ZodType<T>): ReadAnswer<T> {
  // Models that think aloud do so before they answer.
  const json = jsonIn(text.replace(/^\s*<think>[\s\S]*?<\/think>/, ''))
  if (json === undefined) return { unreadable: text.trim() === '' ? 'it is empty' : 'it is not a JSON object' }
  const parsed = schema.safeParse(json.value)
  if (parsed.success) return { value: parsed.data }
  const [issue] = parsed.error.issues
  return { unreadable: issue === undefined ? 'it is not as asked for' : `${issue.path.join('.')}: ${issue.message}` }
}

function objectSchema(properties: Readonly<Record<string, object>>): AnswerSchema {
  return { type: 'object', properties, required: Object.keys(properties), additionalProperties: false }
}
