import { createServer, type IncomingHttpHeaders, type Server, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { parseConfigFile } from '../../src/alerting/config-file.ts'
import { createReceiver } from '../../src/alerting/create-receiver.ts'
import { DEFAULT_HTTP_CONFIG } from '../../src/http/config.ts'
import { type HttpAnswer, type HttpPost, HttpSender } from '../../src/alerting/http-sender.ts'
import { secretFrom } from '../../src/util/secret-file.ts'
import type { Notification } from '../../src/alerting/notify/notification.ts'
import type { Receiver } from '../../src/alerting/receiver.ts'
import { NotificationTemplates } from '../../src/alerting/template/notification-templates.ts'
import { Labels } from '../../src/model/labels.ts'
import { ManualClock } from '../../src/util/manual-clock.ts'

/** One request as a provider got it. */
export interface ProviderRequest {
  readonly method: string
  readonly url: string
  readonly headers: IncomingHttpHeaders
  readonly body: string
}

export interface ProviderAnswer {
  readonly status?: number
  readonly headers?: Readonly<Record<string, string>>
  readonly body?: string | object
}

/** A provider on a real port, which remembers what it got. Answering `undefined` leaves the caller waiting. */
export class Provider {
  readonly got: ProviderRequest[] = []
  readonly #server: Server
  #onGot: () => void = () => undefined
  answer: (request: ProviderRequest) => ProviderAnswer | undefined = () => ({})

  private constructor() {
    this.#server = createServer((incoming, response) => {
      const chunks: Buffer[] = []
      incoming.on('data', (chunk: Buffer) => chunks.push(chunk))
      incoming.on('end', () => {
        const { method = '', url = '', headers } = incoming
        this.#reply({ method, url, headers, body: Buffer.concat(chunks).toString() }, response)
      })
    })
  }

  static async start(): Promise<Provider> {
    const provider = new Provider()
    await new Promise<void>((resolve) => provider.#server.listen(0, '127.0.0.1', resolve))
    return provider
  }

  get url(): string {
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`
  }

  /** Forgets what it got and answers anew. */
  reset(answer: Provider['answer'] = () => ({})): void {
    this.got.length = 0
    this.answer = answer
  }

  /** Resolves when it has got so many since it was reset. */
  async gotten(count: number): Promise<void> {
    while (this.got.length < count) await new Promise<void>((resolve) => (this.#onGot = resolve))
  }

  stop(): void {
    this.#server.closeAllConnections()
    this.#server.close()
  }

  #reply(request: ProviderRequest, response: ServerResponse): void {
    this.got.push(request)
    this.#onGot()
    const answer = this.answer(request)
    if (answer === undefined) return
    const { status = 200, headers = {}, body = '' } = answer
    response.writeHead(status, headers).end(typeof body === 'string' ? body : JSON.stringify(body))
  }
}

/** 2026-01-05 12:00:00 UTC. */
export const NOTIFIED_AT_MS = Date.UTC(2026, 0, 5, 12)

/** The receiver that a file describes; `receiver` is its YAML in flow style, `global` likewise. */
export function receiverOf(receiver: string, options: { global?: string; provider?: Provider } = {}): Receiver {
  const { config, errors } = parseConfigFile(
    `{global: {${options.global ?? ''}}, route: {receiver: r}, receivers: [{name: r, ${receiver}}]}`,
  )
  const integration = config?.receivers[0]?.integrations[0]
  if (integration === undefined) throw new Error(errors?.join('\n') ?? 'the receiver has no channel')
  const clock = new ManualClock(NOTIFIED_AT_MS)
  return createReceiver(integration, {
    clock,
    templates: NotificationTemplates.load([], '/'),
    secret: async (written, file) => written || secretFrom(file),
    http: (http) => new RedirectedSender(http ?? DEFAULT_HTTP_CONFIG, clock, options.provider),
  })
}

/** Providers with one address for all have no key in the configuration for another; requests go to a test's provider instead. */
class RedirectedSender extends HttpSender {
  readonly #provider: Provider | undefined

  constructor(config: typeof DEFAULT_HTTP_CONFIG, clock: ManualClock, provider: Provider | undefined) {
    super(config, clock)
    this.#provider = provider
  }

  override post(post: HttpPost, signal: AbortSignal): Promise<HttpAnswer> {
    if (this.#provider === undefined) return super.post(post, signal)
    const { host, pathname, search } = new URL(post.url)
    const headers = { ...post.headers, 'x-meant-for': host }
    return super.post({ ...post, headers, url: `${this.#provider.url}${pathname}${search}` }, signal)
  }
}

/** Two alerts of one group, in both languages: one fires, one is over. */
export function notificationOf(changes: Partial<Notification> = {}): Notification {
  const labels = { alertname: 'SlowFirstToken', layer: 'application', severity: 'critical' }
  const annotations = {
    summary: 'First token takes 4.2 s (limit 2 s)',
    summary_zh: '首个词元耗时 4.2 秒（阈值 2 秒）',
    description: 'p95 over 5 minutes',
    description_zh: '5 分钟 p95',
    runbook_url: 'http://wiki/slow',
  }
  const firing = {
    status: 'firing',
    labels: Labels.from({ ...labels, model: 'gpt' }),
    annotations,
    startsAtMs: NOTIFIED_AT_MS - 300_000,
    endsAtMs: 0,
    generatorUrl: 'http://us/graph?g0.expr=x%3E2',
  } as const
  return {
    receiver: 'r',
    groupKey: '{}:{alertname="SlowFirstToken"}',
    groupLabels: Labels.from({ alertname: 'SlowFirstToken' }),
    routeLabels: {},
    status: 'firing',
    alerts: [
      firing,
      {
        ...firing,
        status: 'resolved',
        labels: Labels.from({ ...labels, model: 'glm' }),
        endsAtMs: NOTIFIED_AT_MS - 60_000,
      },
    ],
    reason: 'first notification',
    externalUrl: 'http://us',
    acknowledgeUrl: '',
    timeMs: NOTIFIED_AT_MS,
    ...changes,
  }
}

/** The same group when all of it is over. */
export function resolvedNotification(): Notification {
  const { alerts, ...rest } = notificationOf()
  return { ...rest, status: 'resolved', alerts: alerts.filter(({ status }) => status === 'resolved') }
}

/** One attempt with a bound of its own. */
export function notifyOnce(receiver: Receiver, notification = notificationOf()) {
  return receiver.notify(notification, AbortSignal.timeout(10_000))
}
