import { hostname } from 'node:os'
import path from 'node:path'
import { Alerting, type AlertingSettings } from '../alerting/alerting.ts'
import { ExternalAlertmanagers } from '../alerting/external/external-alertmanagers.ts'
import { StoredHistory } from '../alerting/stored-history.ts'
import { Catalogue } from '../catalogue/catalogue.ts'
import { entriesOf } from '../catalogue/config.ts'
import { hostLoop } from '../collect/host-loop.ts'
import { ProcessCollector } from '../collect/process-collector.ts'
import { scrapeInstruments } from '../collect/scrape/scrape-instruments.ts'
import { Scraping } from '../collect/scrape/scraping.ts'
import { selfLoop } from '../collect/self-loop.ts'
import type { SnapshotLoop } from '../collect/snapshot-loop.ts'
import { DriftMonitor } from '../drift/drift-monitor.ts'
import { EvaluationRunner } from '../evaluation/runner.ts'
import { SpanSpool } from '../ingest/gateway/span-spool.ts'
import { RemoteWriteTap } from '../export/remote-write/remote-write-tap.ts'
import { RemoteWriting, type RemoteWritingSettings } from '../export/remote-write/remote-writing.ts'
import { Intake } from '../ingest/intake.ts'
import { MetricTranslator } from '../ingest/otlp/metric-translator.ts'
import type { OtlpSinks } from '../ingest/otlp/receive.ts'
import { RemoteWriteReceiver } from '../ingest/remote-write/remote-write-receiver.ts'
import { RequestSeries } from '../ingest/request-series.ts'
import { PriceTable } from '../pricing/price-table.ts'
import { engineOptions } from '../promql/config.ts'
import type { EngineOptions } from '../promql/engine.ts'
import { createEngine, type ExplainingEngine } from '../promql/query-engine.ts'
import { RuleEngine, type RuleSettings } from '../rules/rule-engine.ts'
import { openClickHouseStore } from '../storage/clickhouse/clickhouse-store.ts'
import { createHeadSampleStore, type HeadSampleStore } from '../storage/head/head-sample-store.ts'
import type { SeriesLimits } from '../storage/head/series-limits.ts'
import { createSpoolInstruments } from '../storage/spool/spool-instruments.ts'
import { SpooledSampleWriter } from '../storage/spool/spooled-sample-writer.ts'
import type { Store } from '../storage/store.ts'
import { InstrumentRegistry } from '../telemetry/instruments.ts'
import type { Logger } from '../telemetry/log.ts'
import type { Clock } from '../util/clock.ts'
import type { Settings } from './settings.ts'
import { VERSION } from './version.ts'

/** Our own series are young and cheap: a closer look than at what is scraped. */
const SELF_INTERVAL_MS = 5_000
const MIB = 1024 * 1024
/** What scrapes may leave on disk while the store is away. */
const SPOOL_SIZE_BYTES = 512 * MIB

export interface Surroundings {
  readonly settings: Settings
  readonly dataDirectory: string
  readonly externalUrl: string
  readonly clock: Clock
  readonly random: () => number
  readonly logger: Logger
}

/** Everything the product is made of, constructed once and handed to who needs it. Nothing here runs before it is started. */
export interface Parts {
  readonly instruments: InstrumentRegistry
  readonly store: Store
  readonly samples: HeadSampleStore
  readonly seriesLimits: SeriesLimits
  readonly engine: ExplainingEngine
  readonly engineOptions: EngineOptions
  readonly catalogue: Catalogue
  readonly evaluation: EvaluationRunner
  readonly drift: DriftMonitor
  readonly intake: Intake
  readonly requestSeries: RequestSeries
  readonly otlp: OtlpSinks
  readonly remoteWrite: RemoteWriteReceiver
  readonly remoteWriting: RemoteWriting
  readonly spooled: SpooledSampleWriter
  readonly gatewaySpool: SpanSpool
  readonly scraping: Scraping
  readonly host: SnapshotLoop | undefined
  readonly self: SnapshotLoop
  readonly alerting: Alerting
  readonly history: StoredHistory
  readonly externalAlertmanagers: ExternalAlertmanagers
  readonly rules: RuleEngine
}

/**
 * One straight function on purpose: the order of its lines is the order in which parts depend on each other.
 * Opens the store; throws what `openClickHouseStore` throws, and the errors of parts that cannot use their configuration.
 */
