import { z } from 'zod'
import { atMostOne, count, goDurationOr, oneOf, sendResolved, url } from '../../config-values.ts'
import { text } from '../../../util/yaml-values.ts'
import { httpConfig } from '../../../http/config.ts'

export const incidentioConfig = z
  .strictObject({
    send_resolved: sendResolved(true),
    http_config: httpConfig.nullish(),
    url,
    url_file: text,
    alert_source_token: text,
    alert_source_token_file: text,
    max_alerts: count,
    timeout: goDurationOr(0),
  })
  .refine(...oneOf('url', 'url_file'))
  .refine(...atMostOne('url', 'url_file'))
  .refine(...atMostOne('alert_source_token', 'alert_source_token_file'))
  .refine(
    (config) =>
      !config.http_config?.authorization || (config.alert_source_token === '' && config.alert_source_token_file === ''),
    'cannot specify alert_source_token or alert_source_token_file when using http_config.authorization',
  )

export type IncidentioConfig = z.output<typeof incidentioConfig>
