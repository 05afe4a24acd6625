import type { Labels } from '../../model/labels.ts'
import type { Logger } from '../../telemetry/log.ts'
import type { Clock } from '../../util/clock.ts'
import { fingerprint } from '../fingerprint.ts'
import type { AlertHistory } from '../history.ts'
import type { AlertingMetrics } from '../metrics.ts'
import type { NotificationLog } from '../notification-log.ts'
import type { Receiver } from '../receiver.ts'
import type { RouteOptions } from '../route.ts'
import { containsTime, type TimeInterval } from '../timeinterval/time-interval.ts'
import { needsUpdate, type NotifyReason } from './dedup.ts'
import type { Notification, NotifiedAlert } from './notification.ts'
import { retry, type RetryOutcome } from './retry.ts'

/** A group of alerts whose time to be told of has come. */
export interface FlushedGroup {
  readonly groupKey: string
  readonly groupLabels: Labels
  readonly options: RouteOptions
  /** In the order in which they are told of. */
  readonly alerts: readonly NotifiedAlert[]
  readonly nowMs: number
  readonly silenceEnded: boolean
}

/** One channel of a receiver. */
export interface Integration {
  readonly channel: string
  readonly index: number
  readonly sendResolved: boolean
  readonly receiver: Receiver
}

/** What a notification passes through. */
export interface Pipeline {
  readonly isInhibited: (labels: Labels) => boolean
  readonly isSilenced: (labels: Labels) => boolean
  readonly timeIntervals: ReadonlyMap<string, readonly TimeInterval[]>
  readonly integrations: ReadonlyMap<string, readonly Integration[]>
  readonly log: NotificationLog
  readonly history: AlertHistory
  readonly metrics: AlertingMetrics
  readonly logger: Logger
  readonly clock: Clock
  readonly random: () => number
  readonly externalUrl: string
}

/**
 * The way of a group to its receiver. True when all channels were told or had nothing to be told; resolved alerts may then be
 * forgotten. Otherwise the group comes again at its next interval.
 */
export async function notifyGroup(group: FlushedGroup, pipeline: Pipeline, signal: AbortSignal): Promise<boolean> {
  const awake = group.alerts.filter(({ labels }) => !counted(pipeline, 'inhibition', pipeline.isInhibited(labels)))
  if (isMutedByTime(group, pipeline)) return true
  const audible = awake.filter(({ labels }) => !counted(pipeline, 'silence', pipeline.isSilenced(labels)))
  if (audible.length === 0) return true
  const integrations = pipeline.integrations.get(group.options.receiver) ?? []
  const told = integrations.map((integration) =>
    notifyChannel({ ...group, alerts: audible }, integration, pipeline, signal),
  )
  return (await Promise.all(told)).every(Boolean)
}

/** One channel: decide, send until it is sent, remember. */
async function notifyChannel(
  group: FlushedGroup,
  integration: Integration,
  pipeline: Pipeline,
  signal: AbortSignal,
): Promise<boolean> {
  const channel = { receiver: group.options.receiver, channel: integration.channel, index: integration.index }
  const { firing, resolved } = identities(group.alerts)
  const { repeatIntervalMs } = group.options
  const decision = needsUpdate({
    entry: pipeline.log.get(group.groupKey, channel),
    firing,
    resolved,
    sendResolved: integration.sendResolved,
    repeatIntervalMs,
    nowMs: group.nowMs,
    silenceEnded: group.silenceEnded,
  })
  if ('skip' in decision) return true
  const notification = compose(group, integration, decision.notify, pipeline)
  const outcome = notification.alerts.length === 0 ? 'sent' : await send(notification, integration, pipeline, signal)
  if (outcome !== 'sent') return false
  await remember(
    () =>
      pipeline.log.set(
        group.groupKey,
        channel,
        { timeMs: pipeline.clock.now(), firing, resolved },
        2 * repeatIntervalMs,
      ),
    pipeline,
  )
  return true
}

/** Resolved alerts are left out for channels that do not want them; with nothing left nothing is sent, and that counts as told. */
function compose(
  group: FlushedGroup,
  integration: Integration,
  reason: NotifyReason,
  pipeline: Pipeline,
): Notification {
  const isFiring = group.alerts.some(({ status }) => status === 'firing')
  return {
    receiver: group.options.receiver,
    groupKey: group.groupKey,
    groupLabels: group.groupLabels,
    routeLabels: group.options.labels,
    status: isFiring ? 'firing' : 'resolved',
    alerts: integration.sendResolved ? group.alerts : group.alerts.filter(({ status }) => status === 'firing'),
    reason,
    externalUrl: pipeline.externalUrl,
    timeMs: group.nowMs,
  }
}

async function send(
  notification: Notification,
  integration: Integration,
  pipeline: Pipeline,
  signal: AbortSignal,
): Promise<RetryOutcome> {
  const { metrics, logger, clock, random } = pipeline
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
  record(notification, integration, outcome, pipeline)
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
  { history, clock }: Pipeline,
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

async function remember(write: () => Promise<void>, { logger }: Pipeline): Promise<void> {
  try {
    await write()
  } catch (error) {
    logger.error(
      { error: String(error) },
      'a sent notification could not be written down; a crash now would send it again',
    )
  }
}

function identities(alerts: readonly NotifiedAlert[]) {
  const of = (status: NotifiedAlert['status']): ReadonlySet<string> =>
    new Set(alerts.filter((alert) => alert.status === status).map(({ labels }) => fingerprint(labels)))
  return { firing: of('firing'), resolved: of('resolved') }
}

/** Outside the active times, or inside a mute time, the whole group keeps quiet; what is still firing is told when it may. */
function isMutedByTime({ options, nowMs }: FlushedGroup, pipeline: Pipeline): boolean {
  const inside = (names: readonly string[]): boolean =>
    names.some((name) => (pipeline.timeIntervals.get(name) ?? []).some((interval) => containsTime(interval, nowMs)))
  const { activeTimeIntervals, muteTimeIntervals } = options
  const inactive = activeTimeIntervals.length > 0 && !inside(activeTimeIntervals)
  return counted(pipeline, 'time interval', inactive || inside(muteTimeIntervals))
}

function counted({ metrics }: Pipeline, reason: string, muted: boolean): boolean {
  if (muted) metrics.suppressed.add({ reason })
  return muted
}
