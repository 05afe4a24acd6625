import type { FastifyInstance } from 'fastify'
import { compareText } from '../../model/labels.ts'
import type { SampleReader } from '../../storage/sample-store.ts'
import { BadDataError, sendData } from './envelope.ts'
import { formatTime, formatValue } from './result-json.ts'
import { limitParameter, MAX_TIME_MS, MIN_TIME_MS, rangeParameters, selectorParameters } from './parameters.ts'
import { route } from './route.ts'
import type { Exemplar } from '../../model/series.ts'
import { groupBy } from '../../util/group-by.ts'

/** `/series`, `/labels`, `/label/:name/values`, `/metadata`, `/query_exemplars`. */
export function seriesRoutes(app: FastifyInstance, samples: SampleReader): void {
  route(app, '/series', async (parameters, _request, reply) => {
    const selectors = selectorParameters(parameters)
    if (selectors.length === 0) throw new BadDataError('no match[] parameter provided')
    const series = await samples.series(selectors, rangeParameters(parameters))
    const limit = limitParameter(parameters)
    return sendData(
      reply,
      cut(series, limit).map((labels) => labels.toObject()),
    )
  })

  route(app, '/labels', async (parameters, _request, reply) => {
    const names = await samples.labelNames(selectorParameters(parameters), rangeParameters(parameters))
    return sendData(reply, cut(names.sort(compareText), limitParameter(parameters)))
  })

  route(app, '/label/:name/values', async (parameters, request, reply) => {
    const { name } = request.params as { name: string }
    const values = await samples.labelValues(
      unescapeName(name),
      selectorParameters(parameters),
      rangeParameters(parameters),
    )
    return sendData(reply, cut(values.sort(compareText), limitParameter(parameters)))
  })

  route(app, '/metadata', async (parameters, _request, reply) => {
    const wanted = parameters.get('metric')
    const all = (await samples.metadata()).filter(({ name }) => wanted === null || wanted === '' || name === wanted)
    const families = cut(all, limitParameter(parameters)).map(({ name, type, help, unit }) => [
      name,
      [{ type, help, unit }],
    ])
    return sendData(reply, Object.fromEntries(families))
  })

  route(app, '/query_exemplars', async (parameters, _request, reply) => {
    // Grafana sends milliseconds here when it starts; such a range lies far in the future and is simply empty.
    const range = rangeParameters(parameters)
    if (range.minMs > MAX_TIME_MS / 1000 || range.maxMs < MIN_TIME_MS) return sendData(reply, [])
    const query = parameters.get('query') ?? ''
    const selectors = selectorParameters(new URLSearchParams({ 'match[]': query }))
    return sendData(reply, groupExemplars(await samples.exemplars(selectors, range)))
  })
}

/** A label name that is no legacy name travels in a path as `U__` with `_xx_` for each other character. */
function unescapeName(name: string): string {
  if (!name.startsWith('U__')) return name
  return name
    .slice(3)
    .replaceAll(/__|_([0-9a-fA-F]{1,6})_/g, (_, hex: string | undefined) =>
      hex === undefined ? '_' : String.fromCodePoint(Number.parseInt(hex, 16)),
    )
}

function cut<T>(items: readonly T[], limit: number): readonly T[] {
  return limit === 0 ? items : items.slice(0, limit)
}

function groupExemplars(exemplars: readonly Exemplar[]): unknown[] {
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
