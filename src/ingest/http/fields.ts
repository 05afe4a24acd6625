import { z } from 'zod'
import { EmbeddingError, projected } from '../../model/embedding.ts'
import type { Attributes } from '../../model/span.ts'
import { attributeValueOf } from '../json-value.ts'
import { timestampMs } from '../timestamp.ts'
import { describeValue } from './body.ts'

/** A text that may be absent or null; both are ''. */
export const text = z
  .string()
  .nullish()
  .transform((value) => value ?? '')

/** A number that may be absent or null; both are unknown. */
export const optionalNumber = z
  .number()
  .nullish()
  .transform((value) => value ?? undefined)

export const optionalCount = z
  .number()
  .nonnegative()
  .nullish()
  .transform((value) => value ?? undefined)

/** ISO text or a number of seconds, milliseconds, microseconds or nanoseconds since 1970; undefined when absent. */
export const optionalTime = z
  .unknown()
  .optional()
  .transform((value, context) => {
    if (value === undefined || value === null || value === '') return undefined
    const timeMs = timestampMs(value)
    if (timeMs !== undefined) return timeMs
    const message = `found ${describeValue(value)}, expected an ISO time or a number of seconds or milliseconds since 1970`
    context.addIssue({ code: 'custom', message })
    return z.NEVER
  })

/** What is kept of a vector; undefined when absent. */
export const optionalEmbedding = z
  .unknown()
  .optional()
  .transform((value, context) => {
    if (value === undefined || value === null) return undefined
    try {
      if (Array.isArray(value)) return projected(value)
      throw new EmbeddingError(describeValue(value))
    } catch (error) {
      if (!(error instanceof EmbeddingError)) throw error
      context.addIssue({ code: 'custom', message: error.message })
      return z.NEVER
    }
  })

const HEX_32 = /^[0-9a-f]{32}$/i
const HEX_16 = /^[0-9a-f]{16}$/i

export const optionalTraceId = id(HEX_32, '32 hex digits')
export const optionalSpanId = id(HEX_16, '16 hex digits')

function id(pattern: RegExp, expected: string) {
  return text.transform((value, context) => {
    if (value === '' || pattern.test(value)) return value.toLowerCase()
    context.addIssue({ code: 'custom', message: `found ${describeValue(value)}, expected ${expected}` })
    return z.NEVER
  })
}

/** Any JSON object, as attributes. */
export const attributes = z
  .record(z.string(), z.unknown())
  .nullish()
  .transform((value) => attributesOf(value ?? {}))

export function attributesOf(record: Readonly<Record<string, unknown>>): Attributes {
  return Object.fromEntries(Object.entries(record).map(([name, value]) => [name, attributeValueOf(value)]))
}

/** What a loose schema let pass beside the fields that it names. */
export function unnamed(item: Readonly<Record<string, unknown>>, named: Readonly<Record<string, unknown>>): Attributes {
  return attributesOf(Object.fromEntries(Object.entries(item).filter(([name]) => !(name in named))))
}
