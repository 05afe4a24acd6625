import { z } from 'zod'
import { atMostOne, count, goDurationOr, oneOf, sendResolved, templateUrl } from '../../config-values.ts'
import { text } from '../../../util/yaml-values.ts'
import { httpConfig } from '../../../http/config.ts'

export const webhookConfig = z
  .strictObject({
    send_resolved: sendResolved(true),
    http_config: httpConfig.nullish(),
    url: templateUrl,
    url_file: text,
    /** Alerts beyond this many are cut off and counted in `truncatedAlerts`; 0 sends all. */
    max_alerts: count,
    timeout: goDurationOr(0),
    /** A body of the user's own in place of Alertmanager's; its texts are templates. */
    payload: z.json().optional(),
  })
  .refine(...oneOf('url', 'url_file'))
  .refine(...atMostOne('url', 'url_file'))

export type WebhookConfig = z.output<typeof webhookConfig>
