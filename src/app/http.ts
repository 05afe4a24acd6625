import { hostname } from 'node:os'
import path from 'node:path'
import type { FastifyInstance } from 'fastify'
import { acknowledgeRoutes } from '../api/acknowledge.ts'
import { alertRoutes } from '../api/alertmanager/alerts.ts'
import { silenceRoutes } from '../api/alertmanager/silences.ts'
import { alertmanagerStatusRoutes } from '../api/alertmanager/status.ts'
import { compressAnswers } from '../api/compression.ts'
import { operationRoutes } from '../api/operations.ts'
import { otlpRoutes } from '../api/otlp.ts'
import { pageRoutes } from '../api/pages.ts'
import { pathPrefixOf } from '../api/path-prefix.ts'
import { adminRoutes } from '../api/prometheus/admin.ts'
import { exemplarRoutes } from '../api/prometheus/exemplars.ts'
import { federateRoutes } from '../api/prometheus/federate.ts'
import { queryRoutes } from '../api/prometheus/query.ts'
import { remoteWriteRoutes } from '../api/prometheus/remote-write.ts'
import { ruleRoutes } from '../api/prometheus/rules.ts'
import { seriesRoutes } from '../api/prometheus/series.ts'
import { statusRoutes } from '../api/prometheus/status.ts'
import { type Alertmanagers, targetRoutes } from '../api/prometheus/targets.ts'
import { createServer } from '../api/server.ts'
import { alertHistoryRoutes } from '../api/tetrascope/alert-history.ts'
import { firingAlertRoutes } from '../api/tetrascope/alerts.ts'
import { cardinalityRoutes } from '../api/tetrascope/cardinality.ts'
import { comparisonRoutes } from '../api/tetrascope/comparison.ts'
import { costRoutes } from '../api/tetrascope/costs.ts'
import { dashboardRoutes } from '../api/tetrascope/dashboards.ts'
import { driftRoutes } from '../api/tetrascope/drift.ts'
import { explorationRoutes } from '../api/tetrascope/exploration.ts'
import { fileRoutes } from '../api/tetrascope/files.ts'
import { explainRoutes } from '../api/tetrascope/explain.ts'
import { healthRoutes } from '../api/tetrascope/health.ts'
import { labelRoutes } from '../api/tetrascope/labels.ts'
import { logRoutes } from '../api/tetrascope/logs.ts'
import { importRoutes } from '../api/tetrascope/import.ts'
import { ingestRoutes } from '../api/tetrascope/ingest.ts'
import { pricingRoutes } from '../api/tetrascope/pricing.ts'
import { probeRoutes } from '../api/tetrascope/probes.ts'
import { reevaluationRoutes } from '../api/tetrascope/reevaluation.ts'
import { qualityRoutes } from '../api/tetrascope/quality.ts'
import { requestRoutes } from '../api/tetrascope/requests.ts'
import { hideSecrets } from '../config/hide-secrets.ts'
import { llmServiceMonitor } from '../dashboards/llm-service-monitor.ts'
import { overviewDashboard } from '../dashboards/overview.ts'
import { formatDuration } from '../model/duration.ts'
import type { Labels } from '../model/labels.ts'
import type { Clock } from '../util/clock.ts'
import type { Logger } from '../telemetry/log.ts'
import type { Parts } from './parts/parts.ts'
import { seriesLimits } from './parts/storing.ts'
import type { Settings } from './settings.ts'
import { VERSION } from './version.ts'

const MIB = 1024 * 1024
const PAGES = path.resolve(import.meta.dirname, '../../web')

/** What the HTTP surfaces need to know of the running program. */
export interface Running {
  readonly parts: Parts
  readonly clock: Clock
  readonly logger: Logger
  readonly startedMs: number
  /** How the outside reaches us. */
  readonly externalUrl: string
  settings(): Settings
  ready(): boolean
  reload(): Promise<void>
  lastReload(): { readonly successful: boolean; readonly timeMs: number }
}

/** Port 4600: pages, Prometheus's API, our own, OTLP. */
export async function mainServer(running: Running): Promise<FastifyInstance> {
  const { parts } = running
  const pathPrefix = pathPrefixOf(running.externalUrl)
  const app = createServer({ ...serverOptions(running), pathPrefix })
  operationRoutes(app, { instruments: parts.instruments, ready: () => running.ready(), reload: () => running.reload() })
  await otlpRoutes(app, parts.otlp)
  await remoteWriteRoutes(app, parts.remoteWrite, bodyLimit(running))
  await app.register((api, _options, done) => done(prometheusApi(api, running)), { prefix: '/api/v1' })
  await app.register((api, _options, done) => done(federation(api, running)))
  await app.register((api, _options, done) => done(tetrascopeApi(api, running)), { prefix: '/api/tetrascope/v1' })
  await app.register((api, _options, done) => done(alertmanagerApi(api, running)), { prefix: '/alertmanager/api/v2' })
  acknowledgeRoutes(app, parts.alerting, running.clock)
  await pageRoutes(app, PAGES, pathPrefix)
  return app
}

