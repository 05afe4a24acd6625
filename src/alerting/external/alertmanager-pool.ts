import type { Alert } from '../../model/alert.ts'
import { Discovery } from '../../discovery/discovery.ts'
import type { TargetGroup } from '../../discovery/discoverer.ts'
import type { Logger } from '../../telemetry/log.ts'
import type { Clock } from '../../util/clock.ts'
import { relabelAlerts } from '../relabel-alerts.ts'
import { addressesOf } from './alertmanager-address.ts'
import type { AlertmanagersConfig } from './config.ts'
import type { ExternalMetrics } from './external-metrics.ts'
import { SendQueue } from './send-queue.ts'

export interface AlertmanagerPoolOptions {
  readonly clock: Clock
  readonly logger: Logger
  readonly metrics: ExternalMetrics
}

/** The Alertmanagers that one entry of `alertmanagers` finds; follows discovery. */
export class AlertmanagerPool {
  readonly #config: AlertmanagersConfig
  readonly #options: AlertmanagerPoolOptions
  readonly #discovery: Discovery
  #queues: ReadonlyMap<string, SendQueue> = new Map()
  #dropped: readonly string[] = []
  readonly #ending = new Set<Promise<void>>()

  constructor(config: AlertmanagersConfig, options: AlertmanagerPoolOptions) {
    this.#config = config
    this.#options = options
    this.#discovery = new Discovery(options, (groups) => this.#found(groups))
  }

  /** Where alerts are posted to now. */
  get active(): string[] {
    return [...this.#queues.keys()]
  }

  /** What was found and dropped by relabelling. */
  get dropped(): readonly string[] {
    return this.#dropped
  }

  /** What the configuration itself lists is there when this resolves. */
  async start(): Promise<void> {
    await this.#discovery.apply(this.#config)
  }

  send(alerts: readonly Alert[]): void {
    const relabelled = relabelAlerts(alerts, this.#config.alert_relabel_configs)
    if (relabelled.length > 0) for (const queue of this.#queues.values()) queue.push(relabelled)
  }

  /** Waits for what is under way. Idempotent. */
  async stop(): Promise<void> {
    await this.#discovery.stop()
    for (const queue of this.#queues.values()) this.#end(queue)
    this.#queues = new Map()
    await Promise.all(this.#ending)
  }

  /** Those that were known before keep what waits for them. */
  #found(groups: readonly TargetGroup[]): void {
    const { logger, metrics } = this.#options
    const queues = new Map<string, SendQueue>()
    const dropped = new Set<string>()
    for (const address of groups.flatMap((group) => addressesOf(group, this.#config))) {
      if (address.kind === 'dropped') dropped.add(address.url)
      else if (address.kind === 'active') {
        const { url } = address
        const known = this.#queues.get(url) ?? queues.get(url)
        queues.set(url, known ?? new SendQueue(url, { config: this.#config, metrics, logger }))
      } else {
        const about = { labels: address.labels.toString(), reason: address.reason }
        logger.error(about, 'alerts cannot be sent to a discovered Alertmanager')
      }
    }
    for (const [url, queue] of this.#queues) if (!queues.has(url)) this.#end(queue)
    this.#queues = queues
    this.#dropped = [...dropped]
  }

  #end(queue: SendQueue): void {
    const ending = queue.stop().finally(() => this.#ending.delete(ending))
    this.#ending.add(ending)
  }
}
