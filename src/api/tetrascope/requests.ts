import type { FastifyInstance } from 'fastify'
import { z } from 'zod'
import type { RequestDeletion } from '../../storage/request-store.ts'
import type { Store } from '../../storage/store.ts'
import type { Clock } from '../../util/clock.ts'
import { HttpError } from '../http-error.ts'
import type { DeletedBody, RequestBody, RequestsBody, TotalsBody, TraceBody } from '../types.ts'
import { parsed } from './parsed.ts'
import { filterOf, filterParameters, rangeOf, rangeParameters } from './request-parameters.ts'

const listParameters = z.strictObject({
  ...rangeParameters,
  ...filterParameters,
  limit: z.coerce.number().int().min(1).max(1000).default(50),
  cursor: z.string().optional(),
  order: z.enum(['start', 'latency', 'ttft', 'cost', 'tokens']).optional(),
})

const deletionParameters = z.strictObject({ user: z.string().min(1).optional(), session: z.string().min(1).optional() })

export interface RequestRoutes {
  readonly store: Pick<Store, 'requests' | 'evaluations'>
  readonly clock: Clock
  /** Deletes from the store and from what is on its way there; gives the number of spans. */
  readonly forget: (deletion: RequestDeletion) => Promise<number>
}

/** GET and DELETE /requests, /requests/:traceId/:spanId; GET /requests/totals, /traces/:traceId. Times are milliseconds since 1970. */
export function requestRoutes(app: FastifyInstance, { store, clock, forget }: RequestRoutes): void {
  app.get('/requests', (request): Promise<RequestsBody> => {
    const { limit, cursor, order, ...given } = parsed(listParameters, request.query)
    return store.requests.listRequests({
      range: rangeOf(given, clock.now()),
      limit,
      filter: filterOf(given),
      ...(order !== undefined && { order }),
      ...(cursor !== undefined && { cursor }),
    })
  })

  app.get('/requests/totals', async (request): Promise<TotalsBody> => {
    const given = parsed(z.strictObject(rangeParameters), request.query)
    return { models: await store.requests.totals(rangeOf(given, clock.now())) }
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

  app.delete('/requests', async (request): Promise<DeletedBody> => {
    return { spans: await forget(deletionOf(parsed(deletionParameters, request.query))) }
  })

  app.delete<{ Params: { traceId: string; spanId: string } }>(
    '/requests/:traceId/:spanId',
    async (request): Promise<DeletedBody> => {
      const { traceId, spanId } = request.params
      return { spans: await forget({ traceId, spanId }) }
    },
  )

  app.get<{ Params: { traceId: string } }>('/traces/:traceId', async (request): Promise<TraceBody> => {
    const spans = await store.requests.trace(request.params.traceId)
    if (spans.length === 0) throw new HttpError(404, `no trace ${request.params.traceId}`)
    return { spans }
  })
}

/** Exactly one owner: a mistake in a deletion cannot be made good. */
function deletionOf({ user, session }: z.infer<typeof deletionParameters>): RequestDeletion {
  if (user !== undefined && session === undefined) return { userId: user }
  if (session !== undefined && user === undefined) return { sessionId: session }
  throw new HttpError(400, 'exactly one of the parameters user and session is needed')
}
