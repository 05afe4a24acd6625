import type { Labels } from '../../model/labels.ts'
import { fingerprint } from '../fingerprint.ts'
import type { NotificationLog } from '../notification-log.ts'
import type { RouteOptions } from '../route.ts'
import { containsTime, type TimeInterval } from '../timeinterval/time-interval.ts'
import { needsUpdate, type NotifyReason } from './dedup.ts'
import { deliver, type Delivery, type Integration } from './deliver.ts'
import type { Notification, NotifiedAlert } from './notification.ts'

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

/** What a notification passes through. */
export interface Pipeline extends Delivery {
  readonly isInhibited: (labels: Labels) => boolean
  readonly isSilenced: (labels: Labels) => boolean
  readonly timeIntervals: ReadonlyMap<string, readonly TimeInterval[]>
  readonly integrations: ReadonlyMap<string, readonly Integration[]>
  readonly log: NotificationLog
  readonly externalUrl: string
  /** By which the one who is told says that they look after the group; '' where nobody outside can reach us. */
  readonly acknowledgeUrl: (groupKey: string) => string
  /** Calls people one after the other, where the receiver says so; returns at once. */
  readonly escalate: (group: FlushedGroup) => void
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
  const heard = { ...group, alerts: audible }
  pipeline.escalate(heard)
  const integrations = pipeline.integrations.get(group.options.receiver) ?? []
  const told = integrations.map((integration) => notifyChannel(heard, integration, pipeline, signal))
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
  const outcome = notification.alerts.length === 0 ? 'sent' : await deliver(notification, integration, pipeline, signal)
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

/** Tells all channels of a receiver of what is firing, whatever they were told before: a call of an escalation. */
export async function ring(group: FlushedGroup, receiver: string, pipeline: Pipeline, signal: AbortSignal) {
  const called = { ...group, options: { ...group.options, receiver } }
  const calls = (pipeline.integrations.get(receiver) ?? []).map((integration) =>
    deliver(compose(called, integration, 'nobody has acknowledged', pipeline), integration, pipeline, signal),
  )
  await Promise.all(calls)
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
    acknowledgeUrl: isFiring ? pipeline.acknowledgeUrl(group.groupKey) : '',
    timeMs: group.nowMs,
  }
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
function isMutedByTime(group: FlushedGroup, pipeline: Pipeline): boolean {
  return counted(pipeline, 'time interval', isOutsideTimes(group.options, pipeline, group.nowMs))
}

/** May the receiver not be told at this time? */
export function isOutsideTimes(options: RouteOptions, pipeline: Pick<Pipeline, 'timeIntervals'>, nowMs: number) {
  const inside = (names: readonly string[]): boolean =>
    names.some((name) => (pipeline.timeIntervals.get(name) ?? []).some((interval) => containsTime(interval, nowMs)))
  const { activeTimeIntervals, muteTimeIntervals } = options
  const inactive = activeTimeIntervals.length > 0 && !inside(activeTimeIntervals)
  return inactive || inside(muteTimeIntervals)
}

function counted({ metrics }: Pipeline, reason: string, muted: boolean): boolean {
  if (muted) metrics.suppressed.add({ reason })
  return muted
}
