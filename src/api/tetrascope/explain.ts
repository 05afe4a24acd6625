import type { FastifyInstance } from 'fastify'
import type { ExplainingEngine } from '../../promql/query-engine.ts'
import type { Clock } from '../../util/clock.ts'
import { requiredQuery, optionsOf, rangeOf } from '../prometheus/query.ts'
import { timeParameter } from '../prometheus/parameters.ts'
import { sendData } from '../prometheus/envelope.ts'
import { route } from '../prometheus/route.ts'

export interface ExplainRoutes {
  readonly engine: ExplainingEngine
  readonly maxPoints: number
  readonly clock: Clock
}

/**
 * `/query/explain`: runs a query and tells how: plan, series and samples touched, time per operator. Takes what `/query` takes, or with
 * `start`, `end` and `step` what `/query_range` takes, as form or JSON; answers and errors are shaped as theirs.
 */
export function explainRoutes(app: FastifyInstance, { engine, maxPoints, clock }: ExplainRoutes): void {
  route(app, '/query/explain', async (parameters, _request, reply) => {
    const atMs = timeParameter(parameters, 'time', clock.now())
    const times = parameters.has('step') ? rangeOf(parameters, maxPoints) : { startMs: atMs, endMs: atMs, stepMs: 0 }
    const options = optionsOf(parameters, reply)
    return sendData(reply, await requiredQuery(parameters, (query) => engine.explain(query, times, options)))
  })
}
