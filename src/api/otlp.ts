import type { FastifyInstance } from 'fastify'
import { type OtlpSinks, receiveOtlp } from '../ingest/otlp/receive.ts'
import type { OtlpSignal } from '../ingest/otlp/response.ts'
import { rawRequest, takeRawBodies } from './raw-bodies.ts'

/** Where Prometheus takes OTLP metrics. */
const PROMETHEUS_PATH = '/api/v1/otlp/v1/metrics'

/** `/v1/traces`, `/v1/logs`, `/v1/metrics`: OTLP/HTTP, protobuf and JSON, plain or gzip. Answered when all that was taken is committed. */
export async function otlpRoutes(app: FastifyInstance, sinks: OtlpSinks): Promise<void> {
  await app.register((scope, _options, done) => {
    takeRawBodies(scope, sinks.maxBodyBytes)
    const route = (path: string, signal: OtlpSignal): void => {
      scope.post(path, async (request, reply) => {
        const { status, headers, body } = await receiveOtlp(signal, rawRequest(request), sinks)
        return reply.code(status).headers(headers).send(body)
      })
    }
    route('/v1/traces', 'traces')
    route('/v1/logs', 'logs')
    route('/v1/metrics', 'metrics')
    route(PROMETHEUS_PATH, 'metrics')
    done()
  })
}
