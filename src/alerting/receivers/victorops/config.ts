import { z } from 'zod'
import { atMostOne, sendResolved, textOr, url } from '../../config-values.ts'
import { text, textMap } from '../../../util/yaml-values.ts'
import type { GlobalConfig } from '../../global-config.ts'
import { httpConfig } from '../../../http/config.ts'
import { ReceiverConfigError } from '../../receiver.ts'

/** What we send ourselves and a custom field must not overwrite. */
const RESERVED = [
  'routing_key',
  'message_type',
  'state_message',
  'entity_display_name',
  'monitoring_tool',
  'entity_id',
  'entity_state',
]

export const victoropsConfig = z
  .strictObject({
    send_resolved: sendResolved(true),
    http_config: httpConfig.nullish(),
    api_key: text,
    api_key_file: text,
    api_url: url,
    routing_key: text.refine((value) => value !== '', 'missing Routing key in VictorOps config'),
    message_type: textOr('CRITICAL'),
    state_message: textOr('{{ template "victorops.default.state_message" . }}'),
    entity_display_name: textOr('{{ template "victorops.default.entity_display_name" . }}'),
    monitoring_tool: textOr('{{ template "victorops.default.monitoring_tool" . }}'),
    custom_fields: textMap.refine((fields) => !RESERVED.some((name) => name in fields), {
      error: () =>
        `victorOps config contains a custom field which cannot be used as it conflicts with the fixed/static fields (${RESERVED.join(', ')})`,
    }),
  })
  .refine(...atMostOne('api_key', 'api_key_file'))

export type VictoropsConfig = z.output<typeof victoropsConfig>

export function completeVictorops(config: VictoropsConfig, global: GlobalConfig): VictoropsConfig {
  const hasKey = config.api_key !== '' || config.api_key_file !== ''
  const complete = {
    ...config,
    api_url: (config.api_url || global.victorops_api_url).replace(/\/*$/, '/'),
    ...(hasKey ? {} : { api_key: global.victorops_api_key, api_key_file: global.victorops_api_key_file }),
  }
  if (complete.api_key === '' && complete.api_key_file === '') {
    throw new ReceiverConfigError('no global VictorOps API Key set')
  }
  return complete
}
