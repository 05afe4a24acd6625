import type { FastifyInstance } from 'fastify'
import { z } from 'zod'
import type { LogStore } from '../../storage/store.ts'
import type { Clock } from '../../util/clock.ts'
import type { LogsBody } from '../types.ts'
import { parsed } from './parsed.ts'

const HOUR_MS = 3_600_000

const parameters = z.strictObject({
  start: z.coerce.number().optional(),
  end: z.coerce.number().optional(),
  level: z.enum(['trace', 'debug', 'info', 'warn', 'error', 'fatal']).optional(),
  service: z.string().optional(),
  trace: z.string().optional(),
  text: z.string().optional(),
  limit: z.coerce.number().int().min(1).max(5_000).default(200),
})

/** GET /logs, newest first. Times are milliseconds since 1970; without them the last hour. */
export function logRoutes(app: FastifyInstance, logs: LogStore, clock: Clock): void {
  app.get('/logs', async (request): Promise<LogsBody> => {
    const { start, end, limit, level, service, trace, text } = parsed(parameters, request.query)
    const range = { minMs: start ?? clock.now() - HOUR_MS, maxMs: end ?? clock.now() + HOUR_MS }
    const filter = {
      ...(level !== undefined && { level }),
      ...(service !== undefined && { service }),
      ...(trace !== undefined && { traceId: trace }),
      ...(text !== undefined && { text }),
    }
    return { logs: await logs.logs({ range, limit, ...filter }) }
  })
}
