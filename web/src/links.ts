import { withRange, type FixedRange } from './range.ts'

/**
 * Links in notifications are Alertmanager's, with the page behind a hash: `/#/alerts?receiver=team`. Gives our address for one, or
 * undefined when the hash is no link.
 */
export function addressOfHash(hash: string): string | undefined {
  const match = /^#\/(alerts|silences)(?:\/[^?]*)?(\?.*)?$/.exec(hash)
  return match === null ? undefined : `/alerts${match[2] ?? ''}`
}

/** Which alerts a link asks for. */
export interface AlertsWanted {
  /** '' for all. */
  readonly receiver: string
  /** All must be equal. */
  readonly labels: ReadonlyMap<string, string>
}

/** Reads `receiver=team&filter={alertname="A",layer="application"}`; matchers other than `=` are not read. */
export function readWanted(search: string): AlertsWanted {
  const parameters = new URLSearchParams(search)
  const labels = new Map<string, string>()
  for (const [, name = '', value = ''] of (parameters.get('filter') ?? '').matchAll(
    /([\w.]+)\s*=\s*"((?:[^"\\]|\\.)*)"/g,
  ))
    labels.set(name, value.replaceAll(/\\(.)/g, '$1'))
  // Alertmanager writes a receiver as a regular expression, its special characters with a backslash.
  return { receiver: (parameters.get('receiver') ?? '').replaceAll(/\\(.)/g, '$1'), labels }
}

export function isWanted({ labels }: AlertsWanted, alert: Readonly<Record<string, string>>): boolean {
  return [...labels].every(([name, value]) => (alert[name] ?? '') === value)
}

/** What the list of requests can be narrowed to by its address, under the names of the API. */
export const REQUEST_FILTERS = [
  'model',
  'status',
  'trace',
  'session',
  'user',
  'feature',
  'team',
  'key',
  'provider',
  'service',
  'error_type',
  'evaluator',
  'text',
  'order',
] as const
export type RequestFilters = Readonly<Record<(typeof REQUEST_FILTERS)[number], string>>

/** The requests of the chosen range that are like that; those of `range` when it is given. */
export function requestsLink(filters: Partial<RequestFilters>, range?: FixedRange): string {
  return addressOf('/requests', { ...filters }, range)
}

/** The expression as a chart. */
export function queryLink(expr: string, range?: FixedRange): string {
  return addressOf('/query', { 'g0.expr': expr }, range)
}

function addressOf(path: string, parameters: Readonly<Record<string, string>>, range: FixedRange | undefined): string {
  const given = new URLSearchParams(parameters)
  const query = (range === undefined ? given : withRange(given, range)).toString()
  return query === '' ? path : `${path}?${query}`
}

/** The labels of alerts that requests have under the same names. */
const SHARED_LABELS = ['model', 'provider', 'user', 'team', 'key', 'evaluator', 'error_type'] as const

/** Of an alert about requests what these have in common; undefined when it is about something else. */
export function requestsOfAlert(labels: Readonly<Record<string, string>>): Partial<RequestFilters> | undefined {
  const filters = Object.fromEntries(SHARED_LABELS.flatMap((name) => (labels[name] ? [[name, labels[name]]] : [])))
  const isOfRequests = labels['layer'] !== undefined && labels['layer'] !== 'infrastructure'
  return isOfRequests || Object.keys(filters).length > 0 ? filters : undefined
}

/** The expression of an alert, when its source is ours or another Prometheus's graph. */
export function expressionOf(generatorUrl: string): string | undefined {
  return URL.canParse(generatorUrl) ? (new URL(generatorUrl).searchParams.get('g0.expr') ?? undefined) : undefined
}
