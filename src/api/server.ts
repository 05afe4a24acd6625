import fastify, { type FastifyInstance } from 'fastify'
import { StoreUnavailableError } from '../storage/store.ts'
import type { Logger } from '../telemetry/log.ts'
import { authenticate } from './authentication.ts'
import type { AuthConfig } from './config.ts'
import { HttpError, replyRetryLater } from './http-error.ts'
import { withoutPrefix } from './path-prefix.ts'

export interface ServerOptions {
  readonly auth: AuthConfig
  readonly bodyLimit: number
  readonly logger: Logger
  /** Of addresses as the outside has them; see `withoutPrefix`. */
  readonly pathPrefix?: string
}

/** An HTTP server with what all our listeners share: authentication, forms, and errors as `{error}`. Routes are added by the caller. */
export function createServer({ auth, bodyLimit, logger, pathPrefix = '' }: ServerOptions): FastifyInstance {
  const app = fastify({
    bodyLimit,
    // Open streams and kept connections would hold up a stop.
    forceCloseConnections: true,
    routerOptions: { maxParamLength: 2_000 },
    rewriteUrl: ({ url = '/' }) => withoutPrefix(url, pathPrefix),
  })
  authenticate(app, auth)
  app.addContentTypeParser('application/x-www-form-urlencoded', { parseAs: 'string' }, (_request, body, done) => {
    done(null, new URLSearchParams(String(body)))
  })
  app.setErrorHandler((error, request, reply) => {
    const status = statusOf(error)
    const message = error instanceof Error ? error.message : String(error)
    if (status >= 500) logger.error({ err: error, method: request.method, path: request.url }, 'an HTTP request failed')
    return error instanceof StoreUnavailableError
      ? replyRetryLater(reply, message)
      : reply.code(status).send({ error: message })
  })
  return app
}

function statusOf(error: unknown): number {
  if (error instanceof HttpError) return error.status
  if (error instanceof StoreUnavailableError) return 503
  const status = typeof error === 'object' && error !== null && 'statusCode' in error ? Number(error.statusCode) : 500
  return status >= 400 ? status : 500
}
