import { promisify } from 'node:util'
import { gunzip } from 'node:zlib'
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import type { Intake } from '../ingest/intake.ts'
import type { OtlpEncoding } from '../ingest/otlp/decoded.ts'
import { decodeLogs } from '../ingest/otlp/logs.ts'
import { OtlpDecodeError } from '../ingest/otlp/otlp-decode-error.ts'
import { encodeOtlpError, encodeOtlpResponse, type OtlpSignal } from '../ingest/otlp/response.ts'
import { decodeTraces } from '../ingest/otlp/traces.ts'
import { readSpan } from '../ingest/span-reader.ts'
import { StoreUnavailableError } from '../storage/store.ts'
import type { Clock } from '../util/clock.ts'

const gunzipAsync = promisify(gunzip)

/** gRPC's codes, which OTLP/HTTP puts into the body of an error. */
const INVALID_ARGUMENT = 3
const UNAVAILABLE = 14
const INTERNAL = 13

export interface OtlpRoutes {
  readonly intake: Intake
  readonly clock: Clock
  readonly bodyLimit: number
}

interface Outcome {
  readonly rejected: number
  readonly errorMessage: string
}

/** `/v1/traces` and `/v1/logs`: OTLP/HTTP, protobuf and JSON, plain or gzip. Answered when all that was taken is committed. */
export async function otlpRoutes(app: FastifyInstance, routes: OtlpRoutes): Promise<void> {
  await app.register((scope, _options, done) => {
    scope.removeAllContentTypeParsers()
    scope.addContentTypeParser('*', { parseAs: 'buffer', bodyLimit: routes.bodyLimit }, (_request, body, parsed) =>
      parsed(null, body),
    )
    route(scope, 'traces', routes, async (body, encoding) => {
      const { spans, rejected, errorMessage } = decodeTraces(body, encoding)
      await routes.intake.takeSpans(
        spans.map((span) => readSpan(span)),
        'otlp',
      )
      return { rejected, errorMessage }
    })
    route(scope, 'logs', routes, async (body, encoding) => {
      const { records, messages, rejected, errorMessage } = decodeLogs(body, encoding, routes.clock.now())
      await Promise.all([routes.intake.takeLogs(records, 'otlp'), routes.intake.takeMessages(messages)])
      return { rejected, errorMessage }
    })
    done()
  })
}

type Take = (body: Buffer, encoding: OtlpEncoding) => Promise<Outcome>

function route(app: FastifyInstance, signal: OtlpSignal, { intake, bodyLimit }: OtlpRoutes, take: Take): void {
  app.post<{ Body: Buffer }>(`/v1/${signal}`, async (request, reply) => {
    const encoding = encodingOf(request)
    if (encoding === undefined) {
      const found = JSON.stringify(request.headers['content-type'] ?? '')
      return reply
        .code(415)
        .send({ error: `content-type ${found} is not supported: send application/x-protobuf or application/json` })
    }
    reply.type(encoding === 'json' ? 'application/json' : 'application/x-protobuf')
    try {
      const outcome = await take(await plainBody(request.body ?? Buffer.alloc(0), request, bodyLimit), encoding)
      intake.countRejected(signalName(signal), 'otlp', 'invalid', outcome.rejected)
      return await reply.send(encodeOtlpResponse(signal, encoding, outcome))
    } catch (error) {
      return sendError(reply, encoding, error)
    }
  })
}

function signalName(signal: OtlpSignal): 'spans' | 'logs' | 'samples' {
  return signal === 'traces' ? 'spans' : signal === 'logs' ? 'logs' : 'samples'
}

function encodingOf(request: FastifyRequest): OtlpEncoding | undefined {
  const [type = ''] = (request.headers['content-type'] ?? '').split(';')
  if (type.trim() === 'application/x-protobuf') return 'protobuf'
  return type.trim() === 'application/json' ? 'json' : undefined
}

class BodyTooLargeError extends Error {}

async function plainBody(body: Buffer, request: FastifyRequest, limit: number): Promise<Buffer> {
  const encoding = request.headers['content-encoding'] ?? 'identity'
  if (encoding === 'identity') return body
  if (encoding !== 'gzip')
    throw new OtlpDecodeError('content-encoding', `${JSON.stringify(encoding)} is not supported: send gzip or identity`)
  try {
    return await gunzipAsync(body, { maxOutputLength: limit })
  } catch (error) {
    if (error instanceof RangeError)
      throw new BodyTooLargeError(`the body is larger than ${limit} bytes after decompression`)
    throw new OtlpDecodeError('body', `not valid gzip: ${error instanceof Error ? error.message : String(error)}`)
  }
}

function sendError(reply: FastifyReply, encoding: OtlpEncoding, error: unknown): FastifyReply {
  const message = error instanceof Error ? error.message : String(error)
  if (error instanceof OtlpDecodeError)
    return reply.code(400).send(encodeOtlpError(encoding, INVALID_ARGUMENT, message))
  if (error instanceof BodyTooLargeError)
    return reply.code(413).send(encodeOtlpError(encoding, INVALID_ARGUMENT, message))
  // Senders try again after 503, and only then.
  if (error instanceof StoreUnavailableError) {
    return reply
      .code(503)
      .header('retry-after', '1')
      .send(encodeOtlpError(encoding, UNAVAILABLE, message))
  }
  return reply.code(500).send(encodeOtlpError(encoding, INTERNAL, message))
}
