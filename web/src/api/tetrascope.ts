import type {
  AcceptedBody,
  AcknowledgedBody,
  AlertGroupsBody,
  AlertHistoryBody,
  BudgetsBody,
  ComparisonBody,
  CostField,
  CostGroupsBody,
  CostsBody,
  CostStepsBody,
  Dashboard,
  DriftBody,
  FacetsBody,
  FilesBody,
  HealthBody,
  LabelsBody,
  LogsBody,
  QualityReportBody,
  RequestBody,
  RequestField,
  RequestsBody,
  SelfHostedBody,
  TotalsBody,
  TraceBody,
  TruthBody,
  UnpricedBody,
  WithdrawnBody,
} from '../../../src/api/types.ts'
import type { RequestFilters } from '../links.ts'
import { getJson, deleteJson, postJson } from './client.ts'

const ROOT = '/api/tetrascope/v1'

export function fetchHealth(signal?: AbortSignal): Promise<HealthBody> {
  return getJson(`${ROOT}/health`, {}, signal)
}

export function fetchDashboard(id: string, signal?: AbortSignal): Promise<Dashboard> {
  return getJson(`${ROOT}/dashboards/${id}`, {}, signal)
}

/** What narrows requests down, by the names of the API. */
export type GroupParameters = Readonly<Record<string, string | number>>

export interface RequestsParameters extends Window, RequestFilters {
  readonly cursor: string
}

export function fetchRequests(parameters: RequestsParameters, signal?: AbortSignal): Promise<RequestsBody> {
  return getJson(`${ROOT}/requests`, { ...parameters }, signal)
}

export function fetchTotals(window: Window, signal?: AbortSignal): Promise<TotalsBody> {
  return getJson(`${ROOT}/requests/totals`, { ...window }, signal)
}

export function fetchRequest(traceId: string, spanId: string, signal?: AbortSignal): Promise<RequestBody> {
  return getJson(`${ROOT}/requests/${traceId}/${spanId}`, {}, signal)
}

/** The most frequent values of a field. */
export function fetchFacet(window: Window, field: RequestField, signal?: AbortSignal): Promise<FacetsBody> {
  return getJson(`${ROOT}/requests/facets`, { ...window, fields: field, limit: 200 }, signal)
}

export function fetchComparison(a: GroupParameters, b: GroupParameters, signal?: AbortSignal): Promise<ComparisonBody> {
  const prefixed = (prefix: string, group: GroupParameters): GroupParameters =>
    Object.fromEntries(Object.entries(group).map(([name, value]) => [`${prefix}.${name}`, value]))
  return getJson(`${ROOT}/requests/compare`, { ...prefixed('a', a), ...prefixed('b', b) }, signal)
}

export function fetchUnpriced(signal?: AbortSignal): Promise<UnpricedBody> {
  return getJson(`${ROOT}/pricing/unpriced`, {}, signal)
}

export function fetchSelfHosted(window: Window, signal?: AbortSignal): Promise<SelfHostedBody> {
  return getJson(`${ROOT}/pricing/self-hosted`, { ...window }, signal)
}

export function fetchBudgets(signal?: AbortSignal): Promise<BudgetsBody> {
  return getJson(`${ROOT}/budgets`, {}, signal)
}

/** From `start` up to `end`, milliseconds. */
export interface Window {
  readonly start: number
  readonly end: number
}

export function fetchCosts(window: Window, signal?: AbortSignal): Promise<CostsBody> {
  return getJson(`${ROOT}/costs`, { ...window }, signal)
}

export function fetchCostGroups(
  query: Window & { readonly by: CostField; readonly limit: number },
  signal?: AbortSignal,
): Promise<CostGroupsBody> {
  return getJson(`${ROOT}/costs/groups`, { ...query }, signal)
}

export function fetchCostSteps(window: Window, stepMs: number, signal?: AbortSignal): Promise<CostStepsBody> {
  return getJson(`${ROOT}/costs/steps`, { ...window, step: `${stepMs}ms` }, signal)
}

/** `window`: a duration such as `60m`, up to `end`. */
export function fetchQuality(
  query: { readonly window: string; readonly end: number; readonly model: string },
  signal?: AbortSignal,
): Promise<QualityReportBody> {
  return getJson(`${ROOT}/quality/report`, { ...query }, signal)
}

export function fetchTruth(window: string, model: string, signal?: AbortSignal): Promise<TruthBody> {
  return getJson(`${ROOT}/quality/truth`, { window, model }, signal)
}

/** Which request somebody judges. */
export interface Judged {
  readonly traceId: string
  readonly spanId: string
}

export function fetchLabels({ traceId, spanId }: Judged, signal?: AbortSignal): Promise<LabelsBody> {
  return getJson(`${ROOT}/requests/${traceId}/${spanId}/labels`, {}, signal)
}

/** Whoever judges again on the page takes back what was said before: both have the same id. */
export function giveFeedback({ traceId, spanId }: Judged, value: 0 | 1, comment: string): Promise<AcceptedBody> {
  const id = `page-feedback-${traceId}-${spanId}`
  return postJson(`${ROOT}/feedback`, { id, trace_id: traceId, span_id: spanId, value, comment, via: 'page' })
}

/** `predicted`: the label that the answer amounts to; '' when that is to be read from its text. */
export function giveTruth({ traceId, spanId }: Judged, expected: string, predicted: string): Promise<AcceptedBody> {
  const id = `page-truth-${traceId}-${spanId}`
  const labels = predicted === '' ? { expected } : { expected, predicted }
  return postJson(`${ROOT}/ground-truth`, { id, trace_id: traceId, span_id: spanId, ...labels, via: 'page' })
}

export function fetchTrace(traceId: string, signal?: AbortSignal): Promise<TraceBody> {
  return getJson(`${ROOT}/traces/${traceId}`, {}, signal)
}

export function fetchLogs(
  query: Window & {
    readonly text: string
    readonly level: string
    readonly trace: string
    readonly service: string
    readonly limit: number
  },
  signal?: AbortSignal,
): Promise<LogsBody> {
  return getJson(`${ROOT}/logs`, { ...query }, signal)
}

export function fetchDrift(signal?: AbortSignal): Promise<DriftBody> {
  return getJson(`${ROOT}/drift`, {}, signal)
}

export function fetchFiles(signal?: AbortSignal): Promise<FilesBody> {
  return getJson(`${ROOT}/files`, {}, signal)
}

export function fetchFiringGroups(signal?: AbortSignal): Promise<AlertGroupsBody> {
  return getJson(`${ROOT}/alerts`, {}, signal)
}

export function fetchAlertHistory(text: string, cursor: string, signal?: AbortSignal): Promise<AlertHistoryBody> {
  return getJson(`${ROOT}/alerts/history`, { text, cursor, limit: 50 }, signal)
}

/** Says that `by` looks after what fires in the group. */
export function acknowledgeGroup(groupKey: string, by: string): Promise<AcknowledgedBody> {
  return postJson(`${ROOT}/alerts/acknowledgements`, { group_key: groupKey, by, via: 'page' })
}

export function withdrawGroup(groupKey: string, by: string): Promise<WithdrawnBody> {
  return deleteJson(`${ROOT}/alerts/acknowledgements`, { group_key: groupKey, by, via: 'page' })
}
