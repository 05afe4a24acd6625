import { type DiscoveryConfig, discoveryIn } from '../../discovery/config.ts'
import { faultOfHttp, httpConfigIn, type HttpConfig } from '../../http/config.ts'
import type { RelabelRule } from '../../relabel/relabel-rule.ts'
import type { GlobalConfig, ScrapeConfig, ScrapeProtocol } from './config.ts'

/** Four scrapes a minute: fine enough to see a model server stall, at a quarter of what Prometheus's default of a minute hides. */
const DEFAULT_INTERVAL_MS = 15_000
const DEFAULT_TIMEOUT_MS = 10_000

/** Where no `body_size_limit` is set, so that one endpoint cannot take all memory. Generous: real payloads are below 50 MB. */
const DEFAULT_BODY_LIMIT_BYTES = 256 * 1024 * 1024

const DEFAULT_PROTOCOLS: readonly ScrapeProtocol[] = [
  'OpenMetricsText1.0.0',
  'OpenMetricsText0.0.1',
  'PrometheusText1.0.0',
  'PrometheusText0.0.4',
]

/** Zero means no limit. */
export interface ScrapeLimits {
  readonly bodyBytes: number
  readonly samples: number
  readonly targets: number
  readonly labels: number
  readonly labelNameLength: number
  readonly labelValueLength: number
  readonly keepDroppedTargets: number
}

/** How the targets of a job are scraped, with the global defaults filled in. */
export interface ScrapeSettings {
  readonly intervalMs: number
  readonly timeoutMs: number
  readonly scheme: string
  readonly metricsPath: string
  readonly params: Readonly<Record<string, readonly string[]>>
  readonly honorLabels: boolean
  readonly honorTimestamps: boolean
  readonly trackTimestampsStaleness: boolean
  readonly extraMetrics: boolean
  readonly zeroAtCreation: boolean
  readonly compression: boolean
  readonly protocols: readonly ScrapeProtocol[]
  readonly fallbackProtocol: ScrapeProtocol | undefined
  readonly limits: ScrapeLimits
  readonly metricRelabelRules: readonly RelabelRule[]
  readonly http: HttpConfig
}

/** One entry of `scrape_configs`, complete. */
export interface ScrapeJob {
  readonly name: string
  readonly settings: ScrapeSettings
  readonly relabelRules: readonly RelabelRule[]
  readonly discovery: DiscoveryConfig
}

/** Something wrong between keys that are right one by one. `path` begins at the document's root. */
export interface ScrapeConfigFault {
  readonly path: ReadonlyArray<string | number>
  readonly message: string
}

/** Checks what the schemas of the single sections cannot see, in Prometheus's words. */
export function faultsOfScrapeConfigs(global: GlobalConfig, configs: readonly ScrapeConfig[]): ScrapeConfigFault[] {
  const faults: ScrapeConfigFault[] = []
  const globalTimeout = global.scrape_timeout ?? 0
  if (globalTimeout > (global.scrape_interval || DEFAULT_INTERVAL_MS)) {
    faults.push({ path: ['global', 'scrape_timeout'], message: 'global scrape timeout greater than scrape interval' })
  }
  const names = new Set<string>()
  configs.forEach((config, i) => {
    const quoted = JSON.stringify(config.job_name)
    if (names.has(config.job_name)) {
      const message = `found multiple scrape configs with job name ${quoted}`
      faults.push({ path: ['scrape_configs', i, 'job_name'], message })
    }
    names.add(config.job_name)
    if ((config.scrape_timeout ?? 0) > intervalOf(global, config)) {
      const message = `scrape timeout greater than scrape interval for scrape config with job name ${quoted}`
      faults.push({ path: ['scrape_configs', i, 'scrape_timeout'], message })
    }
    const httpFault = faultOfHttp(config)
    if (httpFault !== undefined) faults.push({ path: ['scrape_configs', i], message: httpFault })
  })
  return faults
}

/** Fills the global defaults into each scrape configuration. Files are named relative to `folder`, that of the configuration file. */
export function scrapeJobs(global: GlobalConfig, configs: readonly ScrapeConfig[], folder: string): ScrapeJob[] {
  return configs.map((config) => ({
    name: config.job_name,
    settings: { ...settingsOf(global, config), http: httpConfigIn(config, folder) },
    relabelRules: config.relabel_configs,
    discovery: discoveryIn(config, folder),
  }))
}

function settingsOf(global: GlobalConfig, config: ScrapeConfig): Omit<ScrapeSettings, 'http'> {
  const intervalMs = intervalOf(global, config)
  const timeoutMs = config.scrape_timeout || global.scrape_timeout || DEFAULT_TIMEOUT_MS
  return {
    intervalMs,
    timeoutMs: Math.min(timeoutMs, intervalMs),
    scheme: config.scheme.toLowerCase(),
    metricsPath: config.metrics_path,
    params: config.params,
    honorLabels: config.honor_labels,
    honorTimestamps: config.honor_timestamps,
    trackTimestampsStaleness: config.track_timestamps_staleness,
    extraMetrics: config.extra_scrape_metrics ?? global.extra_scrape_metrics ?? false,
    zeroAtCreation: config.created_timestamp_zero_ingestion ?? global.created_timestamp_zero_ingestion ?? false,
    compression: config.enable_compression,
    protocols: config.scrape_protocols ?? global.scrape_protocols ?? DEFAULT_PROTOCOLS,
    fallbackProtocol: config.fallback_scrape_protocol,
    limits: limitsOf(global, config),
    metricRelabelRules: config.metric_relabel_configs,
  }
}

function limitsOf(global: GlobalConfig, config: ScrapeConfig): ScrapeLimits {
  return {
    bodyBytes: config.body_size_limit || global.body_size_limit || DEFAULT_BODY_LIMIT_BYTES,
    samples: config.sample_limit || global.sample_limit || 0,
    targets: config.target_limit || global.target_limit || 0,
    labels: config.label_limit || global.label_limit || 0,
    labelNameLength: config.label_name_length_limit || global.label_name_length_limit || 0,
    labelValueLength: config.label_value_length_limit || global.label_value_length_limit || 0,
    keepDroppedTargets: config.keep_dropped_targets || global.keep_dropped_targets || 0,
  }
}

function intervalOf(global: GlobalConfig, config: ScrapeConfig): number {
  return config.scrape_interval || global.scrape_interval || DEFAULT_INTERVAL_MS
}
