import { z } from 'zod'
import { Matcher } from '../../model/matcher.ts'
import type { Silence } from './silence.ts'

/** A silence as it is kept in the store. */
const silenceDocument = z
  .object({
    id: z.string(),
    matchers: z.array(z.object({ name: z.string(), type: z.enum(['=', '!=', '=~', '!~']), value: z.string() })),
    startsAtMs: z.number(),
    endsAtMs: z.number(),
    updatedAtMs: z.number(),
    createdBy: z.string(),
    comment: z.string(),
  })
  .transform(
    (value): Silence => ({
      ...value,
      matchers: value.matchers.map(({ name, type, value: text }) => new Matcher(name, type, text)),
    }),
  )

/** Undefined for what is no silence. */
export function readSilence(document: unknown): Silence | undefined {
  return silenceDocument.safeParse(document).data
}

export function writeSilence(silence: Silence): unknown {
  return { ...silence, matchers: silence.matchers.map(({ name, type, value }) => ({ name, type, value })) }
}
