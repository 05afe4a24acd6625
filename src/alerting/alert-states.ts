import { isResolved } from '../model/alert.ts'
import type { Gauge, Histogram, InstrumentRegistry } from '../telemetry/instruments.ts'
import type { Clock } from '../util/clock.ts'
import { fingerprint } from './fingerprint.ts'
import type { AlertHistory } from './history.ts'
import type { StoredAlert } from './stored-alert.ts'

/** Alerts that end by themselves, because nobody sends them any more, are noticed this late at most. */
const SWEEP_MS = 15_000

const MINUTES_TO_DAYS_SECONDS = [60, 300, 900, 1_800, 3_600, 10_800, 21_600, 43_200, 86_400, 259_200]

export interface AlertStatesOptions {
  readonly history: AlertHistory
  readonly clock: Clock
  readonly registry: InstrumentRegistry
  readonly onResolved: (fingerprint: string) => void
}

/** Follows when each alert begins to fire and when it resolves: for the history, and how long it took as a series. */
export class AlertStates {
  readonly #history: AlertHistory
  readonly #clock: Clock
  readonly #firing = new Map<string, StoredAlert>()
  readonly #resolution: Histogram<'severity'>
  readonly #active: Gauge<'severity'>
  readonly #onResolved: (fingerprint: string) => void
  #cancelSweep: (() => void) | undefined

  constructor({ history, clock, registry, onResolved }: AlertStatesOptions) {
    this.#history = history
    this.#clock = clock
    this.#onResolved = onResolved
    this.#resolution = registry.histogram({
      name: 'tetrascope_alert_resolution_seconds',
      help: 'Time from the begin of an alert to its end.',
      labelNames: ['severity'],
      buckets: MINUTES_TO_DAYS_SECONDS,
    })
    this.#active = registry.gauge({
      name: 'tetrascope_alerts_firing',
      help: 'Alerts that are firing.',
      labelNames: ['severity'],
    })
  }

  start(): void {
    this.#cancelSweep = this.#clock.after(SWEEP_MS, () => {
      for (const alert of this.#firing.values()) if (isResolved(alert, this.#clock.now())) this.#resolved(alert)
      this.start()
    })
  }

  stop(): void {
    this.#cancelSweep?.()
  }

  observe(alert: StoredAlert): void {
    const known = this.#firing.get(alert.labels.key)
    if (isResolved(alert, this.#clock.now())) {
      if (known !== undefined) this.#resolved(alert)
      return
    }
    this.#firing.set(alert.labels.key, alert)
    if (known !== undefined) return
    this.#active.add({ severity: alert.labels.get('severity') }, 1)
    this.#record(alert, 'firing', this.#clock.now())
  }

  #resolved(alert: StoredAlert): void {
    const severity = alert.labels.get('severity')
    this.#firing.delete(alert.labels.key)
    this.#active.add({ severity }, -1)
    this.#resolution.observe({ severity }, Math.max(0, alert.endsAtMs - alert.startsAtMs) / 1000)
    this.#record(alert, 'resolved', alert.endsAtMs)
    this.#onResolved(fingerprint(alert.labels))
  }

  #record(alert: StoredAlert, state: 'firing' | 'resolved', timeMs: number): void {
    const { labels } = alert
    this.#history.record({ kind: 'alert', timeMs, fingerprint: fingerprint(labels), labels: labels.toObject(), state })
  }
}
