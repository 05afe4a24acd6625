import type { FastifyReply } from 'fastify'

/** An answer that ends a request with a status and a message for its sender. */
export class HttpError extends Error {
  readonly status: number
  constructor(status: number, message: string) {
    super(message)
    this.name = 'HttpError'
    this.status = status
  }
}

/** Asks the sender to come back: the store cannot take data now. */
export function replyRetryLater(reply: FastifyReply, message: string): FastifyReply {
  return reply.code(503).header('retry-after', '1').send({ error: message })
}
