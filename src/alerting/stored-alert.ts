import type { Alert } from '../model/alert.ts'
import { isResolved } from '../model/alert.ts'
import type { NotifiedAlert } from './notify/notification.ts'
import { compareText, type Labels } from '../model/labels.ts'

/** An alert as we keep it. Never changed; an update makes a new one. */
export interface StoredAlert extends Alert {
  /** It ends because nobody sends it any more, and not because somebody said so. */
  readonly timeout: boolean
}

/** Completes what came in: a missing start is now, a missing end is the timeout after which silence means resolved. */
export function receive(alert: Alert, nowMs: number, resolveTimeoutMs: number): StoredAlert {
  const hasEnd = alert.endsAtMs !== 0
  const startsAtMs = alert.startsAtMs === 0 ? (hasEnd ? alert.endsAtMs : nowMs) : alert.startsAtMs
  return {
    ...alert,
    startsAtMs,
    endsAtMs: hasEnd ? alert.endsAtMs : nowMs + resolveTimeoutMs,
    timeout: !hasEnd,
    updatedAtMs: nowMs,
  }
}

/** The alert as notifications tell of it. */
export function notified(alert: StoredAlert, nowMs: number): NotifiedAlert {
  const { labels, annotations, startsAtMs, generatorUrl } = alert
  const resolved = isResolved(alert, nowMs)
  return {
    status: resolved ? 'resolved' : 'firing',
    labels,
    annotations,
    startsAtMs,
    endsAtMs: resolved ? alert.endsAtMs : 0,
    generatorUrl,
  }
}

/** What is wrong with an alert, in Alertmanager's words, or undefined. */
export function alertProblem(alert: Alert): string | undefined {
  if (alert.labels.size === 0) return 'at least one label pair required'
  if (alert.startsAtMs === 0) return 'start time missing'
  if (alert.endsAtMs !== 0 && alert.endsAtMs < alert.startsAtMs) return 'start time must be before end time'
  return undefined
}

/** Two statements about one label set made into one: the earliest start; the end of the newer, unless the older's is later and was said. */
export function merge(a: StoredAlert, b: StoredAlert, nowMs: number): StoredAlert {
  const [older, newer] = b.updatedAtMs < a.updatedAtMs ? [b, a] : [a, b]
  const startsAtMs = Math.min(older.startsAtMs, newer.startsAtMs)
  return { ...newer, startsAtMs, endsAtMs: mergedEndMs(older, newer, nowMs) }
}

function mergedEndMs(older: StoredAlert, newer: StoredAlert, nowMs: number): number {
  const olderEndsLater = older.endsAtMs > newer.endsAtMs
  if (newer.endsAtMs <= nowMs) return older.endsAtMs <= nowMs && olderEndsLater ? older.endsAtMs : newer.endsAtMs
  return olderEndsLater && !older.timeout ? older.endsAtMs : newer.endsAtMs
}

/** Do the times of two alerts overlap, so that they are one? */
export function overlaps(older: StoredAlert, newer: StoredAlert): boolean {
  return (
    (newer.endsAtMs > older.startsAtMs && newer.endsAtMs < older.endsAtMs) ||
    (newer.startsAtMs > older.startsAtMs && newer.startsAtMs < older.endsAtMs)
  )
}

/** The order of alerts in notifications: by job, then instance, then all labels. */
export function compareAlerts(a: { readonly labels: Labels }, b: { readonly labels: Labels }): number {
  for (const name of ['job', 'instance']) {
    const [x, y] = [a.labels.get(name), b.labels.get(name)]
    if (x === y) continue
    if (x === '') return 1
    if (y === '') return -1
    return compareText(x, y)
  }
  return compareLabelSets(a.labels, b.labels)
}

/** Alertmanager's order of label sets: fewer labels first, then label by label in the order of names, an absent one first. */
export function compareLabelSets(a: Labels, b: Labels): number {
  if (a.size !== b.size) return a.size - b.size
  const names = [...new Set([...a.names(), ...b.names()])].sort(compareText)
  for (const name of names) {
    const order = compareText(a.get(name), b.get(name))
    if (order !== 0) return order
  }
  return 0
}
