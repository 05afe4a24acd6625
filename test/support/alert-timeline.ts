import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { createServer, type Server } from 'node:http'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { Alerting, type AlertingSettings } from '../../src/alerting/alerting.ts'
import { parseConfigFile } from '../../src/alerting/config-file.ts'
import { parseMatchers } from '../../src/alerting/matcher/parse-matchers.ts'
import type { Alert } from '../../src/model/alert.ts'
import { Labels } from '../../src/model/labels.ts'
import { MemoryStateStore } from '../../src/storage/memory/memory-state-store.ts'
import { InstrumentRegistry } from '../../src/telemetry/instruments.ts'
import { silentLogger } from '../../src/telemetry/log.ts'
import { sleep, systemClock } from '../../src/util/clock.ts'
import { freePort, startPeer, type Peer } from './peer.ts'

/** A timeline of alerts that is played to Alertmanager and to us at the same time. Times are seconds from its beginning. */
export interface Timeline {
  /** Alertmanager's configuration; `WEBHOOK` stands for the address of a webhook. */
  readonly config: string
  readonly steps: readonly Step[]
  /** How long to listen. */
  readonly forSeconds: number
}

export type Step = { readonly at: number } & Action

type Action =
  | { readonly do: 'send'; readonly alerts: readonly SentAlert[] }
  | {
      readonly do: 'silence'
      readonly name: string
      readonly matchers: string
      readonly from: number
      readonly to: number
    }
  | { readonly do: 'unsilence'; readonly name: string }
  | { readonly do: 'reload'; readonly config: string }
  | { readonly do: 'restart' }

/** Times are seconds from the beginning of the timeline. */
export interface SentAlert {
  readonly labels: Readonly<Record<string, string>>
  readonly annotations?: Readonly<Record<string, string>>
  readonly startsAt?: number
  readonly endsAt?: number
}

/** What arrived at the webhook. */
export interface Received {
  /** Seconds from the beginning. */
  readonly at: number
  readonly path: string
  readonly body: string
  /** The body read as what a webhook sends; other channels send other JSON. */
  readonly message: WebhookMessage
}

export interface WebhookMessage {
  readonly receiver: string
  readonly status: string
  readonly groupKey: string
  readonly truncatedAlerts: number
  readonly alerts: ReadonlyArray<{ readonly status: string; readonly fingerprint: string; readonly endsAt: string }>
}

export const EXTERNAL_URL = 'http://alerts.example:9093'

/** One of the two that are compared. */
interface Player {
  send(alerts: readonly Alert[]): Promise<void>
  silence(request: { name: string; matchers: string; startsAtMs: number; endsAtMs: number }): Promise<void>
  unsilence(name: string): Promise<void>
  reload(config: string): Promise<void>
  restart(): Promise<void>
  stop(): Promise<void>
}

export interface Played {
  readonly theirs: readonly Received[]
  readonly ours: readonly Received[]
}

/** Plays a timeline to both and gives what each sent. `answer` decides the status of each request to the webhook. */
export async function play(timeline: Timeline, answer: (count: number) => number = () => 200): Promise<Played> {
  const folder = mkdtempSync(path.join(tmpdir(), 'timeline-'))
  const [theirHook, ourHook] = [await Webhook.start(answer), await Webhook.start(answer)]
  const players = [
    await AlertmanagerPlayer.start(folder, theirHook.place(timeline.config), theirHook),
    await OwnPlayer.start(ourHook.place(timeline.config), ourHook),
  ]
  const startMs = Date.now()
  theirHook.startMs = startMs
  ourHook.startMs = startMs
  try {
    for (const step of timeline.steps) {
      await sleep(systemClock, startMs + step.at * 1000 - Date.now())
      await Promise.all(players.map((player) => perform(player, step, startMs)))
    }
    await sleep(systemClock, startMs + timeline.forSeconds * 1000 - Date.now())
    return { theirs: theirHook.received, ours: ourHook.received }
  } finally {
    await Promise.all([...players.map((player) => player.stop()), theirHook.stop(), ourHook.stop()])
    rmSync(folder, { recursive: true })
  }
}

