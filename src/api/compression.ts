import { constants, createGzip, gzip } from 'node:zlib'
import type { FastifyInstance, FastifyReply } from 'fastify'
import { Readable } from 'node:stream'

/** Answers of one packet do not become faster. */
const MIN_SIZE_BYTES = 1_400
/** The fastest level: answers are made of similar lines, and more effort saves little. */
const LEVEL = { level: constants.Z_BEST_SPEED }

/** Answers of this scope are compressed for who asks for it with `Accept-Encoding: gzip`. */
export function compressAnswers(scope: FastifyInstance): void {
  // With a callback: an answer that stays as it is goes out at once and not some turns of the promises later.
  scope.addHook('onSend', (request, reply, payload: unknown, done) => {
    if (!wantsGzip(request.headers['accept-encoding']) || reply.hasHeader('content-encoding')) done(null, payload)
    else if (payload instanceof Readable) done(null, mark(reply, payload.pipe(createGzip(LEVEL))))
    else if (!isText(payload) || payload.length < MIN_SIZE_BYTES) done(null, payload)
    else
      gzip(payload, LEVEL, (error, compressed) => {
        if (error === null) done(null, mark(reply, compressed))
        else done(error)
      })
  })
}

function isText(payload: unknown): payload is string | Buffer {
  return typeof payload === 'string' || Buffer.isBuffer(payload)
}

function mark<T>(reply: FastifyReply, payload: T): T {
  reply.header('content-encoding', 'gzip').header('vary', 'accept-encoding').removeHeader('content-length')
  return payload
}

/** `gzip;q=0` refuses it. */
function wantsGzip(header: string | string[] | undefined): boolean {
  return /(?:^|,)\s*(?:gzip|\*)\s*(?!;\s*q=0(?:\.0*)?\s*(?:,|$))(?:;|,|$)/i.test(String(header ?? ''))
}
