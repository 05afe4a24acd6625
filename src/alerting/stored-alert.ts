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
    labels: alert.labels,
    annotations: alert.annotations,
    startsAtMs,
    endsAtMs: hasEnd ? alert.endsAtMs : nowMs + resolveTimeoutMs,
    generatorUrl: alert.generatorUrl,
    updatedAtMs: nowMs,
    timeout: !hasEnd,
  }
}

/**
 * What is known of an alert after it came again: when the times overlap it is one alert from the earlier start, otherwise the new one. What says the same stays the same object: what was computed from labels need not be
 * computed again, and texts that come every minute for thousands of alerts do not have to be kept twice or cleared away.
 */
export function renew(known: StoredAlert, alert: StoredAlert, nowMs: number): StoredAlert {
  const isOne = overlaps(known, alert)
  return {
    labels: known.labels,
    annotations: sameTexts(known.annotations, alert.annotations) ? known.annotations : alert.annotations,
    startsAtMs: isOne ? Math.min(known.startsAtMs, alert.startsAtMs) : alert.startsAtMs,
    endsAtMs: isOne ? mergedEndMs(known, alert, nowMs) : alert.endsAtMs,
    generatorUrl: known.generatorUrl === alert.generatorUrl ? known.generatorUrl : alert.generatorUrl,
    updatedAtMs: alert.updatedAtMs,
    timeout: alert.timeout,
  }
}

function sameTexts(a: Readonly<Record<string, string>>, b: Readonly<Record<string, string>>): boolean {
  const names = Object.keys(a)
  return names.length === Object.keys(b).length && names.every((name) => a[name] === b[name])
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

/** The end of the newer statement, unless the older's is later and was said. */
function mergedEndMs(older: StoredAlert, newer: StoredAlert, nowMs: number): number {
  const olderEndsLater = older.endsAtMs > newer.endsAtMs
  if (newer.endsAtMs <= nowMs) return older.endsAtMs <= nowMs && olderEndsLater ? older.endsAtMs : newer.endsAtMs
  return olderEndsLater && !older.timeout ? older.endsAtMs : newer.endsAtMs
}

/** Do the times of two alerts overlap, so that they are one? */
function overlaps(older: StoredAlert, newer: StoredAlert): boolean {
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
