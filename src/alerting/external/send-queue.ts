import type { Alert } from '../../model/alert.ts'
import type { Logger } from '../../telemetry/log.ts'
import { HttpSender, judge, unreachable } from '../http-sender.ts'
import type { SendResult } from '../receiver.ts'
import { goJson } from '../template/go-json.ts'
import type { AlertmanagersConfig } from './config.ts'
import type { ExternalMetrics } from './external-metrics.ts'

/** Alerts that wait for one Alertmanager; beyond these the oldest are dropped, for the newest say how things stand. */
const QUEUE_CAPACITY = 10_000

const BATCH_SIZE = 256

export interface SendQueueOptions {
  readonly config: AlertmanagersConfig
  readonly metrics: ExternalMetrics
  readonly logger: Logger
}

/** What waits for one Alertmanager, and is sent to it batch by batch. */
export class SendQueue {
  readonly #url: string
  readonly #timeoutMs: number
  readonly #sender: HttpSender
  readonly #metrics: ExternalMetrics
  readonly #logger: Logger
  #alerts: Alert[] = []
  #running: Promise<void> | undefined
  #stopped = false

  constructor(url: string, { config, metrics, logger }: SendQueueOptions) {
    this.#url = url
    this.#timeoutMs = config.timeout
    this.#sender = new HttpSender(config)
    this.#metrics = metrics
    this.#logger = logger
  }

  push(alerts: readonly Alert[]): void {
    this.#alerts.push(...alerts)
    const tooMany = this.#alerts.length - QUEUE_CAPACITY
    if (tooMany > 0) {
      this.#alerts = this.#alerts.slice(tooMany)
      this.#metrics.dropped.add({ alertmanager: this.#url }, tooMany)
      this.#logger.warn({ alertmanager: this.#url, dropped: tooMany }, 'alerts wait too long for an Alertmanager')
    }
    this.#metrics.queued.set({ alertmanager: this.#url }, this.#alerts.length)
    this.#running ??= this.#drain().finally(() => {
      this.#running = undefined
    })
  }

  /** Gives up what waits, and waits for what is under way. */
  async stop(): Promise<void> {
    this.#stopped = true
    await this.#running
    await this.#sender.close()
  }

  async #drain(): Promise<void> {
    while (this.#alerts.length > 0 && !this.#stopped) {
      const batch = this.#alerts.splice(0, BATCH_SIZE)
      const result = await this.#post(batch)
      this.#metrics.queued.set({ alertmanager: this.#url }, this.#alerts.length)
      this.#metrics.sent.add({ alertmanager: this.#url }, batch.length)
      if (result === 'sent') continue
      // Not tried again: the rules send each firing alert again within a minute.
      this.#metrics.errors.add({ alertmanager: this.#url }, batch.length)
      this.#logger.error({ alertmanager: this.#url, reason: result.reason }, 'sending alerts to an Alertmanager failed')
    }
  }

  async #post(alerts: readonly Alert[]): Promise<SendResult> {
    const body = goJson({ toJSON: () => alerts.map(postedAlert) })
    const headers = { 'content-type': 'application/json' }
    try {
      return judge(await this.#sender.post({ url: this.#url, body, headers }, AbortSignal.timeout(this.#timeoutMs)))
    } catch (error) {
      return unreachable(error)
    }
  }
}

/** An alert as Alertmanager's API v2 takes it. */
function postedAlert({ labels, annotations, startsAtMs, endsAtMs, generatorUrl }: Alert) {
  return {
    annotations,
    endsAt: new Date(endsAtMs).toISOString(),
    startsAt: new Date(startsAtMs).toISOString(),
    generatorURL: generatorUrl,
    labels: labels.toObject(),
  }
}
