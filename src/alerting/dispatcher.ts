import { compareText, type Labels } from '../model/labels.ts'
import type { Logger } from '../telemetry/log.ts'
import type { Clock } from '../util/clock.ts'
import { AggregationGroup } from './aggregation-group.ts'
import type { AlertProvider } from './alert-provider.ts'
import type { AlertingMetrics } from './metrics.ts'
import type { FlushedGroup } from './notify/notify.ts'
import { groupLabels, matchRoutes, type Route } from './route.ts'
import { compareLabelSets, type StoredAlert } from './stored-alert.ts'

/** Empty groups are let go this often. Until then a new alert joins the rhythm of its group instead of waiting anew. */
const CLEANUP_MS = 30_000

/** Groups beyond this many are refused and counted: a label with a new value in every alert would otherwise fill the memory. */
const MAX_GROUPS = 100_000

export interface DispatcherOptions {
  readonly route: Route
  readonly provider: AlertProvider
  readonly clock: Clock
  readonly metrics: AlertingMetrics
  readonly logger: Logger
  /** Tells the group's receiver; true when that is done. */
  readonly notify: (group: FlushedGroup, signal: AbortSignal) => Promise<boolean>
}

/** A group as the API shows it. */
export interface AlertGroup {
  readonly receiver: string
  readonly labels: Labels
  readonly route: Route
  readonly alerts: readonly StoredAlert[]
}

/** One of the groups that take an alert. */
interface Place {
  readonly route: Route
  readonly groupLabels: Labels
}

/** Sorts alerts into groups along the routing tree. Made anew for each configuration; the notification log carries over what was told. */
export class Dispatcher {
  readonly #options: DispatcherOptions
  readonly #groups = new Map<Route, Map<string, AggregationGroup>>()
  /** Where alerts belong, which does not change as long as the configuration does not. */
  readonly #places = new WeakMap<Labels, readonly Place[]>()
  #size = 0
  #unsubscribe: (() => void) | undefined
  #cancelCleanup: (() => void) | undefined

  constructor(options: DispatcherOptions) {
    this.#options = options
  }

  start(): void {
    this.#unsubscribe = this.#options.provider.subscribe((alert) => this.#process(alert))
    this.#scheduleCleanup()
  }

  /** Ends timers and waits for notifications under way, which are cancelled. Idempotent. */
  async stop(): Promise<void> {
    this.#unsubscribe?.()
    this.#cancelCleanup?.()
    await Promise.all(this.#all().map((group) => group.stop()))
  }

  /** Names of the receivers that are told of an alert with these labels; one may be there twice. */
  receivers(labels: Labels): string[] {
    return this.#placesOf(labels).map(({ route }) => route.options.receiver)
  }

  /** Lets the groups that hold such alerts tell of them now, because nobody could see them while they were silenced. */
  silenceEnded(matches: (labels: Labels) => boolean): void {
    for (const group of this.#all()) if (group.alerts.some(({ labels }) => matches(labels))) group.flushNow()
  }

  /** Groups with at least one alert that passes, sorted by labels and receiver. */
  groups(routePasses: (route: Route) => boolean, alertPasses: (alert: StoredAlert) => boolean): AlertGroup[] {
    const groups: AlertGroup[] = []
    for (const [route, byLabels] of this.#groups) {
      if (!routePasses(route)) continue
      for (const group of byLabels.values()) {
        const alerts = group.alerts.filter(alertPasses)
        if (alerts.length > 0) groups.push({ receiver: route.options.receiver, labels: group.labels, route, alerts })
      }
    }
    return groups.sort((a, b) => compareLabelSets(a.labels, b.labels) || compareText(a.receiver, b.receiver))
  }

  #process(alert: StoredAlert): void {
    for (const place of this.#placesOf(alert.labels)) this.#insert(alert, place)
  }

  #placesOf(labels: Labels): readonly Place[] {
    const known = this.#places.get(labels)
    if (known !== undefined) return known
    const routes = matchRoutes(this.#options.route, labels)
    const places = routes.map((route) => ({ route, groupLabels: groupLabels(labels, route.options) }))
    this.#places.set(labels, places)
    return places
  }

  #insert(alert: StoredAlert, { route, groupLabels: labels }: Place): void {
    const byLabels = this.#groups.get(route) ?? new Map<string, AggregationGroup>()
    this.#groups.set(route, byLabels)
    const known = byLabels.get(labels.key)
    if (known !== undefined) return known.insert(alert)
    if (this.#size >= MAX_GROUPS) return this.#refuse(alert)
    const group = new AggregationGroup(labels, route, this.#options)
    byLabels.set(labels.key, group)
    this.#resize(1)
    group.insert(alert)
  }

  #refuse(alert: StoredAlert): void {
    this.#options.metrics.groupLimitReached.add({})
    this.#options.logger.error(
      { limit: MAX_GROUPS, alert: alert.labels.toString() },
      'too many groups of alerts: group by fewer labels; this alert will not be notified',
    )
  }

  #scheduleCleanup(): void {
    this.#cancelCleanup = this.#options.clock.after(CLEANUP_MS, () => {
      this.#cleanup()
      this.#scheduleCleanup()
    })
  }

  #cleanup(): void {
    for (const byLabels of this.#groups.values()) {
      for (const [key, group] of byLabels) {
        if (group.size > 0) continue
        byLabels.delete(key)
        this.#resize(-1)
        void group.stop()
      }
    }
  }

  #resize(change: number): void {
    this.#size += change
    this.#options.metrics.groups.set({}, this.#size)
  }

  #all(): AggregationGroup[] {
    return [...this.#groups.values()].flatMap((byLabels) => [...byLabels.values()])
  }
}
