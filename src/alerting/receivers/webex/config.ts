import { z } from 'zod'
import { sendResolved, textOr, url } from '../../config-values.ts'
import { text } from '../../../util/yaml-values.ts'
import type { GlobalConfig } from '../../global-config.ts'
import { httpConfig } from '../../../http/config.ts'

export const webexConfig = z
  .strictObject({
    send_resolved: sendResolved(true),
    http_config: httpConfig.nullish(),
    api_url: url,
    message: textOr('{{ template "webex.default.message" . }}'),
    room_id: text.refine((value) => value !== '', 'missing room_id on webex_config'),
  })
  .refine((config) => Boolean(config.http_config?.authorization), 'missing webex_configs.http_config.authorization')

export type WebexConfig = z.output<typeof webexConfig>

export function completeWebex(config: WebexConfig, global: GlobalConfig): WebexConfig {
  return { ...config, api_url: config.api_url || global.webex_api_url }
}
