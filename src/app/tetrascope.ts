import type { FastifyInstance } from 'fastify'
import { scrapeJobs } from '../collect/scrape/scrape-job.ts'
import { Gateway } from '../ingest/gateway/gateway.ts'
import { OtlpGrpcServer } from '../ingest/otlp/grpc-server.ts'
import type { Logger } from '../telemetry/log.ts'
import type { Clock } from '../util/clock.ts'
import { tokenChecker, tokenIn } from '../util/token.ts'
import { shrinkYoungGeneration } from '../util/young-generation.ts'
import { mainServer, otlpServer, type Running } from './http.ts'
import { assertSafe, explainListenError, parseAddress, urlOf, type ListenAddress } from './listen-address.ts'
import { alertingSettings, alertmanagersOf, ruleSettings } from './parts/alerts.ts'
import { constructParts, type Parts } from './parts/parts.ts'
import { seriesLimits } from './parts/storing.ts'
import { remoteWritingSettings } from './parts/writing.ts'
import { readSettings, type Settings } from './settings.ts'

/** No step of a stop may hold up the others for longer. */
const STOP_STEP_TIMEOUT_MS = 10_000

export interface TetrascopeOptions {
  /** Null: the defaults. */
  readonly configFile: string | null
  readonly dataDirectory: string
  /** Overrides of the configuration, from the command line. */
  readonly listen?: string
  readonly gatewayListen?: string
  readonly otlpHttpListen?: string
  readonly otlpGrpcListen?: string
  readonly withGateway: boolean
  readonly withOtlpPorts: boolean
  readonly clock: Clock
  readonly random: () => number
  readonly logger: Logger
}

/** Where the product can be reached. */
export interface Addresses {
  readonly url: string
  readonly gateway: string | null
  readonly otlpHttp: string | null
  readonly otlpGrpc: string | null
}

interface ListenAddresses {
  readonly main: ListenAddress
  readonly gateway: ListenAddress | null
  readonly otlpHttp: ListenAddress | null
  readonly otlpGrpc: ListenAddress | null
}

interface StopStep {
  readonly name: string
  readonly run: () => Promise<void> | void
}

/** The whole product: start, reload, stop. Everything that is started registers how it is stopped, and is stopped in reverse order. */
export class Tetrascope {
  readonly #options: TetrascopeOptions
  readonly #stopSteps: StopStep[] = []
  #settings: Settings
  #parts: Parts | undefined
  #reload: { successful: boolean; timeMs: number }
  #state: 'new' | 'starting' | 'ready' | 'stopping' | 'stopped' = 'new'
  #stopping: Promise<void> | undefined

  /** Reads the configuration. Throws `ConfigError` or `RuleFilesError`. */
  constructor(options: TetrascopeOptions) {
    this.#options = options
    this.#settings = readSettings(options.configFile)
    this.#reload = { successful: true, timeMs: options.clock.now() }
  }

  get settings(): Settings {
    return this.#settings
  }

  /** Resolves when everything runs. Rejects, with all that was started stopped again, when a port is taken or the store cannot be opened. */
  async start(): Promise<Addresses> {
    this.#state = 'starting'
    try {
      const addresses = await this.#startAll()
      await shrinkYoungGeneration()
      this.#state = 'ready'
      return addresses
    } catch (error) {
      await this.stop()
      throw error
    }
  }

  /** Takes over a changed configuration file. Rejects with what is wrong, and changes nothing, when it cannot be used. */
  async reload(): Promise<void> {
    const { clock, configFile, logger } = this.#options
    try {
      const settings = readSettings(configFile)
      this.#settings = settings
      await this.#apply(settings)
      this.#reload = { successful: true, timeMs: clock.now() }
      logger.info({ file: configFile }, 'configuration reloaded')
    } catch (error) {
      this.#reload = { successful: false, timeMs: this.#reload.timeMs }
      logger.error(
        { file: configFile, reason: error instanceof Error ? error.message : String(error) },
        'configuration not reloaded',
      )
      throw error
    }
  }

  /** Drains and stops everything in reverse order; each step is bounded in time. Idempotent. */
  stop(): Promise<void> {
    this.#stopping ??= this.#stopAll()
    return this.#stopping
  }

