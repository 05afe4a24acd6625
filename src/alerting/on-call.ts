import type { Alert } from '../model/alert.ts'
import { isResolved } from '../model/alert.ts'
import type { Labels } from '../model/labels.ts'
import type { StateStore } from '../storage/state-store.ts'
import type { Histogram, InstrumentRegistry } from '../telemetry/instruments.ts'
import type { Logger } from '../telemetry/log.ts'
import type { Clock } from '../util/clock.ts'
import { AcknowledgeLinks, type AcknowledgeToken } from './acknowledgement/acknowledge-link.ts'
import type { Acknowledgement } from './acknowledgement/acknowledgement.ts'
import { Acknowledgements } from './acknowledgement/acknowledgements.ts'
import type { AlertProvider } from './alert-provider.ts'
import { Escalations, type EscalationsOptions } from './escalation/escalations.ts'
import { fingerprint } from './fingerprint.ts'
import type { AlertHistory } from './history.ts'
import type { FlushedGroup } from './notify/notify.ts'
import type { RouteOptions } from './route.ts'
import { notified } from './stored-alert.ts'

/** After a start, what fires has come again within this time; the rest resolved while we were away. */
const SETTLED_AFTER_MS = 15 * 60_000

const SECONDS_TO_A_DAY = [10, 30, 60, 120, 300, 600, 900, 1_800, 3_600, 14_400, 86_400]

export interface OnCallOptions extends Pick<EscalationsOptions, 'escalationOf' | 'numbersOf' | 'ring'> {
  readonly store: StateStore
  readonly clock: Clock
  readonly logger: Logger
  readonly registry: InstrumentRegistry
  readonly history: AlertHistory
  readonly provider: AlertProvider
  /** Neither inhibited nor silenced, and the route's receiver may be told at this time. */
  readonly isHeard: (labels: Labels, options: RouteOptions) => boolean
}

/** Who is called for what fires, and who has said that they look after it. Construct, start, stop. */
export class OnCall {
  readonly links: AcknowledgeLinks
  readonly #options: OnCallOptions
  readonly #acknowledgements: Acknowledgements
  readonly #escalations: Escalations
  readonly #timeToAcknowledge: Histogram<'severity'>
  #cancelSettle: (() => void) | undefined

  constructor(options: OnCallOptions) {
    this.#options = options
    this.links = new AcknowledgeLinks(options.store)
    this.#acknowledgements = new Acknowledgements(options.store, options.logger)
    this.#escalations = new Escalations({ ...options, unanswered: (group) => this.#unanswered(group) })
    this.#timeToAcknowledge = options.registry.histogram({
      name: 'tetrascope_alert_acknowledgement_seconds',
      help: 'Time from the begin of an alert to its acknowledgement.',
      labelNames: ['severity'],
      buckets: SECONDS_TO_A_DAY,
    })
  }

  async start(): Promise<void> {
    await Promise.all([this.links.start(), this.#acknowledgements.start(), this.#escalations.start()])
    this.#cancelSettle = this.#options.clock.after(SETTLED_AFTER_MS, () => this.#settle())
  }

  async stop(): Promise<void> {
    this.#cancelSettle?.()
    await this.#escalations.stop()
  }

  /** A group was told of. */
  follow(group: FlushedGroup): void {
    this.#escalations.follow(group)
  }

  /** A provider reports that the number was not reached for the group of a link: the history says so, and the next on the list is called. */
  callFailed({ group: mark }: AcknowledgeToken, number: string, reason: string): void {
    for (const { group, receiver } of this.#escalations.callFailed(mark, number))
      this.#options.history.record({
        kind: 'notification',
        timeMs: this.#options.clock.now(),
        receiver,
        channel: 'phone',
        groupKey: group.groupKey,
        status: 'firing',
        alerts: group.alerts.map(({ labels }) => fingerprint(labels)),
        reason: 'nobody has acknowledged',
        outcome: 'failed',
        error: `${number} was not reached: ${reason}`,
      })
  }

  acknowledgement(labels: Labels): Acknowledgement | undefined {
    return this.#acknowledgements.get(fingerprint(labels))
  }

  /** Takes note of who looks after those of the alerts that fire; gives their fingerprints. Resolves when it is written down. */
  async acknowledge(alerts: readonly Alert[], said: Omit<Acknowledgement, 'timeMs'>): Promise<string[]> {
    const nowMs = this.#options.clock.now()
    const firing = alerts.filter((alert) => !isResolved(alert, nowMs))
    const names = firing.map(({ labels }) => fingerprint(labels))
    if (firing.length === 0) return []
    const first = firing.filter(({ labels }) => this.acknowledgement(labels) === undefined)
    await this.#acknowledgements.set(names, { ...said, timeMs: nowMs })
    for (const { labels, startsAtMs } of first)
      this.#timeToAcknowledge.observe({ severity: labels.get('severity') }, Math.max(0, nowMs - startsAtMs) / 1000)
    this.#options.history.record({ kind: 'acknowledgement', timeMs: nowMs, alerts: names, ...said })
    this.#escalations.acknowledged(names)
    return names
  }

  /**
   * Nobody looks after those of the alerts that were acknowledged; gives their fingerprints. Where a receiver says so, calls begin anew
   * when the group is told of next. Resolves when it is written down.
   */
  async withdraw(alerts: readonly Alert[], said: Omit<Acknowledgement, 'timeMs'>): Promise<string[]> {
    const names = alerts.filter(({ labels }) => this.acknowledgement(labels)).map(({ labels }) => fingerprint(labels))
    if (names.length === 0) return []
    await this.#acknowledgements.withdraw(names)
    const timeMs = this.#options.clock.now()
    this.#options.history.record({ kind: 'acknowledgement', timeMs, alerts: names, ...said, isWithdrawn: true })
    return names
  }

  /** The alert of this fingerprint is over: what was said of it no longer counts. */
  resolved(alert: string): void {
    this.#acknowledgements.end(alert)
    this.#escalations.resolved(alert)
  }

  #unanswered(group: FlushedGroup): FlushedGroup | undefined {
    const { provider, clock, isHeard } = this.#options
    const nowMs = clock.now()
    const alerts = group.alerts.flatMap(({ labels }) => {
      const alert = provider.get(labels)
      if (alert === undefined || isResolved(alert, nowMs) || !isHeard(labels, group.options)) return []
      return this.acknowledgement(labels) === undefined ? [notified(alert, nowMs)] : []
    })
    return alerts.length === 0 ? undefined : { ...group, alerts, nowMs }
  }

  #settle(): void {
    const nowMs = this.#options.clock.now()
    const firing = new Set<string>()
    for (const alert of this.#options.provider.alerts())
      if (!isResolved(alert, nowMs)) firing.add(fingerprint(alert.labels))
    for (const alert of [...this.#acknowledgements.alerts(), ...this.#escalations.alerts()])
      if (!firing.has(alert)) this.resolved(alert)
  }
}
