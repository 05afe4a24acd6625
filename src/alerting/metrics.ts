import type { Counter, Gauge, Histogram, InstrumentRegistry } from '../telemetry/instruments.ts'

/** What alerting says about itself, after Alertmanager's names with our own prefix. */
export interface AlertingMetrics {
  readonly alertsReceived: Counter<'status'>
  readonly alertsInvalid: Counter
  readonly groups: Gauge
  readonly groupLimitReached: Counter
  readonly notifications: Counter<'integration'>
  readonly notificationsFailed: Counter<'integration'>
  readonly requests: Counter<'integration'>
  readonly requestsFailed: Counter<'integration'>
  readonly suppressed: Counter<'reason'>
  readonly latency: Histogram<'integration'>
}

export function createAlertingMetrics(registry: InstrumentRegistry): AlertingMetrics {
  const byIntegration = (name: string, help: string): Counter<'integration'> =>
    registry.counter({ name: `tetrascope_${name}`, help, labelNames: ['integration'] })
  return {
    alertsReceived: registry.counter({
      name: 'tetrascope_alerts_received_total',
      help: 'Alerts that came in.',
      labelNames: ['status'],
    }),
    alertsInvalid: registry.counter({ name: 'tetrascope_alerts_invalid_total', help: 'Alerts that were refused.' }),
    groups: registry.gauge({ name: 'tetrascope_dispatcher_aggregation_groups', help: 'Groups of alerts.' }),
    groupLimitReached: registry.counter({
      name: 'tetrascope_dispatcher_aggregation_group_limit_reached_total',
      help: 'Alerts that were in no group because there were too many groups.',
    }),
    notifications: byIntegration('notifications_total', 'Notifications that were begun.'),
    notificationsFailed: byIntegration('notifications_failed_total', 'Notifications that were given up.'),
    requests: byIntegration('notification_requests_total', 'Attempts to send a notification.'),
    requestsFailed: byIntegration('notification_requests_failed_total', 'Attempts to send a notification that failed.'),
    suppressed: registry.counter({
      name: 'tetrascope_notifications_suppressed_total',
      help: 'Alerts that were left out of a notification.',
      labelNames: ['reason'],
    }),
    latency: registry.histogram({
      name: 'tetrascope_notification_latency_seconds',
      help: 'Duration of attempts to send a notification.',
      labelNames: ['integration'],
      buckets: [0.1, 0.5, 1, 5, 10, 15, 20],
    }),
  }
}
