import { randomBytes } from 'node:crypto'
import { createInterface } from 'node:readline'
import { Readable } from 'node:stream'
import type { FastifyInstance } from 'fastify'
import { z } from 'zod'
import { FILE_FORMATS, ImportFile } from '../../ingest/files/import-file.ts'
import type { ImportedLine } from '../../ingest/files/imported-line.ts'
import { takeLines } from '../../ingest/files/take-lines.ts'
import type { Intake } from '../../ingest/intake.ts'
import type { Event } from '../../model/event.ts'
import type { Clock } from '../../util/clock.ts'
import type { ImportBody } from '../types.ts'
import { parsed } from './parsed.ts'

export interface ImportRoutes {
  readonly intake: Intake
  readonly clock: Clock
  /** Told of events once they are committed; must return at once. */
  readonly onEvents: (events: readonly Event[]) => void
}

const SOURCE = 'file'
/** Lines that are committed together. */
const LINES_PER_COMMIT = 500
/** Problems that the answer tells in full; all are counted. */
const MAX_PROBLEMS = 100

const parameters = z.strictObject({ format: z.enum(FILE_FORMATS).optional() })

/**
 * POST `/import`: JSON lines of requests, events or logs, of any length: our own shape, application logs, OpenAI batches, LiteLLM's records.
 * Answered when all good lines are committed, with the lines that were not taken.
 */
export function importRoutes(app: FastifyInstance, routes: ImportRoutes): void {
  void app.register((scope, _options, done) => {
    scope.removeAllContentTypeParsers()
    scope.addContentTypeParser('*', (_request, payload, handOver) => handOver(null, payload))
    scope.post('/import', async (request, reply): Promise<ImportBody> => {
      const { format } = parsed(parameters, request.query)
      const lines = request.body instanceof Readable ? request.body : Readable.from([])
      const outcome = await importLines(lines, new ImportFile(format), routes)
      if (outcome.lines > 0 && outcome.rejected === outcome.lines) reply.code(400)
      return outcome
    })
    done()
  })
}

async function importLines(body: Readable, file: ImportFile, routes: ImportRoutes): Promise<ImportBody> {
  const context = { nowMs: routes.clock.now(), randomHex: (bytes: number) => randomBytes(bytes).toString('hex') }
  const counts = { lines: 0, requests: 0, events: 0, logs: 0, rejected: 0 }
  const problems: Array<{ readonly line: number; readonly error: string }> = []
  let group: ImportedLine[] = []
  const commit = async (): Promise<void> => {
    const taken = await takeLines(group, routes)
    counts.requests += taken.requests
    counts.events += taken.events
    counts.logs += taken.logs
    group = []
  }
  let number = 0
  for await (const text of createInterface({ input: body, crlfDelay: Infinity })) {
    number++
    if (text.trim() === '') continue
    counts.lines++
    const line = file.read(text, context)
    if (line.problem !== '') {
      counts.rejected++
      if (problems.length < MAX_PROBLEMS) problems.push({ line: number, error: line.problem })
    }
    if (group.push(line) === LINES_PER_COMMIT) await commit()
  }
  await commit()
  routes.intake.countRejected('spans', SOURCE, 'invalid', counts.rejected)
  return { ...counts, problems }
}
