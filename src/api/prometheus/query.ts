import { Readable } from 'node:stream'
import type { FastifyInstance, FastifyReply } from 'fastify'
import { setImmediate as nextTurn } from 'node:timers/promises'
import type { QueryEngine, QueryOptions } from '../../promql/engine.ts'
import { parseExpr } from '../../promql/parser/parser.ts'
import { exprToJson } from '../../promql/parser/expr-json.ts'
import { prettyPrint } from '../../promql/parser/printer.ts'
import type { Features } from '../../promql/engine.ts'
import type { QueryResult } from '../../promql/value.ts'
import type { Clock } from '../../util/clock.ts'
import { BadDataError, sendData, successEnvelope } from './envelope.ts'
import {
  durationParameter,
  invalid,
  limitParameter,
  optionalDuration,
  requiredTime,
  timeParameter,
  type Parameters,
} from './parameters.ts'
import { route } from './route.ts'
import { writeValue } from './result-json.ts'

export interface QueryRoutes {
  readonly engine: QueryEngine
  readonly features: Features
  readonly maxPoints: number
  readonly clock: Clock
}

/** `/query`, `/query_range`, `/format_query`, `/parse_query`. */
export function queryRoutes(app: FastifyInstance, routes: QueryRoutes): void {
  const { engine, features, clock } = routes

  route(app, '/query', async (parameters, _request, reply) => {
    const query = queryParameter(parameters)
    const timeMs = timeParameter(parameters, 'time', clock.now())
    const result = await engine.instant(query, timeMs, optionsOf(parameters, reply))
    return sendResult(reply, limited(result, limitParameter(parameters)))
  })

  route(app, '/query_range', async (parameters, _request, reply) => {
    const query = queryParameter(parameters)
    const { startMs, endMs, stepMs } = rangeOf(parameters, routes.maxPoints)
    const result = await engine.range(query, startMs, endMs, stepMs, optionsOf(parameters, reply))
    return sendResult(reply, limited(result, limitParameter(parameters)))
  })

  route(app, '/format_query', (parameters, _request, reply) =>
    sendData(reply, prettyPrint(parseExpr(queryParameter(parameters), features))),
  )
  route(app, '/parse_query', (parameters, _request, reply) =>
    sendData(reply, exprToJson(parseExpr(queryParameter(parameters), features))),
  )
}

function queryParameter(parameters: Parameters): string {
  const query = parameters.get('query')
  if (query === null || query.trim() === '') throw invalid('query', '1:1: parse error: no expression found in input')
  return query
}

function rangeOf(parameters: Parameters, maxPoints: number): { startMs: number; endMs: number; stepMs: number } {
  const startMs = requiredTime(parameters, 'start')
  const endMs = requiredTime(parameters, 'end')
  if (endMs < startMs) throw invalid('end', 'end timestamp must not be before start time')
  const stepMs = durationParameter(parameters, 'step')
  if (stepMs <= 0)
    throw invalid('step', 'zero or negative query resolution step widths are not accepted. Try a positive integer')
  if ((endMs - startMs) / stepMs > maxPoints) {
    throw new BadDataError(
      `exceeded maximum resolution of ${maxPoints.toLocaleString('en')} points per timeseries. Try decreasing the query resolution (?step=XX)`,
    )
  }
  return { startMs, endMs, stepMs }
}

/** The query ends when its client goes away. */
function optionsOf(parameters: Parameters, reply: FastifyReply): QueryOptions {
  const gone = new AbortController()
  reply.raw.once('close', () => gone.abort())
  const timeoutMs = optionalDuration(parameters, 'timeout')
  const lookbackMs = optionalDuration(parameters, 'lookback_delta')
  return {
    signal: gone.signal,
    ...(timeoutMs !== undefined && { timeoutMs }),
    ...(lookbackMs !== undefined && { lookbackMs }),
  }
}

/** At most `limit` series (0: all); that some are left out is a warning in Prometheus's words. */
function limited(result: QueryResult, limit: number): QueryResult {
  const { value } = result
  const cut = <T>(items: readonly T[]): readonly T[] => items.slice(0, limit)
  const warnings = [...result.warnings, 'results truncated due to limit']
  if (limit === 0) return result
  if (value.type === 'vector' && value.samples.length > limit)
    return { ...result, warnings, value: { ...value, samples: cut(value.samples) } }
  if (value.type === 'matrix' && value.series.length > limit)
    return { ...result, warnings, value: { ...value, series: cut(value.series) } }
  return result
}

function sendResult(reply: FastifyReply, result: QueryResult): FastifyReply {
  return reply.type('application/json').send(Readable.from(blocks(result), { objectMode: false }))
}

/** Gives other work a turn between blocks, so that a large answer does not hold up the rest. */
async function* blocks(result: QueryResult): AsyncGenerator<Buffer> {
  const { head, tail } = successEnvelope(result)
  yield Buffer.from(head)
  for (const block of writeValue(result.value)) {
    yield block
    await nextTurn()
  }
  yield Buffer.from(tail)
}
