import type { Socket } from 'node:net'
import type { FastifyInstance, FastifyReply } from 'fastify'
import type { Features, QueryEngine, QueryOptions } from '../../promql/engine.ts'
import { ParseError } from '../../promql/errors.ts'
import type { Expr } from '../../promql/parser/ast.ts'
import { exprToJson } from '../../promql/parser/expr-json.ts'
import { parseExpr } from '../../promql/parser/parser.ts'
import { prettyPrint } from '../../promql/parser/printer.ts'
import type { SecondThread } from '../../promql/execution/second-thread/second-thread.ts'
import type { QueryResult } from '../../promql/value.ts'
import type { Clock } from '../../util/clock.ts'
import { BadDataError, sendBlocks, sendData } from './envelope.ts'
import {
  durationParameter,
  invalid,
  limitParameter,
  optionalDuration,
  requiredTime,
  timeParameter,
  type Parameters,
} from './parameters.ts'
import { writeValue } from './result-json.ts'
import { route } from './route.ts'

export interface QueryRoutes {
  readonly engine: QueryEngine
  readonly features: Features
  readonly maxPoints: number
  readonly clock: Clock
  /** Where large answers are written besides the main thread. */
  readonly secondThread: SecondThread | undefined
}

/** `/query`, `/query_range`, `/format_query`, `/parse_query`. */
export function queryRoutes(app: FastifyInstance, routes: QueryRoutes): void {
  const { engine, features, clock, secondThread } = routes

  route(app, '/query', async (parameters, _request, reply) => {
    const limit = limitParameter(parameters)
    const timeMs = timeParameter(parameters, 'time', clock.now())
    const options = optionsOf(parameters, reply)
    const run = (query: string): Promise<QueryResult> => engine.instant(query, timeMs, options)
    return answer(reply, parameters, { limit, secondThread }, run)
  })

  route(app, '/query_range', async (parameters, _request, reply) => {
    const limit = limitParameter(parameters)
    const { startMs, endMs, stepMs } = rangeOf(parameters, routes.maxPoints)
    const options = optionsOf(parameters, reply)
    const run = (query: string): Promise<QueryResult> => engine.range(query, startMs, endMs, stepMs, options)
    return answer(reply, parameters, { limit, secondThread }, run)
  })

  const parsed = (parameters: Parameters): Expr => {
    try {
      return parseExpr(parameters.get('query') ?? '', features)
    } catch (error) {
      throw invalidQuery(error)
    }
  }
  route(app, '/format_query', (parameters, _request, reply) => sendData(reply, prettyPrint(parsed(parameters))))
  route(app, '/parse_query', (parameters, _request, reply) => sendData(reply, exprToJson(parsed(parameters))))
}

async function answer(
  reply: FastifyReply,
  parameters: Parameters,
  { limit, secondThread }: { readonly limit: number; readonly secondThread: SecondThread | undefined },
  run: (query: string) => Promise<QueryResult>,
): Promise<FastifyReply> {
  const start = performance.now()
  const result = await requiredQuery(parameters, run)
  const stats = parameters.get('stats') ? statsOf(result, (performance.now() - start) / 1000) : undefined
  const shown = limited(result, limit)
  return sendBlocks(reply, writeValue(shown.value, stats, secondThread), shown)
}

/** Runs with the text of the query; what is wrong with it is told of the parameter. */
export async function requiredQuery<T>(parameters: Parameters, run: (query: string) => Promise<T>): Promise<T> {
  try {
    return await run(parameters.get('query') ?? '')
  } catch (error) {
    throw invalidQuery(error)
  }
}

/** What is wrong with a query's text is wrong with the parameter. */
function invalidQuery(error: unknown): unknown {
  return error instanceof ParseError ? invalid('query', error.message) : error
}

/** The range of a query: checked before its text, in Prometheus's order. */
export function rangeOf(
  parameters: Parameters,
  maxPoints: number,
): { readonly startMs: number; readonly endMs: number; readonly stepMs: number } {
  const startMs = requiredTime(parameters, 'start')
  const endMs = requiredTime(parameters, 'end')
  if (endMs < startMs) throw invalid('end', 'end timestamp must not be before start time')
  const stepMs = durationParameter(parameters, 'step')
  if (stepMs <= 0)
    throw invalid('step', 'zero or negative query resolution step widths are not accepted. Try a positive integer')
  if (Math.floor((endMs - startMs) / stepMs) > maxPoints) {
    throw new BadDataError(
      `exceeded maximum resolution of ${maxPoints.toLocaleString('en')} points per timeseries. Try decreasing the query resolution (?step=XX)`,
    )
  }
  return { startMs, endMs, stepMs }
}

/** The query ends when its client goes away. */
export function optionsOf(parameters: Parameters, reply: FastifyReply): QueryOptions {
  const timeoutMs = optionalDuration(parameters, 'timeout')
  const lookbackMs = optionalDuration(
    parameters,
    'lookback_delta',
    (reason) => new BadDataError(`error parsing lookback delta duration: ${reason}`),
  )
  return {
    signal: clientGone(reply.request.raw.socket),
    ...(timeoutMs !== undefined && { timeoutMs }),
    ...(lookbackMs !== undefined && { lookbackMs }),
  }
}

const connections = new WeakMap<Socket, AbortSignal>()

/** Aborted when the connection ends: one for all its requests, because one for each would cost more than a small query. */
function clientGone(socket: Socket): AbortSignal {
  const known = connections.get(socket)
  if (known !== undefined) return known
  const gone = new AbortController()
  socket.once('close', () => gone.abort())
  connections.set(socket, gone.signal)
  return gone.signal
}

/** At most `limit` series (0: all); that some are left out is a warning in Prometheus's words. */
function limited(result: QueryResult, limit: number): QueryResult {
  const { value } = result
  const cut = <T>(items: readonly T[]): readonly T[] => items.slice(0, limit)
  const warnings = [...result.warnings, TRUNCATED]
  if (limit === 0) return result
  if (value.type === 'vector' && value.samples.length > limit)
    return { ...result, warnings, value: { ...value, samples: cut(value.samples) } }
  if (value.type === 'matrix' && value.series.length > limit)
    return { ...result, warnings, value: { ...value, series: cut(value.series) } }
  return result
}

export const TRUNCATED = 'results truncated due to limit'

/** Prometheus's `stats`. The phases that it tells apart run interleaved here: all time is that of evaluation. */
function statsOf({ stats }: QueryResult, totalSeconds: number): unknown {
  return {
    timings: {
      evalTotalTime: totalSeconds,
      resultSortTime: 0,
      queryPreparationTime: 0,
      innerEvalTime: totalSeconds,
      execQueueTime: 0,
      execTotalTime: totalSeconds,
    },
    samples: { totalQueryableSamples: stats.samplesTouched, peakSamples: stats.peakSamples },
  }
}