  async #startAll(): Promise<Addresses> {
    const listen = this.#listenAddresses()
    const parts = await this.#construct(listen.main)
    await parts.remoteWriting.apply(remoteWritingSettings(this.#settings))
    await this.#step('head', parts.samples.start(), () => parts.samples.stop())
    await this.#step('second thread of queries', undefined, () => parts.secondThread?.stop())
    await this.#step('evaluation', parts.evaluation.start(), () => parts.evaluation.stop())
    await this.#step('evaluation of history', undefined, () => parts.reevaluation.stop())
    await this.#step('judge', parts.judging.start(), () => parts.judging.stop())
    await this.#step('budgets', parts.budgets.start(), () => parts.budgets.stop())
    await this.#step('truth', parts.truth.start(), () => parts.truth.stop())
    await this.#step('probes', parts.probes.start(), () => parts.probes.stop())
    await this.#step('drift', parts.drift.start(), () => parts.drift.stop())
    await this.#step('alert history', parts.history.start(), () => parts.history.stop())
    const { externalAlertmanagers } = parts
    await this.#step('alertmanagers', externalAlertmanagers.apply(alertmanagersOf(this.#settings)), () =>
      externalAlertmanagers.stop(),
    )
    await this.#step('alerting', parts.alerting.start(), () => parts.alerting.stop())
    await this.#step('rules', parts.rules.start(), () => parts.rules.stop())
    await this.#step('self', parts.self.start(), () => parts.self.stop())
    await this.#step('host', parts.host?.start(), () => parts.host?.stop())
    await this.#step('scraping', parts.scraping.apply(this.#jobs()), () => parts.scraping.stop())
    parts.following.apply(this.#settings.config.files, this.#settings.folder)
    await this.#step('files', parts.following.start(), () => parts.following.stop())
    const gateway = listen.gateway === null ? null : await this.#startGateway(parts, listen.gateway)
    const running = this.#running(parts)
    const otlpHttp =
      listen.otlpHttp === null
        ? null
        : await this.#listen('otlp', await otlpServer(running), listen.otlpHttp, '--otlp-http-listen')
    const otlpGrpc = listen.otlpGrpc === null ? null : await this.#startGrpc(parts, listen.otlpGrpc)
    const url = await this.#listen('http', await mainServer(running), listen.main, '--listen')
    return { url, gateway, otlpHttp, otlpGrpc }
  }

  #listenAddresses(): ListenAddresses {
    const { listen, gatewayListen, otlpHttpListen, otlpGrpcListen, withGateway, withOtlpPorts } = this.#options
    const { server, gateway, auth } = this.#settings.config
    const authenticated = auth.tokens.length > 0
    const safe = (text: string, option: string): ListenAddress => {
      const address = parseAddress(text)
      assertSafe(address, option, authenticated)
      return address
    }
    return {
      main: safe(listen ?? server.listen, '--listen'),
      gateway: withGateway ? safe(gatewayListen ?? gateway.listen, '--gateway-listen') : null,
      otlpHttp: withOtlpPorts ? safe(otlpHttpListen ?? server.otlp_http_listen, '--otlp-http-listen') : null,
      otlpGrpc: withOtlpPorts ? safe(otlpGrpcListen ?? server.otlp_grpc_listen, '--otlp-grpc-listen') : null,
    }
  }

