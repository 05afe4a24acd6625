import { createHash } from 'node:crypto'
import { formatDuration, parseDuration } from '../../model/duration.ts'
import { Labels } from '../../model/labels.ts'
import { ADDRESS_LABEL, type TargetGroup } from '../../discovery/discoverer.ts'
import { relabel } from '../../relabel/relabel.ts'
import type { ScrapeJob } from './scrape-job.ts'

/** One endpoint to scrape. Never changed. */
export interface Target {
  readonly job: string
  /** As discovered, before relabelling, with the defaults of the job. */
  readonly discoveredLabels: Labels
  /** What its series bear. */
  readonly labels: Labels
  readonly url: string
  readonly intervalMs: number
  readonly timeoutMs: number
  /** Equal for targets that are scraped alike: labels, URL, interval and timeout. */
  readonly key: string
}

/** What became of a discovered target. */
export type TargetOutcome =
  | { readonly kind: 'target'; readonly target: Target }
  | { readonly kind: 'dropped'; readonly discoveredLabels: Labels }
  | { readonly kind: 'invalid'; readonly discoveredLabels: Labels; readonly reason: string }

const SCHEME = '__scheme__'
const PATH = '__metrics_path__'
const INTERVAL = '__scrape_interval__'
const TIMEOUT = '__scrape_timeout__'
const PARAM_PREFIX = '__param_'

/** The targets of a group, in Prometheus's order of steps: job defaults, relabelling, address check, removal of meta labels, `instance`. */
export function targetsOf(group: TargetGroup, job: ScrapeJob): TargetOutcome[] {
  return group.targets.map((own) => outcomeOf(Labels.from({ ...jobLabels(job), ...group.labels, ...own }), job))
}

function jobLabels({ name, settings }: ScrapeJob): Record<string, string> {
  const params = Object.entries(settings.params).map(([key, values]) => [`${PARAM_PREFIX}${key}`, values[0] ?? ''])
  return {
    job: name,
    [INTERVAL]: formatDuration(settings.intervalMs),
    [TIMEOUT]: formatDuration(settings.timeoutMs),
    [PATH]: settings.metricsPath,
    [SCHEME]: settings.scheme,
    ...Object.fromEntries(params),
  }
}

function outcomeOf(discoveredLabels: Labels, job: ScrapeJob): TargetOutcome {
  const relabelled = relabel(discoveredLabels, job.relabelRules)
  if (relabelled === undefined) return { kind: 'dropped', discoveredLabels }
  const times = timesOf(relabelled)
  const reason = typeof times === 'string' ? times : faultOfAddress(relabelled.get(ADDRESS_LABEL))
  if (typeof times === 'string' || reason !== undefined) {
    return { kind: 'invalid', discoveredLabels, reason: reason ?? '' }
  }
  const url = urlOf(relabelled, job)
  const named = relabelled.has('instance') ? relabelled : relabelled.with({ instance: relabelled.get(ADDRESS_LABEL) })
  const labels = named.drop(new Set(named.names().filter((name) => name.startsWith('__'))))
  const key = `${labels.key}\xff${url}\xff${times.intervalMs}/${times.timeoutMs}`
  return { kind: 'target', target: { job: job.name, discoveredLabels, labels, url, ...times, key } }
}

function faultOfAddress(address: string): string | undefined {
  if (address === '') return 'no address'
  return address.includes('/') ? `${JSON.stringify(address)} is not a valid hostname` : undefined
}

/** The times that labels give a target, or what is wrong with them. */
function timesOf(labels: Labels): { readonly intervalMs: number; readonly timeoutMs: number } | string {
  const interval = labels.get(INTERVAL)
  const timeout = labels.get(TIMEOUT)
  try {
    const intervalMs = parseDuration(interval)
    const timeoutMs = parseDuration(timeout)
    if (intervalMs === 0) return 'scrape interval cannot be 0'
    if (timeoutMs === 0) return 'scrape timeout cannot be 0'
    if (timeoutMs <= intervalMs) return { intervalMs, timeoutMs }
    return `scrape timeout cannot be greater than scrape interval ("${timeout}" > "${interval}")`
  } catch (error) {
    return `error parsing scrape interval or timeout: ${error instanceof Error ? error.message : String(error)}`
  }
}

function urlOf(labels: Labels, job: ScrapeJob): string {
  const params = new Map(Object.entries(job.settings.params).map(([key, values]) => [key, [...values]]))
  for (const [name, value] of labels.entries()) {
    if (!name.startsWith(PARAM_PREFIX)) continue
    const key = name.slice(PARAM_PREFIX.length)
    params.set(key, [value, ...(params.get(key) ?? []).slice(1)])
  }
  const query = new URLSearchParams()
  for (const key of [...params.keys()].sort()) for (const value of params.get(key) ?? []) query.append(key, value)
  const path = labels.get(PATH).replace(/[?#]/g, encodeURIComponent)
  const separator = path.startsWith('/') || path === '' ? '' : '/'
  const suffix = query.size === 0 ? '' : `?${query.toString()}`
  return `${labels.get(SCHEME)}://${labels.get(ADDRESS_LABEL)}${separator}${path}${suffix}`
}

/** A number in [0, 1) that a target keeps, to spread scrapes over the interval. */
export function spreadOf(target: Target): number {
  return (
    createHash('md5')
      .update(target.labels.key + target.url)
      .digest()
      .readUInt32BE() /
    2 ** 32
  )
}
