import path from 'node:path'
import { randomUUID } from 'node:crypto'
import type { Alert } from '../model/alert.ts'
import { isResolved } from '../model/alert.ts'
import type { Labels } from '../model/labels.ts'
import type { StateStore } from '../storage/state-store.ts'
import type { InstrumentRegistry } from '../telemetry/instruments.ts'
import type { Logger } from '../telemetry/log.ts'
import type { Clock } from '../util/clock.ts'
import { groupMark, linkOf } from './acknowledgement/acknowledge-link.ts'
import { AlertProvider } from './alert-provider.ts'
import { AlertStates } from './alert-states.ts'
import type { AlertmanagerConfig } from './config.ts'
import { createReceiver } from './create-receiver.ts'
import { type AlertGroup, Dispatcher } from './dispatcher.ts'
import { FlapDamper, type FlapDamping } from './flap-damper.ts'
import { type AlertHistory, RecentHistory } from './history.ts'
import { DEFAULT_HTTP_CONFIG, type HttpConfig, httpConfigIn, keysWithoutEffect } from '../http/config.ts'
import { secretFrom } from '../util/secret-file.ts'
import { HttpSender } from './http-sender.ts'
import { Inhibitor } from './inhibit/inhibitor.ts'
import { matchersText } from './matcher/matchers.ts'
import { type AlertingMetrics, createAlertingMetrics } from './metrics.ts'
import { NotificationLog } from './notification-log.ts'
import type { Integration } from './notify/deliver.ts'
import { isOutsideTimes, notifyGroup, type Pipeline, ring } from './notify/notify.ts'
import { OnCall } from './on-call.ts'
import type { ReceiverContext } from './receiver.ts'
import { buildRoute, groupKey, type RouteOptions } from './route.ts'
import { ExpiryNotice } from './silence/expiry-notice.ts'
import type { Silence } from './silence/silence.ts'
import { silences as isSilencedBy } from './silence/silence.ts'
import { Silences } from './silence/silences.ts'
import { alertProblem, receive, type StoredAlert } from './stored-alert.ts'
import { NotificationTemplates } from './template/notification-templates.ts'
import { type TwilioCallback, TwilioCallbacks } from './twilio-callbacks.ts'

export interface AlertingOptions {
  readonly store: StateStore
  readonly clock: Clock
  readonly logger: Logger
  readonly registry: InstrumentRegistry
  /** In [0, 1), for the spread of retries. */
  readonly random?: () => number
  readonly createId?: () => string
  /** Where what happens is kept; the newest events in memory unless given. */
  readonly history?: AlertHistory
}

/** What a reload may change. */
export interface AlertingSettings {
  readonly config: AlertmanagerConfig
  /** From where template files are found. */
  readonly baseDir: string
  /** Where people find us; links in messages begin with it. */
  readonly externalUrl: string
  /** Where people outside find us; '' when nobody said. Links that acknowledge begin with it. */
  readonly publicUrl: string
  /** A still-firing alert is told again as soon as a silence over it ends, and not only at its repeat interval. */
  readonly notifyWhenSilenceEnds: boolean
  /** The longest a silence may last; 0 is no limit. */
  readonly maxSilenceMs: number
  /** How long before its end a silence over firing alerts is announced to end; 0 or absent: never. */
  readonly silenceNoticeMs?: number
  /** Keeps alerts that come and go firing; absent: no. */
  readonly flapDamping?: FlapDamping
}

/** How an alert stands; what mutes it is found when it is asked for. */
export interface AlertStatus {
  readonly state: 'active' | 'suppressed'
  readonly silencedBy: readonly string[]
  /** Fingerprints come from the alerts. */
  readonly inhibitedBy: readonly Labels[]
}

/** By how they speak HTTP: receivers that do it alike share connections and tokens. */
type Senders = Map<string, HttpSender>

/** What a configuration makes; a reload replaces it as a whole. */
interface Generation {
  readonly settings: AlertingSettings
  readonly inhibitor: Inhibitor
  readonly pipeline: Pipeline
  readonly dispatcher: Dispatcher
  readonly senders: Senders
  readonly callbacks: TwilioCallbacks
}

const RECENT_EVENTS = 10_000
const NO_DAMPING: FlapDamping = { resolves: 0, windowMs: 0 }

/** Takes alerts, groups and mutes them, and tells receivers. Construct, start, reload, stop. */
export class Alerting {
  readonly provider: AlertProvider
  readonly silences: Silences
  readonly history: AlertHistory
  readonly onCall: OnCall
  readonly #options: AlertingOptions
  readonly #log: NotificationLog
  readonly #metrics: AlertingMetrics
  readonly #states: AlertStates
  readonly #expiryNotice: ExpiryNotice
  #flapDamper: FlapDamper
  #generation: Generation

