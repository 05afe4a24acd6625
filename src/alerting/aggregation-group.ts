import { setMaxListeners } from 'node:events'
import { isResolved } from '../model/alert.ts'
import type { Labels } from '../model/labels.ts'
import type { Logger } from '../telemetry/log.ts'
import type { Clock } from '../util/clock.ts'
import type { FlushedGroup } from './notify/notify.ts'
import { groupKey, type Route } from './route.ts'
import { compareAlerts, notified, type StoredAlert } from './stored-alert.ts'

/** A notification gets at least this long, however short the group interval. */
const MIN_TIMEOUT_MS = 10_000

export interface AggregationGroupOptions {
  readonly clock: Clock
  readonly logger: Logger
  readonly notify: (group: FlushedGroup, signal: AbortSignal) => Promise<boolean>
}

/**
 * Alerts that are told of together: first after `group_wait`, then at every `group_interval` what has changed.
 * Notifications of one group never overlap; one that takes longer than the interval is followed by the next at once.
 */
export class AggregationGroup {
  readonly labels: Labels
  readonly #route: Route
  readonly #key: string
  readonly #options: AggregationGroupOptions
  /** An alert that comes again keeps its place, so the order holds until another one joins. */
  #alerts = new Map<string, StoredAlert>()
  #isInOrder = true
  #stopped = false
  /** Of the notification under way. */
  #current = new AbortController()
  #cancelTimer: () => void
  #hasFlushed = false
  #running: Promise<void> | undefined
  /** The interval passed while a notification was under way. */
  #isDue = false
  #silenceEnded = false

  constructor(labels: Labels, route: Route, options: AggregationGroupOptions) {
    this.labels = labels
    this.#route = route
    this.#key = groupKey(route, labels)
    this.#options = options
    this.#cancelTimer = options.clock.after(route.options.groupWaitMs, () => this.#due())
  }

  get size(): number {
    return this.#alerts.size
  }

  /** In the order in which they are told of. */
  get alerts(): StoredAlert[] {
    if (!this.#isInOrder) {
      this.#alerts = new Map([...this.#alerts].sort(([, a], [, b]) => compareAlerts(a, b)))
      this.#isInOrder = true
    }
    return [...this.#alerts.values()]
  }

  /** An alert that has already waited long enough elsewhere does not wait again. */
  insert(alert: StoredAlert): void {
    if (!this.#alerts.has(alert.labels.key)) this.#isInOrder = false
    this.#alerts.set(alert.labels.key, alert)
    const { clock } = this.#options
    if (!this.#hasFlushed && alert.startsAtMs + this.#route.options.groupWaitMs < clock.now()) this.#restartTimer(0)
  }

  /** Tells now, before the interval has passed. */
  flushNow(): void {
    this.#silenceEnded = true
    if (this.#hasFlushed) this.#restartTimer(0)
  }

  /** Cancels what is under way and waits for it. */
  async stop(): Promise<void> {
    this.#stopped = true
    this.#current.abort()
    this.#cancelTimer()
    await this.#running
  }

  #restartTimer(delayMs: number): void {
    this.#cancelTimer()
    if (this.#stopped) return
    this.#cancelTimer = this.#options.clock.after(delayMs, () => this.#due())
  }

  #due(): void {
    if (this.#running !== undefined) {
      this.#isDue = true
      return
    }
    this.#hasFlushed = true
    this.#restartTimer(this.#route.options.groupIntervalMs)
    this.#running = this.#flush().finally(() => {
      this.#running = undefined
      if (!this.#isDue) return
      this.#isDue = false
      this.#due()
    })
  }

  async #flush(): Promise<void> {
    if (this.#alerts.size === 0) return
    const nowMs = this.#options.clock.now()
    const flushed = this.alerts
    const silenceEnded = this.#silenceEnded
    this.#silenceEnded = false
    const done = await this.#notify({
      groupKey: this.#key,
      groupLabels: this.labels,
      options: this.#route.options,
      alerts: flushed.map((alert) => notified(alert, nowMs)),
      nowMs,
      silenceEnded,
    })
    if (done) this.#forget(flushed.filter((alert) => isResolved(alert, nowMs)))
    else this.#silenceEnded ||= silenceEnded
  }

  async #notify(group: FlushedGroup): Promise<boolean> {
    const controller = new AbortController()
    // Every channel of the receiver waits for this one signal at once; that many listeners are no leak.
    setMaxListeners(0, controller.signal)
    this.#current = controller
    const limitMs = Math.max(this.#route.options.groupIntervalMs, MIN_TIMEOUT_MS)
    const cancelTimeout = this.#options.clock.after(limitMs, () => controller.abort())
    try {
      return await this.#options.notify(group, controller.signal)
    } catch (error) {
      this.#options.logger.error({ group: this.#key, error: String(error) }, 'notifying a group failed')
      return false
    } finally {
      cancelTimeout()
    }
  }

  /** Unless they came in again meanwhile. */
  #forget(resolved: readonly StoredAlert[]): void {
    for (const alert of resolved) {
      if (this.#alerts.get(alert.labels.key) === alert) this.#alerts.delete(alert.labels.key)
    }
  }
}
