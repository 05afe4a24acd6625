import type { FastifyInstance } from 'fastify'
import type { Exemplar } from '../../model/series.ts'
import { formatTime, formatValue } from '../../promql/answer/number-text.ts'
import type { Features } from '../../promql/engine.ts'
import { parseExpr } from '../../promql/parser/parser.ts'
import { selectorsOf } from '../../promql/parser/selectors-of.ts'
import type { SampleReader } from '../../storage/sample-store.ts'
import { groupBy } from '../../util/group-by.ts'
import { BadDataError, sendData } from './envelope.ts'
import { rangeParameters } from './parameters.ts'
import { route } from './route.ts'

/**
 * `/query_exemplars`: the exemplars of every series that a query selects. Grafana sends milliseconds as `start` and `end` when it
 * starts; such a range lies far in the future and is simply empty.
 */
export function exemplarRoutes(app: FastifyInstance, samples: SampleReader, features: Features): void {
  route(app, '/query_exemplars', async (parameters, _request, reply) => {
    const range = rangeParameters(parameters)
    if (range.maxMs < range.minMs) throw new BadDataError('end timestamp must not be before start timestamp')
    const selectors = selectorsOf(parseExpr(parameters.get('query') ?? '', features))
    // As Prometheus answers a query that selects nothing, such as `1`.
    if (selectors.length === 0) return reply.code(204).send()
    const matchers = selectors.map((selector) => selector.matchers)
    return sendData(reply, grouped(await samples.exemplars(matchers, range)))
  })
}

function grouped(exemplars: readonly Exemplar[]): unknown[] {
  const bySeries = groupBy(exemplars, ({ seriesLabels }) => seriesLabels.key)
  return [...bySeries.values()].map((group) => ({
    seriesLabels: group[0]?.seriesLabels.toObject(),
    exemplars: group.map(({ labels, value, timestampMs }) => ({
      labels: labels.toObject(),
      value: formatValue(value),
      timestamp: Number(formatTime(timestampMs)),
    })),
  }))
}