  /** Throws when a template file of the configuration cannot be used. */
  constructor(options: AlertingOptions, settings: AlertingSettings) {
    this.#options = options
    this.history = options.history ?? new RecentHistory(RECENT_EVENTS)
    this.provider = new AlertProvider(options.clock)
    this.#log = new NotificationLog(options.store, options.clock)
    this.#metrics = createAlertingMetrics(options.registry)
    this.silences = new Silences({
      store: options.store,
      clock: options.clock,
      createId: options.createId ?? randomUUID,
      maxDurationMs: settings.maxSilenceMs,
      onEnd: (silence) => this.#silenceEnded(silence),
      onSet: (silence) => this.#recordSilence(silence, 'set'),
    })
    this.onCall = new OnCall({
      ...options,
      history: this.history,
      provider: this.provider,
      escalationOf: (receiver) => this.settings.config.receivers.find(({ name }) => name === receiver)?.escalation,
      numbersOf: (receiver) => numbersOf(this.settings.config, receiver),
      isHeard: (labels, routeOptions) => this.#isHeard(labels, routeOptions),
      ring: (group, receiver, signal) => ring(group, receiver, this.#generation.pipeline, signal),
    })
    this.#states = new AlertStates({
      ...options,
      history: this.history,
      onResolved: (alert) => this.onCall.resolved(alert),
    })
    this.#expiryNotice = new ExpiryNotice({
      clock: options.clock,
      silences: () => this.silences.all(),
      mutedBy: (silence) => this.#firingUnder(silence),
      send: (alerts) => void this.send(alerts),
      externalUrl: () => this.settings.externalUrl,
      noticeMs: () => this.settings.silenceNoticeMs ?? 0,
    })
    this.#flapDamper = new FlapDamper(settings.flapDamping ?? NO_DAMPING)
    this.#generation = this.#generate(settings)
  }

  get settings(): AlertingSettings {
    return this.#generation.settings
  }

  get dispatcher(): Dispatcher {
    return this.#generation.dispatcher
  }

  /** Reads silences, the notification log and who is called, then begins to notify. */
  async start(): Promise<void> {
    await Promise.all([this.silences.start(), this.#log.start(), this.onCall.start()])
    this.provider.start()
    this.#states.start()
    this.#expiryNotice.start()
    this.#generation.dispatcher.start()
  }

  /** Goes on with other settings: alerts, silences and what was told stay. Throws, and changes nothing, when a template file cannot be used. */
  async reload(settings: AlertingSettings): Promise<void> {
    const [before, after] = [this.#generation, this.#generate(settings)]
    await this.#end(before)
    this.#generation = after
    this.silences.maxDurationMs = settings.maxSilenceMs
    this.#flapDamper = new FlapDamper(settings.flapDamping ?? NO_DAMPING)
    after.dispatcher.start()
  }

  /** Cancels notifications under way; what was not told is told after the next start. Idempotent. */
  async stop(): Promise<void> {
    this.provider.stop()
    this.#states.stop()
    this.#expiryNotice.stop()
    await this.onCall.stop()
    await this.#end(this.#generation)
    this.silences.stop()
    this.#log.stop()
  }

  /** Takes alerts from rules or from the API. Invalid ones are counted and logged, and do not keep the others out; their problems are returned. */
  send(alerts: readonly Alert[]): string[] {
    const problems: string[] = []
    for (const alert of alerts) {
      const problem = this.#take(alert)
      if (problem !== undefined) problems.push(problem)
    }
    return problems
  }

  status(alert: StoredAlert): AlertStatus {
    const silencedBy = this.silences.active(alert.labels).map(({ id }) => id)
    const source = this.#generation.inhibitor.inhibitedBy(alert.labels)
    const inhibitedBy = source === undefined ? [] : [source.labels]
    const state = silencedBy.length + inhibitedBy.length > 0 ? 'suppressed' : 'active'
    return { state, silencedBy, inhibitedBy }
  }

  #take(alert: Alert): string | undefined {
    const nowMs = this.#options.clock.now()
    const received = receive(alert, nowMs, this.settings.config.global.resolve_timeout)
    const problem = alertProblem(received)
    if (problem !== undefined) {
      this.#metrics.alertsInvalid.add({})
      this.#options.logger.warn({ alert: alert.labels.toString(), problem }, 'an alert was refused')
      return problem
    }
    this.#metrics.alertsReceived.add({ status: isResolved(received, nowMs) ? 'resolved' : 'firing' })
    const taken = this.#flapDamper.damp(received, nowMs)
    this.#states.observe(this.provider.put(taken))
    return undefined
  }

  /** The groups that a link in a message speaks of; undefined when we did not write it or it is too old. */
  groupsOfLink(token: string): AlertGroup[] | undefined {
    const link = this.onCall.links.read(token, this.#options.clock.now())
    if (link === undefined) return undefined
    return this.dispatcher
      .groups(
        () => true,
        () => true,
      )
      .filter(({ route, labels }) => groupMark(groupKey(route, labels)) === link.group)
  }

  /** Is it Twilio that speaks of a call whose link has this token? `suffix` is what the address has after the link. */
  isFromTwilio(token: string, suffix: string, said: Pick<TwilioCallback, 'form' | 'signature'>): Promise<boolean> {
    const url = linkOf(this.settings.publicUrl, token) + suffix
    return this.#generation.callbacks.isGenuine({ url, ...said })
  }

  /** A provider reports that a call whose link has this token did not reach the number. False when we did not write the link or it is too old. */
  callFailed(token: string, number: string, reason: string): boolean {
    const link = this.onCall.links.read(token, this.#options.clock.now())
    if (link !== undefined) this.onCall.callFailed(link, number, reason)
    return link !== undefined
  }

  #isHeard(labels: Labels, options: RouteOptions): boolean {
    const { pipeline } = this.#generation
    const isQuiet = pipeline.isInhibited(labels) || pipeline.isSilenced(labels)
    return !isQuiet && !isOutsideTimes(options, pipeline, this.#options.clock.now())
  }

  #firingUnder(silence: Silence): number {
    const nowMs = this.#options.clock.now()
    let count = 0
    for (const alert of this.provider.alerts()) {
      if (!isResolved(alert, nowMs) && isSilencedBy(silence, alert.labels)) count++
    }
    return count
  }

  /** Who ended it nobody says. */
  #recordSilence({ id, createdBy, comment, matchers }: Silence, change: 'set' | 'ended'): void {
    const by = change === 'set' ? createdBy : ''
    const timeMs = this.#options.clock.now()
    this.history.record({ kind: 'silence', timeMs, id, change, by, matchers: matchersText(matchers), comment })
  }

  #silenceEnded(silence: Silence): void {
    this.#recordSilence(silence, 'ended')
    if (!this.settings.notifyWhenSilenceEnds) return
    this.#generation.dispatcher.silenceEnded((labels) => isSilencedBy(silence, labels))
  }

  // GENERATIONS

  #generate(settings: AlertingSettings): Generation {
    const { clock, logger, random = Math.random } = this.#options
    const senders: Senders = new Map()
    const integrations = this.#integrations(settings, senders)
    const inhibitor = new Inhibitor(settings.config.inhibitRules, this.provider, clock)
    const pipeline: Pipeline = {
      isInhibited: (labels: Labels) => inhibitor.inhibitedBy(labels) !== undefined,
      isSilenced: (labels: Labels) => this.silences.active(labels).length > 0,
      timeIntervals: settings.config.timeIntervals,
      integrations,
      log: this.#log,
      history: this.history,
      metrics: this.#metrics,
      logger,
      clock,
      random,
      externalUrl: settings.externalUrl,
      acknowledgeUrl: (key) =>
        settings.publicUrl === '' ? '' : this.onCall.links.url(settings.publicUrl, key, clock.now()),
      escalate: (group) => this.onCall.follow(group),
    }
    const dispatcher = new Dispatcher({
      route: buildRoute(settings.config.route),
      provider: this.provider,
      clock,
      metrics: this.#metrics,
      logger,
      notify: (group, signal) => notifyGroup(group, pipeline, signal),
    })
    const callbacks = new TwilioCallbacks(settings.config, secretsIn(settings.baseDir))
    return { settings, inhibitor, pipeline, dispatcher, senders, callbacks }
  }

  #integrations(settings: AlertingSettings, senders: Senders): ReadonlyMap<string, readonly Integration[]> {
    const { global, receivers, templates } = settings.config
    const context: ReceiverContext = {
      templates: NotificationTemplates.load(templates, settings.baseDir),
      clock: this.#options.clock,
      secret: secretsIn(settings.baseDir),
      http: (config) => {
        const effective = config ?? global.http_config ?? DEFAULT_HTTP_CONFIG
        const key = JSON.stringify(effective)
        const sender = senders.get(key) ?? this.#sender(effective, settings.baseDir)
        senders.set(key, sender)
        return sender
      },
    }
    return new Map(
      receivers.map((receiver) => [
        receiver.name,
        receiver.integrations.map((integration) => ({
          channel: integration.channel,
          index: integration.index,
          sendResolved: integration.config.send_resolved,
          receiver: createReceiver(integration, context),
        })),
      ]),
    )
  }

  #sender(config: HttpConfig, baseDir: string): HttpSender {
    const ignored = keysWithoutEffect(config)
    if (ignored.length > 0) this.#options.logger.warn({ keys: ignored }, 'keys of http_config have no effect here')
    return new HttpSender(httpConfigIn(config, baseDir), this.#options.clock)
  }

  async #end({ dispatcher, inhibitor, senders }: Generation): Promise<void> {
    await dispatcher.stop()
    inhibitor.stop()
    await Promise.all([...senders.values()].map((sender) => sender.close()))
  }
}

/** Secrets as they are written, or from their files, which are found from a folder and read anew each time. */
function secretsIn(folder: string) {
  return async (written: string, file: string): Promise<string> =>
    written || secretFrom(file === '' ? '' : path.resolve(folder, file))
}

/** Whom a receiver telephones. */
function numbersOf({ receivers }: AlertmanagerConfig, receiver: string): string[] {
  const integrations = receivers.find(({ name }) => name === receiver)?.integrations ?? []
  return integrations.flatMap(({ channel, config }) => (channel === 'phone' ? config.to : []))
}
