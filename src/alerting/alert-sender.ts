import type { Alert } from '../model/alert.ts'
import type { RelabelRule } from '../relabel/relabel-rule.ts'
import type { Alerting } from './alerting.ts'
import type { ExternalAlertmanagers } from './external/external-alertmanagers.ts'
import { relabelAlerts } from './relabel-alerts.ts'

/** Hands the alerts of rules to our own alerting and to other people's Alertmanagers, with `alert_relabel_configs` applied. */
export class AlertSender {
  readonly #alerting: Pick<Alerting, 'send'>
  readonly #external: Pick<ExternalAlertmanagers, 'send'>
  #rules: readonly RelabelRule[]

  constructor(
    alerting: Pick<Alerting, 'send'>,
    external: Pick<ExternalAlertmanagers, 'send'>,
    rules: readonly RelabelRule[],
  ) {
    this.#alerting = alerting
    this.#external = external
    this.#rules = rules
  }

  /** Goes on with other rules. */
  apply(rules: readonly RelabelRule[]): void {
    this.#rules = rules
  }

  send(alerts: readonly Alert[]): void {
    const relabelled = relabelAlerts(alerts, this.#rules)
    if (relabelled.length === 0) return
    this.#alerting.send(relabelled)
    this.#external.send(relabelled)
  }
}
