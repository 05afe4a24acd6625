import type { FastifyInstance } from 'fastify'
import { z } from 'zod'
import type { RequestFilter } from '../../storage/request-store.ts'
import type { Store } from '../../storage/store.ts'
import type { Clock } from '../../util/clock.ts'
import { HttpError } from '../http-error.ts'
import type { RequestBody, RequestsBody, TotalsBody, TraceBody } from '../types.ts'
import { parsed } from './parsed.ts'

const DAY_MS = 86_400_000

const range = {
  start: z.coerce.number().optional(),
  end: z.coerce.number().optional(),
}

const listParameters = z.strictObject({
  ...range,
  limit: z.coerce.number().int().min(1).max(1000).default(50),
  cursor: z.string().optional(),
  model: z.string().optional(),
  provider: z.string().optional(),
  status: z.enum(['success', 'error']).optional(),
  user: z.string().optional(),
  session: z.string().optional(),
  service: z.string().optional(),
  feature: z.string().optional(),
  trace: z.string().optional(),
  text: z.string().optional(),
  min_latency_ms: z.coerce.number().min(0).optional(),
})

export interface RequestRoutes {
  readonly store: Pick<Store, 'requests' | 'evaluations'>
  readonly clock: Clock
}

/** GET /requests, /requests/totals, /requests/:traceId/:spanId, /traces/:traceId. Times are milliseconds since 1970. */
export function requestRoutes(app: FastifyInstance, { store, clock }: RequestRoutes): void {
  const rangeOf = (start: number | undefined, end: number | undefined): { minMs: number; maxMs: number } => {
    const maxMs = end ?? clock.now() + DAY_MS
    return { minMs: start ?? clock.now() - DAY_MS, maxMs }
  }

  app.get('/requests', (request): Promise<RequestsBody> => {
    const { start, end, limit, cursor, ...fields } = parsed(listParameters, request.query)
    return store.requests.listRequests({
      range: rangeOf(start, end),
      limit,
      filter: filterOf(fields),
      ...(cursor !== undefined && { cursor }),
    })
  })

  app.get('/requests/totals', async (request): Promise<TotalsBody> => {
    const { start, end } = parsed(z.strictObject(range), request.query)
    return { models: await store.requests.totals(rangeOf(start, end)) }
  })

  app.get<{ Params: { traceId: string; spanId: string } }>(
    '/requests/:traceId/:spanId',
    async (request): Promise<RequestBody> => {
      const { traceId, spanId } = request.params
      const [found, evaluations] = await Promise.all([
        store.requests.request(traceId, spanId),
        store.evaluations.evaluationsOf(traceId, spanId),
      ])
      if (found === undefined) throw new HttpError(404, `no request with trace ${traceId} and span ${spanId}`)
      return { span: found.span, costUsd: found.costUsd, evaluations }
    },
  )

  app.get<{ Params: { traceId: string } }>('/traces/:traceId', async (request): Promise<TraceBody> => {
    const spans = await store.requests.trace(request.params.traceId)
    if (spans.length === 0) throw new HttpError(404, `no trace ${request.params.traceId}`)
    return { spans }
  })
}

type ListFields = Omit<z.infer<typeof listParameters>, 'start' | 'end' | 'limit' | 'cursor'>

/** The parameters that were given, under the names of the filter. */
function filterOf({ user, session, trace, min_latency_ms, ...same }: ListFields): RequestFilter {
  const renamed = { userId: user, sessionId: session, traceId: trace, minLatencyMs: min_latency_ms, ...same }
  return Object.fromEntries(Object.entries(renamed).filter(([, value]) => value !== undefined))
}
