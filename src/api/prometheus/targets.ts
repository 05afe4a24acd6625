import type { FastifyInstance } from 'fastify'
import type { PoolState } from '../../collect/scrape/target-pool.ts'
import type { Scraping } from '../../collect/scrape/scraping.ts'
import { viewTargets } from '../../collect/scrape/targets-view.ts'
import type { MetricMetadata } from '../../model/series.ts'
import { sendData } from './envelope.ts'
import { integerParameter, invalid, parseSelector, type Parameters } from './parameters.ts'
import { route } from './route.ts'

/** Where alerts are posted to, our own among them, and what relabelling dropped. */
export interface Alertmanagers {
  readonly active: readonly string[]
  readonly dropped: readonly string[]
}

/** `/targets`, `/targets/metadata`, `/scrape_pools`, `/alertmanagers`. */
export function targetRoutes(app: FastifyInstance, scraping: Scraping, alertmanagers: () => Alertmanagers): void {
  route(app, '/targets', (parameters, _request, reply) => {
    const state = (parameters.get('state') || 'any').toLowerCase()
    const scrapePool = parameters.get('scrapePool') ?? ''
    if (state !== 'any' && state !== 'active' && state !== 'dropped') {
      return sendData(reply, { activeTargets: [], droppedTargets: [], droppedTargetCounts: {} })
    }
    return sendData(reply, viewTargets(scraping.pools, { state, scrapePool }))
  })

  route(app, '/targets/metadata', (parameters, _request, reply) =>
    sendData(reply, targetMetadata(scraping.pools, parameters)),
  )

  route(app, '/scrape_pools', (_parameters, _request, reply) =>
    sendData(reply, { scrapePools: scraping.pools.map(({ job }) => job.name) }),
  )

  route(app, '/alertmanagers', (_parameters, _request, reply) => {
    const bodies = (urls: readonly string[]) => urls.map((url) => ({ url }))
    const { active, dropped } = alertmanagers()
    return sendData(reply, { activeAlertmanagers: bodies(active), droppedAlertmanagers: bodies(dropped) })
  })
}

interface TargetMetadata {
  readonly target: Readonly<Record<string, string>>
  /** Absent when the caller has named the metric. */
  readonly metric?: string
  readonly type: string
  readonly help: string
  readonly unit: string
}

function targetMetadata(pools: readonly PoolState[], parameters: Parameters): readonly TargetMetadata[] {
  const limit = integerParameter(parameters, 'limit', -1, 'limit must be a number')
  const matchTarget = parameters.get('match_target') ?? ''
  const matchers = matchTarget === '' ? [] : parseSelector(matchTarget, (reason) => invalid('match_target', reason))
  const metric = parameters.get('metric') ?? ''
  const targets = pools
    .flatMap(({ active }) => active)
    .filter(({ target }) => matchers.every((matcher) => matcher.matches(target.labels.get(matcher.name))))
  const found = targets.flatMap(({ target, metadata }) =>
    metadata
      .filter(({ name }) => metric === '' || name === metric)
      .map((one) => entry(target.labels.toObject(), one, metric === '')),
  )
  return limit < 0 ? found : found.slice(0, limit)
}

function entry(
  target: Readonly<Record<string, string>>,
  { name, type, help, unit }: MetricMetadata,
  named: boolean,
): TargetMetadata {
  return { target, ...(named && { metric: name }), type, help, unit }
}
