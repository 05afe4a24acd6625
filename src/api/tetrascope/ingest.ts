import { randomBytes } from 'node:crypto'
import type { FastifyInstance } from 'fastify'
import { BodyError, type BodyContext, type TakenItems } from '../../ingest/http/body.ts'
import { readEvents, readFeedback, readGroundTruth } from '../../ingest/http/events.ts'
import { readLogs } from '../../ingest/http/logs.ts'
import { readRequests } from '../../ingest/http/requests.ts'
import type { IngestSignal, Intake } from '../../ingest/intake.ts'
import type { Event } from '../../model/event.ts'
import type { Clock } from '../../util/clock.ts'
import { HttpError } from '../http-error.ts'
import type { AcceptedBody } from '../types.ts'

export interface IngestRoutes {
  readonly intake: Intake
  readonly clock: Clock
  /** Told of events once they are committed; must return at once. */
  readonly onEvents: (events: readonly Event[]) => void
}

const SOURCE = 'http'

/** POST /requests, /events, /feedback, /ground-truth, /logs: JSON, one item or many. Answered when the good ones are committed. */
export function ingestRoutes(app: FastifyInstance, { intake, clock, onEvents }: IngestRoutes): void {
  const context = (): BodyContext => ({ nowMs: clock.now(), randomHex: (bytes) => randomBytes(bytes).toString('hex') })
  const takeEvents = async (events: readonly Event[]): Promise<void> => {
    await intake.takeEvents(events, SOURCE)
    onEvents(events)
  }

  function route<T>(
    path: string,
    signal: IngestSignal,
    read: (body: unknown, context: BodyContext) => TakenItems<T>,
    take: (items: readonly T[]) => Promise<void>,
  ): void {
    app.post(path, async (request, reply): Promise<AcceptedBody> => {
      const { items, failures } = readBody(() => read(request.body, context()))
      intake.countRejected(signal, SOURCE, 'invalid', failures.length)
      if (items.length > 0) await take(items)
      // A batch of which nothing could be taken is the sender's error; of a mixed one the good part is in.
      if (items.length === 0 && failures.length > 0) reply.code(400)
      return { accepted: items.length, rejected: failures.map(({ index, message }) => ({ index, error: message })) }
    })
  }

  route('/requests', 'spans', readRequests, (spans) => intake.takeSpans(spans, SOURCE))
  route('/events', 'events', readEvents, takeEvents)
  route('/feedback', 'events', readFeedback, takeEvents)
  route('/ground-truth', 'events', readGroundTruth, takeEvents)
  route('/logs', 'logs', readLogs, (records) => intake.takeLogs(records, SOURCE))
}

function readBody<T>(read: () => T): T {
  try {
    return read()
  } catch (error) {
    if (error instanceof BodyError) throw new HttpError(400, error.message)
    throw error
  }
}
