import type { Logger } from '../../telemetry/log.ts'
import type { Clock } from '../../util/clock.ts'
import { fingerprint } from '../fingerprint.ts'
import type { AlertHistory } from '../history.ts'
import type { AlertingMetrics } from '../metrics.ts'
import type { Receiver } from '../receiver.ts'
import type { Notification } from './notification.ts'
import { retry, type RetryOutcome } from './retry.ts'

/** One channel of a receiver. */
export interface Integration {
  readonly channel: string
  readonly index: number
  readonly sendResolved: boolean
  readonly receiver: Receiver
}

/** What sending needs and tells. */
export interface Delivery {
  readonly history: AlertHistory
  readonly metrics: AlertingMetrics
  readonly logger: Logger
  readonly clock: Clock
  readonly random: () => number
}

/** Tries one channel until it has the notification, with what that costs and how it ended counted, logged and kept in the history. */
export async function deliver(
  notification: Notification,
  integration: Integration,
  delivery: Delivery,
  signal: AbortSignal,
): Promise<RetryOutcome> {
  const { metrics, logger, clock, random } = delivery
  const label = { integration: integration.channel }
  const who = `${notification.receiver}/${integration.channel}[${integration.index}]`
  metrics.notifications.add(label)
  const outcome = await retry((attemptSignal) => integration.receiver.notify(notification, attemptSignal), signal, {
    clock,
    random,
    onAttempt: (result, durationMs, attempt) => {
      metrics.requests.add(label)
      metrics.latency.observe(label, durationMs / 1000)
      if (result === 'sent') return
      metrics.requestsFailed.add(label)
      logger.warn({ integration: who, attempt, reason: result.reason }, 'sending a notification failed')
    },
  })
  record(notification, integration, outcome, delivery)
  if (outcome !== 'sent') {
    metrics.notificationsFailed.add(label)
    logger.error(
      { integration: who, group: notification.groupKey, reason: outcome.reason },
      'a notification was given up',
    )
  }
  return outcome
}

function record(
  notification: Notification,
  integration: Integration,
  outcome: RetryOutcome,
  { history, clock }: Delivery,
): void {
  history.record({
    kind: 'notification',
    timeMs: clock.now(),
    receiver: notification.receiver,
    channel: integration.channel,
    groupKey: notification.groupKey,
    status: notification.status,
    alerts: notification.alerts.map(({ labels }) => fingerprint(labels)),
    reason: notification.reason,
    ...(outcome === 'sent' ? { outcome } : { outcome: 'failed', error: outcome.reason }),
  })
}
