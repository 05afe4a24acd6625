import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import { sendError } from './envelope.ts'
import type { Parameters } from './parameters.ts'

type Handler = (
  parameters: Parameters,
  request: FastifyRequest,
  reply: FastifyReply,
) => FastifyReply | Promise<FastifyReply>

/** Serves a path by GET and by form POST alike, with errors in Prometheus's shape. */
export function route(app: FastifyInstance, path: string, handler: Handler): void {
  app.route({
    method: ['GET', 'POST'],
    url: path,
    handler: async (request, reply) => {
      try {
        return await handler(parametersOf(request), request, reply)
      } catch (error) {
        return sendError(reply, error)
      }
    },
  })
}

/** The query string's parameters after those of the body, as Go's `ParseForm` orders them. Our own routes take the body as JSON too. */
export function parametersOf(request: FastifyRequest): Parameters {
  const at = request.url.indexOf('?')
  const ofUrl = new URLSearchParams(at === -1 ? '' : request.url.slice(at + 1))
  if (request.body === undefined) return ofUrl
  const parameters = bodyParameters(request.body)
  for (const [name, value] of ofUrl) parameters.append(name, value)
  return parameters
}

function bodyParameters(body: unknown): Parameters {
  if (body instanceof URLSearchParams) return new URLSearchParams(body)
  if (typeof body !== 'object' || body === null) return new URLSearchParams()
  return new URLSearchParams(Object.entries(body).map(([name, value]): [string, string] => [name, String(value)]))
}
