import { Readable } from 'node:stream'
import { setImmediate as nextTurn } from 'node:timers/promises'
import type { FastifyReply } from 'fastify'
import { ExecutionError, ParseError, QueryCanceledError, QueryTimeoutError } from '../../promql/errors.ts'
import { StoreUnavailableError } from '../../storage/store.ts'
import { HttpError } from '../http-error.ts'

export type ErrorType = 'bad_data' | 'execution' | 'timeout' | 'canceled' | 'internal' | 'unavailable' | 'not_found'

const STATUS: Readonly<Record<ErrorType, number>> = {
  bad_data: 400,
  execution: 422,
  timeout: 503,
  canceled: 499,
  internal: 500,
  unavailable: 503,
  not_found: 404,
}

/** A parameter is missing or wrong. */
export class BadDataError extends Error {
  constructor(message: string) {
    super(message)
    this.name = 'BadDataError'
  }
}

export interface Annotations {
  readonly warnings: readonly string[]
  readonly infos: readonly string[]
}

export function sendData(reply: FastifyReply, data: unknown, annotations?: Annotations): FastifyReply {
  const { head, tail } = successEnvelope(annotations)
  return reply.type('application/json').send(`${head}${JSON.stringify(data)}${tail}`)
}

/**
 * Streams the blocks of `data`. Other work gets a turn between blocks, so that a large answer does not hold up the rest; one of a single
 * block goes out at once, which takes half the time.
 */
export function sendBlocks(reply: FastifyReply, data: Iterator<Buffer>, annotations?: Annotations): FastifyReply {
  const { head, tail } = successEnvelope(annotations)
  const [first, second] = [data.next(), data.next()]
  void reply.type('application/json')
  const begin = Buffer.concat([Buffer.from(head), ...(first.done === true ? [] : [first.value])])
  if (second.done === true) return reply.send(Buffer.concat([begin, Buffer.from(tail)]))
  const rest = blocksBehind(begin, second.value, data, tail)
  return reply.send(Readable.from(rest, { objectMode: false }))
}

/** Answers an error in Prometheus's shape. */
export function sendError(reply: FastifyReply, error: unknown): FastifyReply {
  const errorType = errorTypeOf(error)
  const message = error instanceof Error ? error.message : String(error)
  const status = error instanceof HttpError ? error.status : STATUS[errorType]
  return reply.code(status).send({ status: 'error', errorType, error: message })
}

async function* blocksBehind(
  begin: Buffer,
  second: Buffer,
  data: Iterator<Buffer>,
  tail: string,
): AsyncGenerator<Buffer> {
  yield begin
  yield second
  for (let next = data.next(); next.done !== true; next = data.next()) {
    await nextTurn()
    yield next.value
  }
  yield Buffer.from(tail)
}

/** The beginning and end of Prometheus's success envelope around `data`. */
function successEnvelope(annotations?: Annotations): { readonly head: string; readonly tail: string } {
  const notes = [
    ...(annotations?.warnings.length ? [`"warnings":${JSON.stringify(annotations.warnings)}`] : []),
    ...(annotations?.infos.length ? [`"infos":${JSON.stringify(annotations.infos)}`] : []),
  ]
  return { head: '{"status":"success","data":', tail: notes.length === 0 ? '}' : `,${notes.join(',')}}` }
}

function errorTypeOf(error: unknown): ErrorType {
  if (error instanceof BadDataError || error instanceof ParseError) return 'bad_data'
  if (error instanceof ExecutionError) return 'execution'
  if (error instanceof QueryTimeoutError) return 'timeout'
  if (error instanceof QueryCanceledError) return 'canceled'
  if (error instanceof StoreUnavailableError) return 'unavailable'
  if (error instanceof HttpError)
    return error.status === 404 ? 'not_found' : error.status < 500 ? 'bad_data' : 'internal'
  return 'internal'
}
