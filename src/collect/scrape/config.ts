import { z } from 'zod'
import { discoveryFields } from '../../discovery/config.ts'
import { durationText } from '../../model/duration-text.ts'
import { sizeText } from '../config-values.ts'
import { notSupported } from '../../model/not-supported.ts'
import { httpFields } from '../../http/config.ts'
import { relabelConfigs } from '../../relabel/config.ts'

export const SCRAPE_PROTOCOLS = [
  'PrometheusProto',
  'PrometheusText1.0.0',
  'PrometheusText0.0.4',
  'OpenMetricsText1.0.0',
  'OpenMetricsText0.0.1',
] as const
export type ScrapeProtocol = (typeof SCRAPE_PROTOCOLS)[number]

const protocol = z.enum(SCRAPE_PROTOCOLS)

const protocols = z
  .array(protocol)
  .min(1, 'scrape_protocols cannot be empty')
  .refine((list) => new Set(list).size === list.length, 'a protocol may be named once')

const limit = z.int().min(0)

/** Keys that stand in `global` for all scrape configurations and may stand in each. Absent: not said here. */
const sharedFields = {
  scrape_interval: durationText.optional(),
  scrape_timeout: durationText.optional(),
  scrape_protocols: protocols.optional(),
  body_size_limit: sizeText.optional(),
  sample_limit: limit.optional(),
  target_limit: limit.optional(),
  label_limit: limit.optional(),
  label_name_length_limit: limit.optional(),
  label_value_length_limit: limit.optional(),
  keep_dropped_targets: limit.optional(),
  extra_scrape_metrics: z.boolean().optional(),
  /** What Prometheus switches on by its flag of this name: `_created` becomes a zero at the time at which counting began. */
  created_timestamp_zero_ingestion: z.boolean().optional(),
  // Names are UTF-8 throughout; the legacy alphabet is within it.
  metric_name_validation_scheme: z.enum(['', 'utf8', 'legacy']).optional(),
  metric_name_escaping_scheme: z.string().optional(),
  // Native histograms are not scraped yet, so these change nothing.
  scrape_native_histograms: z.boolean().optional(),
  always_scrape_classic_histograms: z.boolean().optional(),
  scrape_classic_histograms: z.boolean().optional(),
  convert_classic_histograms_to_nhcb: z.boolean().optional(),
  scrape_failure_log_file: notSupported(
    'scrape_failure_log_file',
    'failures stand in the log and on the targets page',
  ).optional(),
}

/** `global:`, word for word Prometheus's. */
export const globalConfig = z
  .strictObject({
    ...sharedFields,
    evaluation_interval: durationText.default(15_000),
    rule_query_offset: durationText.default(0),
    external_labels: z.record(z.string(), z.string()).default({}),
    query_log_file: notSupported('query_log_file', 'slow queries stand in the log'),
    runtime: z.unknown().optional(),
  })
  .prefault({})

export type GlobalConfig = Readonly<z.output<typeof globalConfig>>

/** One entry of `scrape_configs`, word for word Prometheus's. */
export const scrapeConfig = z.strictObject({
  job_name: z.string().min(1, 'job_name is empty'),
  ...sharedFields,
  honor_labels: z.boolean().default(false),
  honor_timestamps: z.boolean().default(true),
  track_timestamps_staleness: z.boolean().default(false),
  fallback_scrape_protocol: protocol.optional(),
  metrics_path: z.string().default('/metrics'),
  scheme: z.enum(['http', 'https', 'HTTP', 'HTTPS']).default('http'),
  params: z.record(z.string(), z.array(z.string())).default({}),
  enable_compression: z.boolean().default(true),
  native_histogram_bucket_limit: limit.optional(),
  native_histogram_min_bucket_factor: z.number().optional(),
  relabel_configs: relabelConfigs,
  metric_relabel_configs: relabelConfigs,
  ...httpFields,
  ...discoveryFields,
})

export type ScrapeConfig = Readonly<z.output<typeof scrapeConfig>>
