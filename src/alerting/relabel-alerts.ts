import type { Alert } from '../model/alert.ts'
import { relabel } from '../relabel/relabel.ts'
import type { RelabelRule } from '../relabel/relabel-rule.ts'

/** The alerts with the labels that the rules give them; those that a rule drops are left out. */
export function relabelAlerts(alerts: readonly Alert[], rules: readonly RelabelRule[]): readonly Alert[] {
  if (rules.length === 0) return alerts
  return alerts.flatMap((alert) => {
    const labels = relabel(alert.labels, rules)
    return labels === undefined ? [] : [{ ...alert, labels }]
  })
}
