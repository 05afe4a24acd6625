import type { FastifyInstance, FastifyReply } from 'fastify'
import { compareLabels } from '../../model/labels.ts'
import type { MetricMetadata } from '../../model/series.ts'
import type { SampleReader } from '../../storage/sample-store.ts'
import { sorting } from '../../util/sorting.ts'
import { inTurns } from '../../util/steps.ts'
import { type Annotations, BadDataError, sendBlocks, sendData } from './envelope.ts'
import { unescapeName } from './escaped-name.ts'
import {
  integerParameter,
  invalid,
  limitParameter,
  rangeParameters,
  selectorParameters,
  type Parameters,
} from './parameters.ts'
import { TRUNCATED } from './query.ts'
import { writeLabelSets, writeTexts } from './result-json.ts'
import { route } from './route.ts'

const invalidMatch = (reason: string): Error => invalid('match[]', reason)

/** `/series`, `/labels`, `/label/:name/values`, `/metadata`. */
export function seriesRoutes(app: FastifyInstance, samples: SampleReader): void {
  route(app, '/series', async (parameters, _request, reply) => {
    const limit = limitParameter(parameters)
    if (!parameters.has('match[]')) throw new BadDataError('no match[] parameter provided')
    const range = rangeParameters(parameters)
    const found = await samples.series(selectorParameters(parameters, invalidMatch), range)
    const { items, annotations } = cut(await inTurns(sorting(found, compareLabels)), limit)
    return sendBlocks(reply, writeLabelSets(items), annotations)
  })

  route(app, '/labels', async (parameters, _request, reply) => {
    const limit = limitParameter(parameters)
    const range = rangeParameters(parameters)
    const names = await samples.labelNames(selectorParameters(parameters), range)
    return sendTexts(reply, names, limit)
  })

  route(app, '/label/:name/values', async (parameters, request, reply) => {
    const name = unescapeName((request.params as { name: string }).name)
    if (name === '') throw new BadDataError('invalid label name: ""')
    const limit = limitParameter(parameters)
    const range = rangeParameters(parameters)
    return sendTexts(reply, await samples.labelValues(name, selectorParameters(parameters), range), limit)
  })

  route(app, '/metadata', async (parameters, _request, reply) =>
    sendData(reply, metadataOf(await samples.metadata(), parameters)),
  )
}

function sendTexts(reply: FastifyReply, texts: readonly string[], limit: number): FastifyReply {
  const { items, annotations } = cut(texts, limit)
  return sendBlocks(reply, writeTexts(items), annotations)
}

/** The first `limit` (0: all); that some are left out is a warning in Prometheus's words. */
function cut<T>(
  items: readonly T[],
  limit: number,
): { readonly items: readonly T[]; readonly annotations: Annotations } {
  if (limit === 0 || items.length <= limit) return { items, annotations: { warnings: [], infos: [] } }
  return { items: items.slice(0, limit), annotations: { warnings: [TRUNCATED], infos: [] } }
}

function metadataOf(all: readonly MetricMetadata[], parameters: Parameters): unknown {
  const limit = integerParameter(parameters, 'limit', -1, 'limit must be a number')
  const perMetric = integerParameter(parameters, 'limit_per_metric', -1, 'limit_per_metric must be a number')
  const wanted = parameters.get('metric') ?? ''
  const shown = all.filter(({ name }) => wanted === '' || name === wanted)
  const entries = shown.map(({ name, type, help, unit }) => [
    name,
    [{ type, help, unit }].slice(0, perMetric < 0 ? 1 : perMetric),
  ])
  return Object.fromEntries(limit < 0 ? entries : entries.slice(0, limit))
}