/** Port 4318: OTLP alone. */
export async function otlpServer(running: Running): Promise<FastifyInstance> {
  const app = createServer(serverOptions(running))
  await otlpRoutes(app, running.parts.otlp)
  return app
}

function prometheusApi(api: FastifyInstance, running: Running): undefined {
  const { engine, engineOptions, secondThread, samples, scraping, rules } = running.parts
  const { features, maxPoints } = engineOptions
  compressAnswers(api)
  queryRoutes(api, { engine, features, maxPoints, clock: running.clock, secondThread })
  seriesRoutes(api, samples)
  exemplarRoutes(api, samples, features)
  targetRoutes(api, scraping, () => alertmanagersOf(running))
  ruleRoutes(api, rules)
  adminRoutes(api, samples)
  const facts = {
    version: VERSION,
    startedMs: running.startedMs,
    workingDirectory: process.cwd(),
    hostname: hostname(),
    retention: formatDuration(running.settings().config.retention.samples),
    configText: () => hideSecrets(running.settings().text),
    flags: () => flagsOf(running),
    reload: () => running.lastReload(),
  }
  statusRoutes(api, facts, samples)
}

/** Our own and those of other people. */
function alertmanagersOf({ externalUrl, parts: { externalAlertmanagers } }: Running): Alertmanagers {
  const { active, dropped } = externalAlertmanagers
  return { active: [`${externalUrl}/alertmanager/api/v2/alerts`, ...active], dropped }
}

function federation(api: FastifyInstance, running: Running): undefined {
  const { samples, engineOptions } = running.parts
  compressAnswers(api)
  const externalLabels = (): Labels => running.settings().externalLabels
  federateRoutes(api, { samples, clock: running.clock, lookbackMs: engineOptions.lookbackMs, externalLabels })
}

/** Our settings under the names of Prometheus's flags, for those who look there. */
function flagsOf(running: Running): Readonly<Record<string, string>> {
  const { engineOptions } = running.parts
  const { config } = running.settings()
  return {
    'query.lookback-delta': formatDuration(engineOptions.lookbackMs),
    'query.max-concurrency': String(engineOptions.maxConcurrency),
    'query.max-samples': String(engineOptions.maxSamples),
    'query.timeout': formatDuration(engineOptions.timeoutMs),
    'storage.tsdb.retention.time': formatDuration(config.retention.samples),
    'web.enable-admin-api': 'true',
    'web.enable-lifecycle': 'true',
    'web.enable-otlp-receiver': 'true',
    'web.enable-remote-write-receiver': 'true',
    'web.external-url': running.externalUrl,
    'web.listen-address': config.server.listen,
  }
}

function alertmanagerApi(api: FastifyInstance, running: Running): undefined {
  const { alerting } = running.parts
  alertRoutes(api, alerting, running.clock)
  silenceRoutes(api, alerting, running.clock)
  const configText = (): string => hideSecrets(running.settings().alertmanager.text)
  alertmanagerStatusRoutes(api, alerting, { version: VERSION, startedMs: running.startedMs, configText })
}

function tetrascopeApi(api: FastifyInstance, running: Running): undefined {
  const { catalogue, engine, engineOptions, samples, store } = running.parts
  compressAnswers(api)
  explainRoutes(api, { engine, maxPoints: engineOptions.maxPoints, clock: running.clock })
  cardinalityRoutes(api, { samples, limits: () => seriesLimits(running.settings().config.limits) })
  healthRoutes(api, { catalogue, engine, clock: running.clock })
  dashboardRoutes(api, [overviewDashboard(catalogue), llmServiceMonitor])
  const ingest = {
    intake: running.parts.intake,
    clock: running.clock,
    onEvents: running.parts.onEvents,
  }
  ingestRoutes(api, ingest)
  importRoutes(api, ingest)
  fileRoutes(api, running.parts.following)
  const { prices, budgets } = running.parts
  pricingRoutes(api, { prices, budgets, requests: store.requests, clock: running.clock })
  costRoutes(api, { costs: store.costs, prices, clock: running.clock })
  requestRoutes(api, {
    store,
    clock: running.clock,
    forget: (deletion) => running.parts.forgetting.forget(deletion),
  })
  explorationRoutes(api, store.explorer, running.clock)
  comparisonRoutes(api, store.explorer, running.clock)
  labelRoutes(api, store.events, running.clock)
  logRoutes(api, store.logs, running.clock)
  driftRoutes(api, running.parts.drift)
  qualityRoutes(api, { reporter: running.parts.quality, truth: running.parts.truth, clock: running.clock })
  probeRoutes(api, running.parts.probes)
  reevaluationRoutes(api, running.parts.reevaluation, running.clock)
  firingAlertRoutes(api, running.parts.alerting, running.clock)
  alertHistoryRoutes(api, running.parts.history)
}

function serverOptions(running: Running): Parameters<typeof createServer>[0] {
  return { auth: running.settings().config.auth, bodyLimit: bodyLimit(running), logger: running.logger }
}

function bodyLimit(running: Running): number {
  return Math.floor(running.settings().config.server.body_limit_mb * MIB)
}
