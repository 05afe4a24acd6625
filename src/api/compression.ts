import { promisify } from 'node:util'
import { constants, createGzip, gzip } from 'node:zlib'
import type { FastifyInstance, FastifyReply } from 'fastify'
import { Readable } from 'node:stream'

const compress = promisify(gzip)
/** Answers of one packet do not become faster. */
const MIN_SIZE_BYTES = 1_400
/** The fastest level: answers are made of similar lines, and more effort saves little. */
const LEVEL = { level: constants.Z_BEST_SPEED }

/** Answers of this scope are compressed for who asks for it with `Accept-Encoding: gzip`. */
export function compressAnswers(scope: FastifyInstance): void {
  scope.addHook('onSend', async (request, reply, payload: unknown) => {
    if (!wantsGzip(request.headers['accept-encoding']) || reply.hasHeader('content-encoding')) return payload
    if (payload instanceof Readable) return mark(reply, payload.pipe(createGzip(LEVEL)))
    const isText = typeof payload === 'string' || Buffer.isBuffer(payload)
    if (!isText || payload.length < MIN_SIZE_BYTES) return payload
    return mark(reply, await compress(payload, LEVEL))
  })
}

function mark<T>(reply: FastifyReply, payload: T): T {
  reply.header('content-encoding', 'gzip').header('vary', 'accept-encoding').removeHeader('content-length')
  return payload
}

/** `gzip;q=0` refuses it. */
function wantsGzip(header: string | string[] | undefined): boolean {
  return /(?:^|,)\s*(?:gzip|\*)\s*(?!;\s*q=0(?:\.0*)?\s*(?:,|$))(?:;|,|$)/i.test(String(header ?? ''))
}
