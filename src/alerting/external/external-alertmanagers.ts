import type { Alert } from '../../model/alert.ts'
import type { Counter, Gauge, InstrumentRegistry } from '../../telemetry/instruments.ts'
import type { Logger } from '../../telemetry/log.ts'
import { HttpSender, judge, unreachable } from '../http-sender.ts'
import type { SendResult } from '../receiver.ts'
import { goJson } from '../template/go-json.ts'
import type { AlertmanagerTarget } from './config.ts'

/** Alerts that wait for one Alertmanager; beyond these the oldest are dropped, for the newest say how things stand. */
const QUEUE_CAPACITY = 10_000

const BATCH_SIZE = 256

export interface ExternalAlertmanagersOptions {
  readonly logger: Logger
  readonly registry: InstrumentRegistry
}

interface Metrics {
  readonly sent: Counter<'alertmanager'>
  readonly errors: Counter<'alertmanager'>
  readonly dropped: Counter<'alertmanager'>
  readonly queued: Gauge<'alertmanager'>
}

/** Sends alerts to Alertmanagers of other people, as Prometheus does: each has a queue and is not waited for by the others. */
export class ExternalAlertmanagers {
  readonly #options: ExternalAlertmanagersOptions
  readonly #metrics: Metrics
  #queues: readonly SendQueue[] = []

  constructor(options: ExternalAlertmanagersOptions) {
    this.#options = options
    const counter = (name: string, help: string): Counter<'alertmanager'> =>
      options.registry.counter({ name: `tetrascope_external_alertmanager_${name}`, help, labelNames: ['alertmanager'] })
    this.#metrics = {
      sent: counter('sent_total', 'Alerts sent to an external Alertmanager.'),
      errors: counter('errors_total', 'Alerts that an external Alertmanager did not take.'),
      dropped: counter('dropped_total', 'Alerts dropped because they waited too long for an external Alertmanager.'),
      queued: options.registry.gauge({
        name: 'tetrascope_external_alertmanager_queue_length',
        help: 'Alerts that wait for an external Alertmanager.',
        labelNames: ['alertmanager'],
      }),
    }
  }

  /** Goes on with these Alertmanagers; what waits for the ones before is given up. */
  async apply(targets: readonly AlertmanagerTarget[]): Promise<void> {
    const before = this.#queues
    this.#queues = targets.flatMap((target) =>
      target.static_configs.flatMap(({ targets: addresses }) =>
        addresses.map((address) => new SendQueue(target, address, this.#metrics, this.#options.logger)),
      ),
    )
    await Promise.all(before.map((queue) => queue.stop()))
  }

  send(alerts: readonly Alert[]): void {
    for (const queue of this.#queues) queue.push(alerts)
  }

  /** Waits for what is under way. Idempotent. */
  async stop(): Promise<void> {
    await Promise.all(this.#queues.map((queue) => queue.stop()))
  }
}

class SendQueue {
  readonly #url: string
  readonly #timeoutMs: number
  readonly #sender: HttpSender
  readonly #metrics: Metrics
  readonly #logger: Logger
  #alerts: Alert[] = []
  #running: Promise<void> | undefined
  #stopped = false

  constructor(target: AlertmanagerTarget, address: string, metrics: Metrics, logger: Logger) {
    const prefix = target.path_prefix.replace(/^\/*/, '/').replace(/\/*$/, '')
    this.#url = `${target.scheme}://${address}${prefix}/api/v2/alerts`
    this.#timeoutMs = target.timeout
    this.#sender = new HttpSender(target)
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
