import { getJson } from './client.ts'

export interface MatrixSeries {
  readonly metric: Readonly<Record<string, string>>
  readonly values: ReadonlyArray<readonly [seconds: number, value: string]>
}

interface Envelope<T> {
  readonly data: T
  readonly warnings?: readonly string[]
  readonly infos?: readonly string[]
}

export interface RangeQuery {
  readonly expr: string
  readonly startMs: number
  readonly endMs: number
  readonly stepMs: number
}

export interface RangeAnswer {
  readonly series: readonly MatrixSeries[]
  readonly notes: readonly string[]
}

/** `/api/v1/query_range`. */
export async function queryRange(query: RangeQuery, signal?: AbortSignal): Promise<RangeAnswer> {
  const parameters = {
    query: query.expr,
    start: query.startMs / 1000,
    end: query.endMs / 1000,
    step: query.stepMs / 1000,
  }
  const { data, warnings, infos } = await getJson<Envelope<{ result: readonly MatrixSeries[] }>>(
    '/api/v1/query_range',
    parameters,
    signal,
  )
  return { series: data.result, notes: [...(warnings ?? []), ...(infos ?? [])] }
}

export interface AlertBody {
  readonly labels: Readonly<Record<string, string>>
  readonly annotations: Readonly<Record<string, string>>
  readonly state: 'pending' | 'firing'
  readonly activeAt: string
  readonly value: string
}

export interface RuleBody {
  readonly type: 'alerting' | 'recording'
  readonly name: string
  readonly query: string
  readonly health: string
  readonly lastError?: string
  /** `unknown` until it was evaluated for the first time. */
  readonly state?: 'inactive' | 'pending' | 'firing' | 'unknown'
  readonly duration?: number
  readonly labels?: Readonly<Record<string, string>>
  readonly annotations?: Readonly<Record<string, string>>
  readonly alerts?: readonly AlertBody[]
}

export interface RuleGroupBody {
  readonly name: string
  readonly file: string
  readonly interval: number
  readonly rules: readonly RuleBody[]
}

export async function fetchRules(signal?: AbortSignal): Promise<readonly RuleGroupBody[]> {
  const { data } = await getJson<Envelope<{ groups: readonly RuleGroupBody[] }>>('/api/v1/rules', {}, signal)
  return data.groups
}

export interface TargetBody {
  readonly labels: Readonly<Record<string, string>>
  readonly scrapePool: string
  readonly scrapeUrl: string
  readonly lastError: string
  readonly lastScrape: string
  readonly lastScrapeDuration: number
  readonly health: 'up' | 'down' | 'unknown'
}

export async function fetchTargets(signal?: AbortSignal): Promise<readonly TargetBody[]> {
  const { data } = await getJson<Envelope<{ activeTargets: readonly TargetBody[] }>>('/api/v1/targets', {}, signal)
  return data.activeTargets
}

/** Of the series of a metric; of all when it is ''. */
export async function fetchLabelNames(metric: string, signal?: AbortSignal): Promise<readonly string[]> {
  return (await getJson<Envelope<readonly string[]>>('/api/v1/labels', { 'match[]': metric }, signal)).data
}

/** The values of a label among the series of a metric; of all when it is ''. */
export async function fetchLabelValues(
  label: string,
  metric: string,
  signal?: AbortSignal,
): Promise<readonly string[]> {
  const path = `/api/v1/label/${encodeURIComponent(label)}/values`
  return (await getJson<Envelope<readonly string[]>>(path, { 'match[]': metric }, signal)).data
}
