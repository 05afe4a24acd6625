import type { FastifyInstance } from 'fastify'
import { z } from 'zod'
import type { StoredHistory } from '../../alerting/stored-history.ts'
import { filterMatchers, parametersOf } from '../alertmanager/parameters.ts'
import type { AlertHistoryBody } from '../types.ts'
import { parsed } from './parsed.ts'

const parameters = z.strictObject({
  start: z.coerce.number().optional(),
  end: z.coerce.number().optional(),
  kind: z.enum(['alert', 'notification', 'silence', 'acknowledgement']).optional(),
  receiver: z.string().optional(),
  text: z.string().optional(),
  cursor: z.string().optional(),
  limit: z.coerce.number().int().min(1).max(5_000).default(200),
  /** Matchers, repeated where several must hold; read by `filterMatchers`. */
  filter: z.union([z.string(), z.array(z.string())]).optional(),
})

/** GET /alerts/history, newest first: who did and was told what. Times are milliseconds since 1970. */
export function alertHistoryRoutes(app: FastifyInstance, history: StoredHistory): void {
  app.get('/alerts/history', (request): AlertHistoryBody => {
    const { start, end, kind, receiver, text, cursor, limit } = parsed(parameters, request.query)
    const filter = {
      matchers: filterMatchers(parametersOf(request)),
      ...(start !== undefined && { fromMs: start }),
      ...(end !== undefined && { toMs: end }),
      ...(kind !== undefined && { kind }),
      ...(receiver !== undefined && { receiver }),
      ...(text !== undefined && { text }),
    }
    return history.page(filter, limit, cursor)
  })
}