async function perform(player: Player, step: Step, startMs: number): Promise<void> {
  switch (step.do) {
    case 'send':
      return player.send(step.alerts.map((alert) => alertOf(alert, startMs)))
    case 'silence':
      return player.silence({
        name: step.name,
        matchers: step.matchers,
        startsAtMs: startMs + step.from * 1000,
        endsAtMs: startMs + step.to * 1000,
      })
    case 'unsilence':
      return player.unsilence(step.name)
    case 'reload':
      return player.reload(step.config)
    case 'restart':
      return player.restart()
  }
}

function alertOf({ labels, annotations = {}, startsAt, endsAt }: SentAlert, startMs: number): Alert {
  return {
    labels: Labels.from(labels),
    annotations,
    startsAtMs: startsAt === undefined ? 0 : startMs + startsAt * 1000,
    endsAtMs: endsAt === undefined ? 0 : startMs + endsAt * 1000,
    generatorUrl: 'http://rules.example/graph',
    updatedAtMs: Date.now(),
  }
}

/** Where notifications arrive. */
class Webhook {
  startMs = 0
  readonly received: Received[] = []
  readonly #server: Server
  readonly #url: string

  private constructor(server: Server, url: string) {
    this.#server = server
    this.#url = url
  }

  static async start(answer: (count: number) => number): Promise<Webhook> {
    const port = await freePort()
    const server = createServer((request, response) => {
      let body = ''
      request.setEncoding('utf8')
      request.on('data', (part: string) => (body += part))
      request.on('end', () => {
        const message = JSON.parse(body) as WebhookMessage
        webhook.received.push({ at: (Date.now() - webhook.startMs) / 1000, path: request.url ?? '', body, message })
        response.writeHead(answer(webhook.received.length)).end()
      })
    })
    const webhook = new Webhook(server, `http://127.0.0.1:${port}`)
    await new Promise<void>((resolve) => server.listen(port, '127.0.0.1', resolve))
    return webhook
  }

