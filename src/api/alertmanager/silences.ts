import type { FastifyInstance } from 'fastify'
import { z } from 'zod'
import type { Alerting } from '../../alerting/alerting.ts'
import { type Silence, silenceState, type SilenceState } from '../../alerting/silence/silence.ts'
import { SilenceError } from '../../alerting/silence/silences.ts'
import { Matcher } from '../../model/matcher.ts'
import { RegexSyntaxError } from '../../util/anchored-regex.ts'
import type { Clock } from '../../util/clock.ts'
import { HttpError } from '../http-error.ts'
import { parsed } from '../tetrascope/parsed.ts'
import { filterMatchers, parametersOf } from './parameters.ts'

const postedMatcher = z.object({
  name: z.string(),
  value: z.string(),
  isRegex: z.boolean(),
  isEqual: z.boolean().default(true),
})

const postedSilence = z.object({
  id: z.string().nullish(),
  matchers: z.array(postedMatcher),
  startsAt: z.iso.datetime({ offset: true }),
  endsAt: z.iso.datetime({ offset: true }),
  createdBy: z.string(),
  comment: z.string(),
})

const ORDER: Readonly<Record<SilenceState, number>> = { active: 0, pending: 1, expired: 2 }

/** `/silences` and `/silence/:id` of Alertmanager's API v2. */
export function silenceRoutes(app: FastifyInstance, alerting: Alerting, clock: Clock): void {
  app.post('/silences', async (request) => {
    const posted = parsed(postedSilence, request.body)
    const id = await orHttpError(() =>
      alerting.silences.set({
        id: posted.id ?? '',
        matchers: posted.matchers.map(matcherOf),
        startsAtMs: Date.parse(posted.startsAt),
        endsAtMs: Date.parse(posted.endsAt),
        createdBy: posted.createdBy,
        comment: posted.comment,
      }),
    )
    return { silenceID: id }
  })

  app.get('/silences', (request) => {
    const wanted = filterMatchers(parametersOf(request))
    const nowMs = clock.now()
    return alerting.silences
      .all()
      .filter((silence) =>
        wanted.every((filter) =>
          silence.matchers.some(({ name, value }) => name === filter.name && filter.matches(value)),
        ),
      )
      .toSorted((a, b) => ORDER[silenceState(a, nowMs)] - ORDER[silenceState(b, nowMs)] || a.endsAtMs - b.endsAtMs)
      .map((silence) => silenceBody(silence, nowMs))
  })

  app.get<{ Params: { id: string } }>('/silence/:id', (request) => {
    const silence = alerting.silences.get(request.params.id)
    if (silence === undefined) throw new HttpError(404, `silence ${request.params.id} not found`)
    return silenceBody(silence, clock.now())
  })

  app.delete<{ Params: { id: string } }>('/silence/:id', async (request, reply) => {
    await orHttpError(() => alerting.silences.expire(request.params.id))
    return reply.send()
  })
}

function matcherOf({ name, value, isRegex, isEqual }: z.output<typeof postedMatcher>): Matcher {
  const type = isRegex ? (isEqual ? '=~' : '!~') : isEqual ? '=' : '!='
  return new Matcher(name, type, value)
}

async function orHttpError<T>(act: () => Promise<T>): Promise<T> {
  try {
    return await act()
  } catch (error) {
    if (error instanceof SilenceError) throw new HttpError(error.kind === 'not found' ? 404 : 400, error.message)
    if (error instanceof RegexSyntaxError) throw new HttpError(400, `invalid silence: ${error.message}`)
    throw error
  }
}

function silenceBody(silence: Silence, nowMs: number) {
  return {
    id: silence.id,
    status: { state: silenceState(silence, nowMs) },
    updatedAt: new Date(silence.updatedAtMs).toISOString(),
    comment: silence.comment,
    createdBy: silence.createdBy,
    endsAt: new Date(silence.endsAtMs).toISOString(),
    startsAt: new Date(silence.startsAtMs).toISOString(),
    matchers: silence.matchers.map(({ name, type, value }) => ({
      name,
      value,
      isRegex: type === '=~' || type === '!~',
      isEqual: type === '=' || type === '=~',
    })),
  }
}