  async #construct(main: ListenAddress): Promise<Parts> {
    const { dataDirectory, clock, random, logger } = this.#options
    const parts = await constructParts({
      settings: this.#settings,
      dataDirectory,
      externalUrl: this.#externalUrl(main),
      clock,
      random,
      logger,
    })
    this.#parts = parts
    this.#stopSteps.push(
      { name: 'store', run: () => parts.store.close() },
      { name: 'remote write', run: () => parts.remoteWriting.stop() },
      { name: 'spools', run: () => stopSpools(parts) },
    )
    return parts
  }

  async #startGateway(parts: Parts, address: ListenAddress): Promise<string> {
    const gateway = new Gateway({
      config: this.#settings.config.gateway,
      tokens: this.#settings.config.auth.tokens.map(({ sha256 }) => sha256),
      ...address,
      takeSpans: (spans) => parts.gatewaySpool.takeSpans(spans),
      onActive: (model, change) => parts.requestSeries.changeActive(model, change),
      clock: this.#options.clock,
      instruments: parts.instruments,
      logger: this.#options.logger,
    })
    this.#stopSteps.push({ name: 'gateway', run: () => gateway.stop() })
    try {
      return urlOf(address, await gateway.start())
    } catch (error) {
      throw explainListenError(error, address, '--gateway-listen')
    }
  }

  async #startGrpc(parts: Parts, address: ListenAddress): Promise<string> {
    const accepts = tokenChecker(this.#settings.config.auth.tokens.map(({ sha256 }) => sha256))
    const server = new OtlpGrpcServer({ sinks: parts.otlp, authorize: (header) => accepts(tokenIn(header)) })
    this.#stopSteps.push({ name: 'otlp grpc', run: () => server.close() })
    try {
      return urlOf(address, await server.listen(address.host, address.port))
    } catch (error) {
      throw explainListenError(error, address, '--otlp-grpc-listen')
    }
  }

  async #listen(name: string, server: FastifyInstance, address: ListenAddress, option: string): Promise<string> {
    this.#stopSteps.push({ name, run: () => server.close() })
    try {
      const bound = await server.listen(address)
      return urlOf(address, Number(new URL(bound).port))
    } catch (error) {
      throw explainListenError(error, address, option)
    }
  }

  /** What a reload changes; listeners, storage and the head's window keep what they were started with. */
  async #apply(settings: Settings): Promise<void> {
    const parts = this.#parts
    if (parts === undefined) return
    const externalUrl = this.#externalUrl(this.#listenAddresses().main)
    parts.privacy.apply(settings.config.privacy)
    parts.limitSeries(seriesLimits(settings.config.limits))
    await parts.externalAlertmanagers.apply(alertmanagersOf(settings))
    parts.alertSender.apply(settings.config.alerting.alert_relabel_configs)
    await parts.remoteWriting.apply(remoteWritingSettings(settings))
    await parts.alerting.reload(alertingSettings(settings, externalUrl))
    await parts.rules.reload(ruleSettings(settings, externalUrl))
    await parts.scraping.apply(this.#jobs())
    await parts.evaluateBy(settings)
    await parts.probes.apply(settings.probes)
    await parts.drift.apply(settings.config.drift)
    parts.otlp.translator.configure(settings.config.otlp)
    parts.following.apply(settings.config.files, settings.folder)
  }

  #jobs(): ReturnType<typeof scrapeJobs> {
    const { config, folder } = this.#settings
    return scrapeJobs(config.global, config.scrape_configs, folder)
  }

  #externalUrl(main: ListenAddress): string {
    return this.#settings.config.server.external_url ?? urlOf(main, main.port)
  }

  #running(parts: Parts): Running {
    const { clock, logger } = this.#options
    return {
      parts,
      clock,
      logger,
      startedMs: clock.now(),
      externalUrl: this.#externalUrl(this.#listenAddresses().main),
      settings: () => this.#settings,
      ready: () => this.#state === 'ready',
      reload: () => this.reload(),
      lastReload: () => this.#reload,
    }
  }

  async #step(name: string, started: Promise<void> | void, stop: StopStep['run']): Promise<void> {
    this.#stopSteps.push({ name, run: stop })
    await started
  }

  async #stopAll(): Promise<void> {
    this.#state = 'stopping'
    for (const step of this.#stopSteps.toReversed()) await this.#runStopStep(step)
    this.#state = 'stopped'
  }

  async #runStopStep({ name, run }: StopStep): Promise<void> {
    const { clock, logger } = this.#options
    try {
      const finished = await Promise.race([
        Promise.resolve(run()).then(() => true),
        new Promise<false>((resolve) => clock.after(STOP_STEP_TIMEOUT_MS, () => resolve(false))),
      ])
      if (!finished)
        logger.warn({ step: name, timeoutMs: STOP_STEP_TIMEOUT_MS }, 'stopping goes on without waiting any longer')
    } catch (error) {
      logger.error({ step: name, err: error }, 'a step of the stop failed')
    }
  }
}

async function stopSpools({ spooled, gatewaySpool }: Parts): Promise<void> {
  await Promise.all([spooled.stop(), gatewaySpool.stop()])
}
