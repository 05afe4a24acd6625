import type { Alert } from '../model/alert.ts'

/** Takes the alerts of rules: our own alerting, external Alertmanagers, or both. */
export interface AlertSink {
  /**
   * Firing and resolved alerts of one evaluation of one rule. A firing alert comes again at every resend delay and with an
   * `endsAtMs` in the future, so that a receiver notices when the sender dies. Returns at once: the sink queues, and counts what it drops.
   */
  send(alerts: readonly Alert[]): void
}
