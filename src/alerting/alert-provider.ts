import { isResolved } from '../model/alert.ts'
import type { Labels } from '../model/labels.ts'
import type { Clock } from '../util/clock.ts'
import { renew, type StoredAlert } from './stored-alert.ts'

/** How often resolved alerts are forgotten. */
const CLEANUP_MS = 30 * 60_000

/** Hears of every alert that came in, after it was merged with what was known. */
export type AlertListener = (alert: StoredAlert) => void

/** All alerts by label set. What it tells its listeners it tells at once and in order. */
export class AlertProvider {
  readonly #clock: Clock
  readonly #alerts = new Map<string, StoredAlert>()
  readonly #listeners = new Set<AlertListener>()
  #cancelCleanup: (() => void) | undefined

  constructor(clock: Clock) {
    this.#clock = clock
  }

  start(): void {
    this.#cancelCleanup = this.#clock.after(CLEANUP_MS, () => {
      this.#cleanup()
      this.start()
    })
  }

  stop(): void {
    this.#cancelCleanup?.()
  }

  /** Takes an alert, new or merged with the one of the same labels when their times overlap; gives what is known of it now. */
  put(alert: StoredAlert): StoredAlert {
    const known = this.#alerts.get(alert.labels.key)
    const stored = known === undefined ? alert : renew(known, alert, this.#clock.now())
    this.#alerts.set(stored.labels.key, stored)
    for (const listener of this.#listeners) listener(stored)
    return stored
  }

  get(labels: Labels): StoredAlert | undefined {
    return this.#alerts.get(labels.key)
  }

  /** Also those that are resolved and not forgotten yet. */
  alerts(): IterableIterator<StoredAlert> {
    return this.#alerts.values()
  }

  /** The listener hears first of all alerts there are; the returned function ends it. */
  subscribe(listener: AlertListener): () => void {
    for (const alert of this.#alerts.values()) listener(alert)
    this.#listeners.add(listener)
    return () => this.#listeners.delete(listener)
  }

  #cleanup(): void {
    const nowMs = this.#clock.now()
    for (const [key, alert] of this.#alerts) if (isResolved(alert, nowMs)) this.#alerts.delete(key)
  }
}
