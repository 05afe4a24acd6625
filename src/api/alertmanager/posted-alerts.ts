import { z } from 'zod'
import type { Alert } from '../../model/alert.ts'
import { Labels } from '../../model/labels.ts'
import { HttpError } from '../http-error.ts'
import { parsed } from '../tetrascope/parsed.ts'

type Texts = Readonly<Record<string, string>>

interface PostedAlert {
  readonly labels: Texts
  readonly annotations?: Texts | null | undefined
  readonly startsAt?: string | null | undefined
  readonly endsAt?: string | null | undefined
  readonly generatorURL?: string | null | undefined
}

const schema: z.ZodType<PostedAlert[]> = z.array(
  z.object({
    labels: z.record(z.string(), z.string()),
    annotations: z.record(z.string(), z.string()).nullish(),
    startsAt: z.string().nullish(),
    endsAt: z.string().nullish(),
    generatorURL: z.string().nullish(),
  }),
)

/** The alerts of a body of `POST /alerts`; `nowMs` is when they came. Throws `HttpError` 400 that names each wrong field. */
export function postedAlerts(body: unknown, nowMs: number): Alert[] {
  // The schema finds the words for what is wrong. Senders post thousands of alerts every minute, nearly all of them right.
  const posted = Array.isArray(body) && body.every(isPostedAlert) ? body : parsed(schema, body)
  return posted.map((alert) => alertOf(alert, nowMs))
}

function isPostedAlert(value: unknown): value is PostedAlert {
  if (!isObject(value)) return false
  const { labels, annotations, startsAt, endsAt, generatorURL } = value
  return (
    isTexts(labels) &&
    (isAbsent(annotations) || isTexts(annotations)) &&
    [startsAt, endsAt, generatorURL].every((text) => typeof text === 'string' || isAbsent(text))
  )
}

function isTexts(value: unknown): value is Texts {
  return isObject(value) && Object.values(value).every((text) => typeof text === 'string')
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

function isAbsent(value: unknown): value is null | undefined {
  return value === null || value === undefined
}

function alertOf(posted: PostedAlert, nowMs: number): Alert {
  return {
    labels: Labels.from(posted.labels),
    annotations: posted.annotations ?? {},
    startsAtMs: timeOf(posted.startsAt, 'startsAt'),
    endsAtMs: timeOf(posted.endsAt, 'endsAt'),
    generatorUrl: posted.generatorURL ?? '',
    updatedAtMs: nowMs,
  }
}

/** Absent and Go's zero time are 0. */
function timeOf(text: string | null | undefined, field: string): number {
  if (text === null || text === undefined || text === '' || text.startsWith('0001-')) return 0
  const timeMs = Date.parse(text)
  if (Number.isNaN(timeMs)) throw new HttpError(400, `${field}: ${JSON.stringify(text)} is not an RFC 3339 time`)
  return timeMs
}
