import type { FastifyInstance, FastifyRequest } from 'fastify'

/** Bodies in this scope are handed over as the bytes that came, whatever their type. */
export function takeRawBodies(scope: FastifyInstance, bodyLimit: number): void {
  scope.removeAllContentTypeParsers()
  scope.addContentTypeParser('*', { parseAs: 'buffer', bodyLimit }, (_request, body, done) => done(null, body))
}

export interface RawRequest {
  readonly body: Buffer
  readonly contentType: string
  readonly contentEncoding: string
}

export function rawRequest(request: FastifyRequest): RawRequest {
  return {
    body: Buffer.isBuffer(request.body) ? request.body : Buffer.alloc(0),
    contentType: request.headers['content-type'] ?? '',
    contentEncoding: request.headers['content-encoding'] ?? '',
  }
}
