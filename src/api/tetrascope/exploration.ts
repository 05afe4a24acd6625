import { Readable } from 'node:stream'
import type { FastifyInstance } from 'fastify'
import { z } from 'zod'
import {
  REQUEST_FIELDS,
  type ExportFormat,
  type RequestExplorer,
  type RequestSelection,
} from '../../storage/request-explorer.ts'
import type { Clock } from '../../util/clock.ts'
import { HttpError } from '../http-error.ts'
import type { FacetsBody, GroupsBody, HistogramBody, SessionBody, SessionsBody } from '../types.ts'
import { parsed } from './parsed.ts'
import { filterOf, filterParameters, rangeOf, rangeParameters } from './request-parameters.ts'
import { stepOf } from './step.ts'

const common = { ...rangeParameters, ...filterParameters }
const field = z.enum(REQUEST_FIELDS)

const facetParameters = z.strictObject({
  ...common,
  fields: z
    .string()
    .default('model,provider,status,service,feature')
    .transform((text) => text.split(',').map((name) => name.trim()))
    .pipe(z.array(field)),
  limit: z.coerce.number().int().min(1).max(1_000).default(20),
})
const histogramParameters = z.strictObject({ ...common, step: z.string().optional() })
const groupParameters = z.strictObject({
  ...common,
  by: field,
  limit: z.coerce.number().int().min(1).max(10_000).default(100),
})
const exportParameters = z.strictObject({
  ...common,
  format: z.enum(['jsonl', 'csv', 'parquet']).default('jsonl'),
  limit: z.coerce.number().int().min(1).max(10_000_000).default(1_000_000),
})
const sessionsParameters = z.strictObject({
  ...common,
  limit: z.coerce.number().int().min(1).max(1_000).default(50),
  offset: z.coerce.number().int().min(0).default(0),
})
const turnsParameters = z.strictObject({
  ...rangeParameters,
  limit: z.coerce.number().int().min(1).max(1_000).default(200),
})

const MEDIA_TYPES: Readonly<Record<ExportFormat, string>> = {
  jsonl: 'application/jsonl; charset=utf-8',
  csv: 'text/csv; charset=utf-8',
  parquet: 'application/vnd.apache.parquet',
}

/** GET /requests/facets, /requests/histogram, /requests/groups, /requests/export, /sessions, /sessions/:id. */
export function explorationRoutes(app: FastifyInstance, explorer: RequestExplorer, clock: Clock): void {
  app.get('/requests/facets', async (request): Promise<FacetsBody> => {
    const { fields, limit, ...given } = parsed(facetParameters, request.query)
    return { facets: await explorer.facets({ ...selectionOf(given, clock), fields, limit }) }
  })

  app.get('/requests/histogram', async (request): Promise<HistogramBody> => {
    const { step, ...given } = parsed(histogramParameters, request.query)
    const selection = selectionOf(given, clock)
    const stepMs = stepOf(step, selection.range)
    return { stepMs, steps: await explorer.histogram({ ...selection, stepMs }) }
  })

  app.get('/requests/groups', async (request): Promise<GroupsBody> => {
    const { by, limit, ...given } = parsed(groupParameters, request.query)
    return { groups: await explorer.groups({ ...selectionOf(given, clock), by, limit }) }
  })

  app.get('/requests/export', (request, reply) => {
    const { format, limit, ...given } = parsed(exportParameters, request.query)
    const pieces = explorer.exportRequests({ ...selectionOf(given, clock), format, limit })
    reply.header('content-disposition', `attachment; filename="requests.${format}"`).type(MEDIA_TYPES[format])
    return reply.send(Readable.from(pieces, { objectMode: false }))
  })

  app.get('/sessions', async (request): Promise<SessionsBody> => {
    const { limit, offset, ...given } = parsed(sessionsParameters, request.query)
    return { sessions: await explorer.sessions({ ...selectionOf(given, clock), limit, offset }) }
  })

  app.get<{ Params: { id: string } }>('/sessions/:id', async (request): Promise<SessionBody> => {
    const { limit, ...given } = parsed(turnsParameters, request.query)
    const sessionId = request.params.id
    const turns = await explorer.turns({ sessionId, range: rangeOf(given, clock.now()), limit })
    if (turns.length === 0) throw new HttpError(404, `no session ${sessionId} in this range`)
    return { turns }
  })
}

function selectionOf(given: Parameters<typeof filterOf>[0], clock: Clock): RequestSelection {
  return { range: rangeOf(given, clock.now()), filter: filterOf(given) }
}