export async function constructParts(surroundings: Surroundings): Promise<Parts> {
  const { settings, clock, random, logger } = surroundings
  const { config } = settings
  const instruments = new InstrumentRegistry()
  const catalogue = new Catalogue(entriesOf(config.catalogue))
  const prices = new PriceTable(config.pricing)
  const requestSeries = new RequestSeries(instruments)
  const { dataDirectory } = surroundings

  const store = await openClickHouseStore({
    storage: config.storage,
    retention: config.retention,
    dataDirectory,
    clock,
    instruments,
  })
  const seriesLimits = { series: config.limits.series, seriesPerMetric: config.limits.series_per_metric }
  const samples = createHeadSampleStore({ backing: store.samples, clock, instruments, limits: seriesLimits })
  const queryOptions = engineOptions(config.query, config.global.evaluation_interval)
  const engine = createEngine(samples, queryOptions)

  const evaluation = new EvaluationRunner({
    config: config.evaluation,
    evaluations: store.evaluations,
    requests: store.requests,
    instruments,
    logger,
    clock,
    random,
  })
  const drift = new DriftMonitor({ config: config.drift, clock, instruments })
  const intake = new Intake({
    store,
    costOf: (span) => prices.costOf(span, span.startMs)?.usd,
    series: requestSeries,
    registry: instruments,
    clock,
    onRequests: (requests) => {
      evaluation.onRequests(requests)
      drift.onRequests(requests)
    },
  })

  const spoolInstruments = createSpoolInstruments(instruments)
  const remoteWriting = new RemoteWriting({
    directory: path.join(dataDirectory, 'remote-write'),
    userAgent: `Tetrascope/${VERSION}`,
    clock,
    random,
    registry: instruments,
    spoolInstruments,
    logger,
  })
  const writer = new RemoteWriteTap(samples, remoteWriting)
  const otlp = {
    intake,
    samples: writer,
    translator: new MetricTranslator(),
    clock,
    log: logger,
    maxBodyBytes: Math.floor(config.server.body_limit_mb * MIB),
  }
  const remoteWrite = new RemoteWriteReceiver({ samples: writer, instruments, maxSizeBytes: otlp.maxBodyBytes })

  const spooling = { maxSizeBytes: SPOOL_SIZE_BYTES, clock, random, instruments: spoolInstruments }
  const spoolIn = (name: string) => ({ ...spooling, name, directory: path.join(dataDirectory, 'spool', name) })
  const spooled = await SpooledSampleWriter.start({ ...spoolIn('samples'), writer })
  const gatewaySpool = await SpanSpool.start({
    ...spoolIn('gateway'),
    takeSpans: (spans) => intake.takeSpans(spans, 'gateway'),
  })
  const writing = { writer: spooled, clock, logger }
  const scraping = new Scraping({ ...writing, instruments: scrapeInstruments(instruments) })
  const host = config.host.enabled ? hostLoop({ ...writing, config: config.host, registry: instruments }) : undefined
  const self = selfLoop({
    ...writing,
    registry: instruments,
    process: new ProcessCollector(clock),
    instance: config.host.instance ?? hostname(),
    intervalMs: SELF_INTERVAL_MS,
  })

  const capacity = config.alerting.history.events
  const history = new StoredHistory({ store: store.state, clock, logger, capacity })
  const alerting = new Alerting(
    { store: store.state, clock, random, logger, registry: instruments, history },
    alertingSettings(settings, surroundings.externalUrl),
  )
  const externalAlertmanagers = new ExternalAlertmanagers({ logger, registry: instruments })
  const rules = new RuleEngine(
    {
      engine,
      syntax: queryOptions.features,
      reader: samples,
      writer: spooled,
      sink: {
        send: (alerts) => {
          alerting.send(alerts)
          externalAlertmanagers.send(alerts)
        },
      },
      clock,
      logger,
      registry: instruments,
    },
    ruleSettings(settings, surroundings.externalUrl),
  )
  return {
    instruments,
    store,
    samples,
    seriesLimits,
    engine,
    engineOptions: queryOptions,
    catalogue,
    evaluation,
    drift,
    intake,
    requestSeries,
    otlp,
    remoteWrite,
    remoteWriting,
    spooled,
    gatewaySpool,
    scraping,
    host,
    self,
    alerting,
    history,
    externalAlertmanagers,
    rules,
  }
}

export function remoteWritingSettings({ config }: Settings): RemoteWritingSettings {
  return { configs: config.remote_write, externalLabels: config.global.external_labels }
}

export function ruleSettings({ config, ruleGroups, externalLabels }: Settings, externalUrl: string): RuleSettings {
  return {
    groups: ruleGroups,
    externalUrl,
    externalLabels,
    intervalMs: config.global.evaluation_interval,
    queryOffsetMs: config.global.rule_query_offset,
  }
}

export function alertingSettings({ config, alertmanager }: Settings, externalUrl: string): AlertingSettings {
  return {
    config: alertmanager.config,
    baseDir: alertmanager.folder,
    externalUrl,
    notifyWhenSilenceEnds: config.alerting.silences.notify_when_over,
    maxSilenceMs: config.alerting.silences.max_duration,
    silenceNoticeMs: config.alerting.silences.expiry_notice,
    flapDamping: {
      resolves: config.alerting.flap_damping.resolves,
      windowMs: config.alerting.flap_damping.window,
    },
  }
}
