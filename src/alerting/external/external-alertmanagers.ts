import type { Alert } from '../../model/alert.ts'
import type { InstrumentRegistry } from '../../telemetry/instruments.ts'
import type { Logger } from '../../telemetry/log.ts'
import type { Clock } from '../../util/clock.ts'
import { AlertmanagerPool } from './alertmanager-pool.ts'
import type { AlertmanagersConfig } from './config.ts'
import { createExternalMetrics, type ExternalMetrics } from './external-metrics.ts'

export interface ExternalAlertmanagersOptions {
  readonly clock: Clock
  readonly logger: Logger
  readonly registry: InstrumentRegistry
}

/** Sends alerts to Alertmanagers of other people, as Prometheus does: each has a queue and is not waited for by the others. */
export class ExternalAlertmanagers {
  readonly #options: ExternalAlertmanagersOptions
  readonly #metrics: ExternalMetrics
  /** By the text of the configuration. */
  #pools: ReadonlyMap<string, AlertmanagerPool> = new Map()

  constructor(options: ExternalAlertmanagersOptions) {
    this.#options = options
    this.#metrics = createExternalMetrics(options.registry)
  }

  /** Where alerts are posted to. */
  get active(): string[] {
    return [...this.#pools.values()].flatMap(({ active }) => active)
  }

  /** What was found and dropped by relabelling. */
  get dropped(): string[] {
    return [...this.#pools.values()].flatMap(({ dropped }) => dropped)
  }

  /** Goes on with these; what waits for those that are no longer wanted, or wanted in another way, is given up. */
  async apply(configs: readonly AlertmanagersConfig[]): Promise<void> {
    const before = this.#pools
    const after = new Map<string, AlertmanagerPool>()
    const fresh: AlertmanagerPool[] = []
    for (const config of configs) {
      const key = JSON.stringify(config)
      const known = before.get(key) ?? after.get(key)
      const pool = known ?? new AlertmanagerPool(config, { ...this.#options, metrics: this.#metrics })
      if (known === undefined) fresh.push(pool)
      after.set(key, pool)
    }
    this.#pools = after
    await Promise.all(fresh.map((pool) => pool.start()))
    await Promise.all([...before].filter(([key]) => !after.has(key)).map(([, pool]) => pool.stop()))
  }

  send(alerts: readonly Alert[]): void {
    for (const pool of this.#pools.values()) pool.send(alerts)
  }

  /** Waits for what is under way. Idempotent. */
  async stop(): Promise<void> {
    await Promise.all([...this.#pools.values()].map((pool) => pool.stop()))
  }
}
