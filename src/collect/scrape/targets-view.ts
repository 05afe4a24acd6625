import { hostname } from 'node:os'
import { formatDuration } from '../../model/duration.ts'
import type { TargetHealth } from './scrape-loop.ts'
import type { PoolState } from './target-pool.ts'

/** `data` of `GET /api/v1/targets`, exactly as Prometheus shapes it. */
export interface TargetsView {
  readonly activeTargets: readonly ActiveTargetView[]
  readonly droppedTargets: readonly DroppedTargetView[]
  readonly droppedTargetCounts: Readonly<Record<string, number>>
}

export interface ActiveTargetView {
  readonly discoveredLabels: Readonly<Record<string, string>>
  readonly labels: Readonly<Record<string, string>>
  readonly scrapePool: string
  readonly scrapeUrl: string
  readonly globalUrl: string
  readonly lastError: string
  readonly lastScrape: string
  readonly lastScrapeDuration: number
  readonly health: TargetHealth
  readonly scrapeInterval: string
  readonly scrapeTimeout: string
}

export interface DroppedTargetView {
  readonly discoveredLabels: Readonly<Record<string, string>>
  readonly scrapePool: string
}

export interface TargetsQuery {
  readonly state: 'any' | 'active' | 'dropped'
  /** Undefined: all. */
  readonly scrapePool?: string
}

const NEVER = '0001-01-01T00:00:00Z'
const LOOPBACK = new Set(['localhost', '127.0.0.1', '[::1]'])

/** The view of the targets of all pools that the API and the targets page show. */
export function viewTargets(pools: readonly PoolState[], query: TargetsQuery): TargetsView {
  const shown = pools.filter(
    ({ job }) => query.scrapePool === undefined || query.scrapePool === '' || job.name === query.scrapePool,
  )
  const active = query.state === 'dropped' ? [] : shown
  const dropped = query.state === 'active' ? [] : shown
  return {
    activeTargets: active.flatMap((pool) => pool.active.map(viewTarget)),
    droppedTargets: dropped.flatMap((pool) =>
      pool.dropped.map((labels) => ({ discoveredLabels: labels.toObject(), scrapePool: pool.job.name })),
    ),
    droppedTargetCounts:
      query.state === 'active' ? {} : Object.fromEntries(shown.map((pool) => [pool.job.name, pool.droppedCount])),
  }
}

function viewTarget({ target, status }: PoolState['active'][number]): ActiveTargetView {
  return {
    discoveredLabels: target.discoveredLabels.toObject(),
    labels: target.labels.toObject(),
    scrapePool: target.job,
    scrapeUrl: target.url,
    globalUrl: globalUrl(target.url),
    lastError: status.lastError,
    lastScrape: status.lastScrapeMs === undefined ? NEVER : new Date(status.lastScrapeMs).toISOString(),
    lastScrapeDuration: status.lastDurationMs / 1_000,
    health: status.health,
    scrapeInterval: formatDuration(target.intervalMs),
    scrapeTimeout: formatDuration(target.timeoutMs),
  }
}

/** The URL as another machine reaches it. */
function globalUrl(url: string): string {
  if (!URL.canParse(url)) return url
  const { hostname: host } = new URL(url)
  return LOOPBACK.has(host) ? url.replace(host, hostname()) : url
}
