import type { FastifyInstance } from 'fastify'
import type { InstrumentRegistry } from '../telemetry/instruments.ts'
import {
  OPEN_METRICS_CONTENT_TYPE,
  TEXT_FORMAT_CONTENT_TYPE,
  writeOpenMetrics,
  writeTextFormat,
} from '../telemetry/text-format.ts'

export interface Operations {
  readonly instruments: InstrumentRegistry
  ready(): boolean
  /** Rejects with the reason when the new configuration cannot be used; the old one then stays in force. */
  reload(): Promise<void>
}

/** `/metrics`, `/-/healthy`, `/-/ready`, `/-/reload`. */
export function operationRoutes(app: FastifyInstance, operations: Operations): void {
  app.get('/metrics', (request, reply) => {
    const openMetrics = (request.headers.accept ?? '').includes('application/openmetrics-text')
    const families = operations.instruments.snapshot()
    return openMetrics
      ? reply.type(OPEN_METRICS_CONTENT_TYPE).send(writeOpenMetrics(families))
      : reply.type(TEXT_FORMAT_CONTENT_TYPE).send(writeTextFormat(families))
  })

  app.get('/-/healthy', (_request, reply) => reply.type('text/plain').send('Tetrascope is Healthy.\n'))

  app.get('/-/ready', (_request, reply) =>
    operations.ready()
      ? reply.type('text/plain').send('Tetrascope is Ready.\n')
      : reply.code(503).type('text/plain').send('Tetrascope is not ready.\n'),
  )

  app.route({
    method: ['POST', 'PUT'],
    url: '/-/reload',
    handler: async (_request, reply) => {
      try {
        await operations.reload()
        return await reply.send('')
      } catch (error) {
        const reason = error instanceof Error ? error.message : String(error)
        return reply.code(500).type('text/plain').send(`failed to reload config: ${reason}\n`)
      }
    },
  })
}
