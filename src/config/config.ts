import { z } from 'zod'
import { alertingConfig } from '../alerting/alerting-config.ts'
import { authConfig, serverConfig } from '../api/config.ts'
import { catalogueConfig } from '../catalogue/config.ts'
import { globalConfig, hostConfig, scrapeConfigs } from '../collect/config.ts'
import { faultsOfScrapeConfigs } from '../collect/scrape/scrape-job.ts'
import { driftConfig } from '../drift/config.ts'
import { evaluationConfig } from '../evaluation/config.ts'
import { probesConfig } from '../evaluation/probes/config.ts'
import { remoteWriteConfigs } from '../export/remote-write/config.ts'
import { filesConfig } from '../ingest/files/config.ts'
import { gatewayConfig } from '../ingest/gateway/config.ts'
import { otlpConfig } from '../ingest/otlp/config.ts'
import { privacyConfig } from '../ingest/privacy/config.ts'
import { notSupported } from '../model/not-supported.ts'
import { budgetsSchema, pricingSchema } from '../pricing/config.ts'
import { queryConfig } from '../promql/config.ts'
import { ruleFilesConfig, rulesConfig, slosConfig } from '../rules/config.ts'
import { limitsConfig, retentionConfig, storageConfig } from '../storage/config.ts'

/**
 * All of tetrascope.yaml, each section declared by the folder that it configures. Every section has a working default.
 * Never changed after it was read.
 */
export const configSchema = z
  .strictObject({
    global: globalConfig,
    scrape_configs: scrapeConfigs,
    rule_files: ruleFilesConfig,
    remote_write: remoteWriteConfigs,
    remote_read: notSupported('remote_read', 'storage.prometheus makes another server the store of metrics'),
    tracing: notSupported('tracing', 'its own requests are not traced'),
    runtime: notSupported('runtime', 'it sets up the garbage collector of Go'),
    otlp: otlpConfig,
    query: queryConfig,
    alerting: alertingConfig,
    /** A file in Alertmanager's syntax, relative to this one. */
    alertmanager: z.string().min(1).optional(),
    server: serverConfig,
    auth: authConfig,
    storage: storageConfig,
    retention: retentionConfig,
    limits: limitsConfig,
    host: hostConfig,
    gateway: gatewayConfig,
    files: filesConfig,
    privacy: privacyConfig,
    evaluation: evaluationConfig,
    probes: probesConfig,
    drift: driftConfig,
    pricing: pricingSchema.prefault({}),
    budgets: budgetsSchema,
    rules: rulesConfig,
    slos: slosConfig,
    catalogue: catalogueConfig,
  })
  .superRefine((config, context) => {
    for (const { path, message } of faultsOfScrapeConfigs(config.global, config.scrape_configs)) {
      context.addIssue({ code: 'custom', path: [...path], message })
    }
  })

export type Config = Readonly<z.output<typeof configSchema>>
