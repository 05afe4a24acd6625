import { z } from 'zod'
import { atMostOne, goDurationOr, sendResolved, textOr, url } from '../../config-values.ts'
import { listOf, text } from '../../../util/yaml-values.ts'
import type { GlobalConfig } from '../../global-config.ts'
import { httpConfig } from '../../../http/config.ts'

const DEFAULT_DETAILS = {
  firing: '{{ template "pagerduty.default.instances" .Alerts.Firing }}',
  resolved: '{{ template "pagerduty.default.instances" .Alerts.Resolved }}',
  num_firing: '{{ .Alerts.Firing | len }}',
  num_resolved: '{{ .Alerts.Resolved | len }}',
}

export const pagerdutyConfig = z
  .strictObject({
    send_resolved: sendResolved(true),
    http_config: httpConfig.nullish(),
    service_key: text,
    service_key_file: text,
    routing_key: text,
    routing_key_file: text,
    url,
    client: textOr('{{ template "pagerduty.default.client" . }}'),
    client_url: textOr('{{ template "pagerduty.default.clientURL" . }}'),
    description: textOr('{{ template "pagerduty.default.description" .}}'),
    details: z
      .record(z.string(), z.json())
      .nullish()
      .transform((details) => ({ ...DEFAULT_DETAILS, ...details })),
    images: listOf(z.strictObject({ src: text, alt: text, href: text })),
    links: listOf(z.strictObject({ href: text, text })),
    source: text,
    severity: text,
    class: text,
    component: text,
    group: text,
    timeout: goDurationOr(0),
  })
  .refine(
    (config) => Boolean(config.routing_key || config.service_key || config.routing_key_file || config.service_key_file),
    'missing service or routing key in PagerDuty config',
  )
  .refine(...atMostOne('routing_key', 'routing_key_file'))
  .refine(...atMostOne('service_key', 'service_key_file'))
  .transform((config) => ({ ...config, source: config.source || config.client }))

export type PagerdutyConfig = z.output<typeof pagerdutyConfig>

export function completePagerduty(config: PagerdutyConfig, global: GlobalConfig): PagerdutyConfig {
  return { ...config, url: config.url || global.pagerduty_url }
}
