import type { Labels } from '../model/labels.ts'

/** `inactive` is an alert that fired and is over; it is kept for a while so that its end is told more than once. */
export type AlertState = 'inactive' | 'pending' | 'firing'

/** One alert of a rule: one label set for which the rule's condition holds or held. Never changed; each evaluation makes new ones. */
export interface ActiveAlert {
  readonly labels: Labels
  readonly annotations: Readonly<Record<string, string>>
  /** Of the last evaluation at which the condition held. */
  readonly value: number
  readonly state: AlertState
  /** Since when the condition holds. */
  readonly activeAtMs: number
  readonly firedAtMs: number | undefined
  readonly resolvedAtMs: number | undefined
  /** Since when it fires only because of `keep_firing_for`. */
  readonly keepFiringSinceMs: number | undefined
  readonly lastSentAtMs: number | undefined
}

/** What the condition gives now, by `labels.key`. */
export interface AlertCandidate {
  readonly labels: Labels
  readonly annotations: Readonly<Record<string, string>>
  readonly value: number
}

export interface AlertTiming {
  readonly nowMs: number
  readonly holdMs: number
  readonly keepFiringMs: number
}

/** How long a resolved alert is kept and sent again, in case the receiver was away. */
const RESOLVED_RETENTION_MS = 15 * 60_000

export type ActiveAlerts = ReadonlyMap<string, ActiveAlert>

/** The state after an evaluation: inactive → pending → firing → resolved, alert by alert. */
export function advance(
  before: ActiveAlerts,
  candidates: ReadonlyMap<string, AlertCandidate>,
  timing: AlertTiming,
): ActiveAlerts {
  const after = new Map<string, ActiveAlert>()
  for (const [key, alert] of before) {
    const candidate = candidates.get(key)
    const next = candidate === undefined ? withoutCondition(alert, timing) : withCondition(alert, candidate, timing)
    if (next !== undefined) after.set(key, next)
  }
  for (const [key, candidate] of candidates) {
    if (!before.has(key)) after.set(key, fireWhenDue(begin(candidate, timing.nowMs), timing))
  }
  return after
}

function begin(candidate: AlertCandidate, nowMs: number): ActiveAlert {
  return {
    labels: candidate.labels,
    annotations: candidate.annotations,
    value: candidate.value,
    state: 'pending',
    activeAtMs: nowMs,
    firedAtMs: undefined,
    resolvedAtMs: undefined,
    keepFiringSinceMs: undefined,
    lastSentAtMs: undefined,
  }
}

function withCondition(alert: ActiveAlert, candidate: AlertCandidate, timing: AlertTiming): ActiveAlert {
  if (alert.state === 'inactive') return fireWhenDue(begin(candidate, timing.nowMs), timing)
  const { value, annotations } = candidate
  return fireWhenDue({ ...alert, value, annotations, keepFiringSinceMs: undefined }, timing)
}

/** Undefined when the alert is to be forgotten. */
function withoutCondition(alert: ActiveAlert, timing: AlertTiming): ActiveAlert | undefined {
  switch (alert.state) {
    case 'pending':
      return undefined
    case 'inactive':
      return timing.nowMs - (alert.resolvedAtMs ?? 0) > RESOLVED_RETENTION_MS ? undefined : alert
    case 'firing': {
      const since = alert.keepFiringSinceMs ?? timing.nowMs
      if (timing.nowMs - since < timing.keepFiringMs) return fireWhenDue({ ...alert, keepFiringSinceMs: since }, timing)
      return { ...alert, state: 'inactive', resolvedAtMs: timing.nowMs }
    }
  }
}

/** Also takes a firing alert back to pending, when a reload has made `for` longer than it has been active. */
function fireWhenDue(alert: ActiveAlert, { nowMs, holdMs }: AlertTiming): ActiveAlert {
  const due = nowMs - alert.activeAtMs >= holdMs
  if (alert.state === 'pending' && due) return { ...alert, state: 'firing', firedAtMs: nowMs }
  if (alert.state === 'firing' && !due) {
    return { ...alert, state: 'pending', firedAtMs: undefined, lastSentAtMs: undefined, keepFiringSinceMs: undefined }
  }
  return alert
}

/** Pending alerts are nobody's business yet; others go out at once when they resolve and then at every resend delay. */
export function needsSending(alert: ActiveAlert, nowMs: number, resendDelayMs: number): boolean {
  if (alert.state === 'pending') return false
  const lastSentAtMs = alert.lastSentAtMs ?? Number.NEGATIVE_INFINITY
  if (alert.resolvedAtMs !== undefined && alert.resolvedAtMs > lastSentAtMs) return true
  return lastSentAtMs + resendDelayMs < nowMs
}

/** firing over pending over inactive; what a rule as a whole is in. */
export function worstState(alerts: Iterable<ActiveAlert>): AlertState {
  let worst: AlertState = 'inactive'
  for (const { state } of alerts) {
    if (state === 'firing') return 'firing'
    if (state === 'pending') worst = 'pending'
  }
  return worst
}
