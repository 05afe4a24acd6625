import type {
  AcknowledgedBody,
  AlertGroupsBody,
  AlertHistoryBody,
  Dashboard,
  DriftBody,
  FilesBody,
  HealthBody,
  LogsBody,
  RequestBody,
  RequestsBody,
  TotalsBody,
  TraceBody,
  WithdrawnBody,
} from '../../../src/api/types.ts'
import { getJson, deleteJson, postJson } from './client.ts'

const ROOT = '/api/tetrascope/v1'

export function fetchHealth(signal?: AbortSignal): Promise<HealthBody> {
  return getJson(`${ROOT}/health`, {}, signal)
}

export function fetchDashboard(id: string, signal?: AbortSignal): Promise<Dashboard> {
  return getJson(`${ROOT}/dashboards/${id}`, {}, signal)
}

export interface RequestsParameters {
  readonly start: number
  readonly end: number
  readonly text: string
  readonly model: string
  readonly status: string
  readonly cursor: string
}

export function fetchRequests(parameters: RequestsParameters, signal?: AbortSignal): Promise<RequestsBody> {
  return getJson(`${ROOT}/requests`, { ...parameters }, signal)
}

export function fetchTotals(start: number, end: number, signal?: AbortSignal): Promise<TotalsBody> {
  return getJson(`${ROOT}/requests/totals`, { start, end }, signal)
}

export function fetchRequest(traceId: string, spanId: string, signal?: AbortSignal): Promise<RequestBody> {
  return getJson(`${ROOT}/requests/${traceId}/${spanId}`, {}, signal)
}

export function fetchTrace(traceId: string, signal?: AbortSignal): Promise<TraceBody> {
  return getJson(`${ROOT}/traces/${traceId}`, {}, signal)
}

export function fetchLogs(start: number, end: number, text: string, signal?: AbortSignal): Promise<LogsBody> {
  return getJson(`${ROOT}/logs`, { start, end, text }, signal)
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

/** Silences exactly the alerts with these labels, by Alertmanager's own API. */
export function silenceAlert(labels: Readonly<Record<string, string>>, hours: number): Promise<{ silenceID: string }> {
  const matchers = Object.entries(labels).map(([name, value]) => ({ name, value, isRegex: false, isEqual: true }))
  const startsAt = new Date()
  const endsAt = new Date(startsAt.getTime() + hours * 3_600_000)
  return postJson('/alertmanager/api/v2/silences', {
    matchers,
    startsAt,
    endsAt,
    createdBy: 'page',
    comment: 'silenced on the alerts page',
  })
}
