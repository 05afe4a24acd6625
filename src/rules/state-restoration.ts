import { METRIC_NAME } from '../model/labels.ts'
import { Matcher } from '../model/matcher.ts'
import type { SampleReader } from '../storage/sample-store.ts'
import { ALERT_NAME, type AlertingRule, ALERTS_FOR_STATE_METRIC, forStateLabels } from './alerting-rule.ts'
import { isTemplate } from './rule-template.ts'

/** How long we may have been down for an alert's state to still count. */
export const OUTAGE_TOLERANCE_MS = 3_600_000

/** After a restart no restored alert fires earlier than this, and none that waits less for firing is restored. */
export const FOR_GRACE_PERIOD_MS = 600_000

/** The last word of an earlier run about one alert. */
interface RememberedState {
  readonly lastSeenMs: number
  readonly activeAtMs: number
}

/** Puts back since when the rule's alerts are active, from the ALERTS_FOR_STATE series that an earlier run wrote. */
export async function restoreForState(rule: AlertingRule, reader: SampleReader, nowMs: number): Promise<void> {
  const { holdMs } = rule.definition
  if (holdMs < FOR_GRACE_PERIOD_MS) return rule.restore(() => undefined)
  const remembered = await readForState(rule, reader, nowMs)
  rule.restore((alert) => {
    const state = remembered.get(forStateLabels(alert.labels).key)
    return state === undefined ? undefined : restoredActiveAtMs(state, nowMs, holdMs)
  })
}

/** The time of being down does not count as time of being pending; and a firing alert is not held back. */
export function restoredActiveAtMs(state: RememberedState, nowMs: number, holdMs: number): number {
  const remainingMs = holdMs - (state.lastSeenMs - state.activeAtMs)
  if (remainingMs <= 0) return state.activeAtMs
  if (remainingMs < FOR_GRACE_PERIOD_MS) return nowMs + FOR_GRACE_PERIOD_MS - holdMs
  return state.activeAtMs + (nowMs - state.lastSeenMs)
}

async function readForState(
  rule: AlertingRule,
  reader: SampleReader,
  nowMs: number,
): Promise<ReadonlyMap<string, RememberedState>> {
  const remembered = new Map<string, RememberedState>()
  const range = { minMs: nowMs - OUTAGE_TOLERANCE_MS, maxMs: nowMs }
  const hints = { func: '', rangeMs: OUTAGE_TOLERANCE_MS, stepMs: 0 }
  for await (const block of reader.select(forStateMatchers(rule), range, hints)) {
    for (const { labels, timestampsMs, values, stale } of block) {
      const last = values.length - 1
      const [lastSeenMs, value] = [timestampsMs[last], values[last]]
      // A series that has ended says that the alert was over before we went down.
      if (lastSeenMs === undefined || value === undefined || stale?.[last] === 1) continue
      remembered.set(labels.key, { lastSeenMs: Math.floor(lastSeenMs / 1000) * 1000, activeAtMs: value * 1000 })
    }
  }
  return remembered
}

/** Templated labels differ from alert to alert, so they cannot be matched on. */
function forStateMatchers(rule: AlertingRule): Matcher[] {
  const fixed = Object.entries(rule.definition.labels).filter(([, value]) => !isTemplate(value))
  return [
    new Matcher(METRIC_NAME, '=', ALERTS_FOR_STATE_METRIC),
    new Matcher(ALERT_NAME, '=', rule.definition.name),
    ...fixed.map(([name, value]) => new Matcher(name, '=', value)),
  ]
}
