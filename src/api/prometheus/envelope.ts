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

/** The beginning and end of Prometheus's success envelope around `data`. */
export function successEnvelope(annotations?: Annotations): { readonly head: string; readonly tail: string } {
  const notes = [
    ...(annotations?.warnings.length ? [`"warnings":${JSON.stringify(annotations.warnings)}`] : []),
    ...(annotations?.infos.length ? [`"infos":${JSON.stringify(annotations.infos)}`] : []),
  ]
  return { head: '{"status":"success","data":', tail: notes.length === 0 ? '}' : `,${notes.join(',')}}` }
}

export function sendData(reply: FastifyReply, data: unknown): FastifyReply {
  return reply.send({ status: 'success', data })
}

/** Answers an error in Prometheus's shape. */
export function sendError(reply: FastifyReply, error: unknown): FastifyReply {
  const errorType = errorTypeOf(error)
  const message = error instanceof Error ? error.message : String(error)
  const status = error instanceof HttpError ? error.status : STATUS[errorType]
  return reply.code(status).send({ status: 'error', errorType, error: message })
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