  place(config: string): string {
    return config.replaceAll('WEBHOOK', this.#url)
  }

  async stop(): Promise<void> {
    this.#server.closeAllConnections()
    await new Promise<void>((resolve) => this.#server.close(() => resolve()))
  }
}

/** Debian's Alertmanager, spoken to through its API. */
class AlertmanagerPlayer implements Player {
  readonly #folder: string
  readonly #webhook: Webhook
  readonly #silences = new Map<string, string>()
  readonly #port: number
  #peer: Peer

  private constructor(folder: string, webhook: Webhook, port: number, peer: Peer) {
    this.#folder = folder
    this.#webhook = webhook
    this.#port = port
    this.#peer = peer
  }

  static async start(folder: string, config: string, webhook: Webhook): Promise<AlertmanagerPlayer> {
    writeFileSync(path.join(folder, 'alertmanager.yml'), config)
    const port = await freePort()
    return new AlertmanagerPlayer(folder, webhook, port, await startAlertmanager(folder, port))
  }

  async send(alerts: readonly Alert[]): Promise<void> {
    const body = alerts.map(({ labels, annotations, startsAtMs, endsAtMs, generatorUrl }) => ({
      labels: labels.toObject(),
      annotations,
      generatorURL: generatorUrl,
      ...(startsAtMs === 0 ? {} : { startsAt: new Date(startsAtMs).toISOString() }),
      ...(endsAtMs === 0 ? {} : { endsAt: new Date(endsAtMs).toISOString() }),
    }))
    await this.#call('POST', '/api/v2/alerts', body)
  }

  async silence({ name, matchers, startsAtMs, endsAtMs }: Parameters<Player['silence']>[0]): Promise<void> {
    const answer = await this.#call('POST', '/api/v2/silences', {
      ...(this.#silences.has(name) ? { id: this.#silences.get(name) } : {}),
      matchers: parseMatchers(matchers).map((matcher) => ({
        name: matcher.name,
        value: matcher.value,
        isRegex: matcher.type === '=~' || matcher.type === '!~',
        isEqual: matcher.type === '=' || matcher.type === '=~',
      })),
      startsAt: new Date(startsAtMs).toISOString(),
      endsAt: new Date(endsAtMs).toISOString(),
      createdBy: 'test',
      comment: name,
    })
    this.#silences.set(name, (JSON.parse(answer) as { silenceID: string }).silenceID)
  }

  async unsilence(name: string): Promise<void> {
    await this.#call('DELETE', `/api/v2/silence/${this.#silences.get(name) ?? ''}`)
  }

  async reload(config: string): Promise<void> {
    writeFileSync(path.join(this.#folder, 'alertmanager.yml'), this.#webhook.place(config))
    await this.#call('POST', '/-/reload')
  }

  /** Ends it politely: it writes its notification log only then and every 15 minutes. */
  async restart(): Promise<void> {
    const { process: child } = this.#peer
    await new Promise<void>((resolve) => {
      child.once('exit', () => resolve())
      child.kill('SIGTERM')
    })
    this.#peer = await startAlertmanager(this.#folder, this.#port)
  }

  stop(): Promise<void> {
    return this.#peer.stop()
  }

  async #call(method: string, pathname: string, body?: unknown): Promise<string> {
    const response = await fetch(`http://127.0.0.1:${this.#port}${pathname}`, {
      method,
      headers: { 'content-type': 'application/json' },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    })
    const text = await response.text()
    if (!response.ok) throw new Error(`${method} ${pathname} answered ${response.status}: ${text}`)
    return text
  }
}

function startAlertmanager(folder: string, port: number): Promise<Peer> {
  const args = [
    `--config.file=${path.join(folder, 'alertmanager.yml')}`,
    `--storage.path=${path.join(folder, 'data')}`,
    `--web.listen-address=127.0.0.1:${port}`,
    '--cluster.listen-address=',
    `--web.external-url=${EXTERNAL_URL}`,
    '--web.route-prefix=/',
  ]
  return startPeer('prometheus-alertmanager', args, `http://127.0.0.1:${port}/-/ready`)
}

/** Ours, over a store that outlives a restart. */
class OwnPlayer implements Player {
  readonly #store = new MemoryStateStore()
  readonly #silences = new Map<string, string>()
  readonly #webhook: Webhook
  #settings: AlertingSettings
  #alerting: Alerting

  private constructor(config: string, webhook: Webhook) {
    this.#webhook = webhook
    this.#settings = settingsOf(config)
    this.#alerting = this.#construct()
  }

  static async start(config: string, webhook: Webhook): Promise<OwnPlayer> {
    const player = new OwnPlayer(config, webhook)
    await player.#alerting.start()
    return player
  }

  async send(alerts: readonly Alert[]): Promise<void> {
    this.#alerting.send(alerts)
  }

  async silence({ name, matchers, startsAtMs, endsAtMs }: Parameters<Player['silence']>[0]): Promise<void> {
    const id = await this.#alerting.silences.set({
      id: this.#silences.get(name) ?? '',
      matchers: parseMatchers(matchers),
      startsAtMs,
      endsAtMs,
      createdBy: 'test',
      comment: name,
    })
    this.#silences.set(name, id)
  }

  unsilence(name: string): Promise<void> {
    return this.#alerting.silences.expire(this.#silences.get(name) ?? '')
  }

  async reload(config: string): Promise<void> {
    this.#settings = settingsOf(this.#webhook.place(config))
    await this.#alerting.reload(this.#settings)
  }

  async restart(): Promise<void> {
    await this.#alerting.stop()
    this.#alerting = this.#construct()
    await this.#alerting.start()
  }

  stop(): Promise<void> {
    return this.#alerting.stop()
  }

  #construct(): Alerting {
    const surroundings = { clock: systemClock, logger: silentLogger, registry: new InstrumentRegistry() }
    return new Alerting({ ...surroundings, store: this.#store }, this.#settings)
  }
}

/** What we do beyond Alertmanager is switched off for the comparison. */
function settingsOf(text: string): AlertingSettings {
  const { config, errors } = parseConfigFile(text)
  if (config === undefined) throw new Error(errors.join('\n'))
  return {
    config,
    baseDir: '/',
    externalUrl: EXTERNAL_URL,
    publicUrl: '',
    notifyWhenSilenceEnds: false,
    maxSilenceMs: 0,
  }
}
