import type { FastifyInstance } from 'fastify'
import type { RemoteWriteReceiver } from '../../ingest/remote-write/remote-write-receiver.ts'
import { rawRequest, takeRawBodies } from '../raw-bodies.ts'

/** `/api/v1/write`: Prometheus's remote write 1.0. */
export async function remoteWriteRoutes(
  app: FastifyInstance,
  receiver: RemoteWriteReceiver,
  bodyLimit: number,
): Promise<void> {
  await app.register((scope, _options, done) => {
    takeRawBodies(scope, bodyLimit)
    scope.post('/api/v1/write', async (request, reply) => {
      const { status, headers, body } = await receiver.receive(rawRequest(request))
      return reply.code(status).headers(headers).send(body)
    })
    done()
  })
}
