import type { FastifyInstance } from 'fastify'
import { GROUND_TRUTH, type Event } from '../../model/event.ts'
import type { EventStore } from '../../storage/store.ts'
import type { Clock } from '../../util/clock.ts'
import type { LabelsBody } from '../types.ts'

const DAY_MS = 86_400_000
/** Of one trace; further ones are older. */
const MAX_EVENTS = 1_000

/** GET /requests/:traceId/:spanId/labels: feedback and ground truths on a request or on the whole of its trace, newest first. */
export function labelRoutes(app: FastifyInstance, events: Pick<EventStore, 'events'>, clock: Clock): void {
  app.get<{ Params: { traceId: string; spanId: string } }>(
    '/requests/:traceId/:spanId/labels',
    async (request): Promise<LabelsBody> => {
      const { traceId, spanId } = request.params
      const range = { minMs: 0, maxMs: clock.now() + DAY_MS }
      const found = await events.events({ range, traceId, limit: MAX_EVENTS })
      return { labels: found.filter((event) => isLabel(event) && (event.spanId === '' || event.spanId === spanId)) }
    },
  )
}

function isLabel({ type, name }: Event): boolean {
  return type === 'feedback' || (type === 'custom' && name === GROUND_TRUTH)
}
