import { z } from 'zod'
import { atMostOne, sendResolved, textOr, url } from '../../config-values.ts'
import { flag, listOf, text, textMap } from '../../../util/yaml-values.ts'
import type { GlobalConfig } from '../../global-config.ts'
import { httpConfig } from '../../../http/config.ts'
import { ReceiverConfigError } from '../../receiver.ts'

const TYPES = ['team', 'teams', 'user', 'escalation', 'schedule']

const responder = z
  .strictObject({ id: text, name: text, username: text, type: text })
  .refine(
    (who) => Boolean(who.id || who.username || who.name),
    'opsGenieConfig responder has to have at least one of id, username or name specified',
  )
  .refine(
    ({ type }) => type.includes('{{') || TYPES.includes(type.toLowerCase()),
    `opsGenieConfig responder type does not match valid options ${TYPES.join('|')}`,
  )

export const opsgenieConfig = z
  .strictObject({
    send_resolved: sendResolved(true),
    http_config: httpConfig.nullish(),
    api_key: text,
    api_key_file: text,
    api_url: url,
    message: textOr('{{ template "opsgenie.default.message" . }}'),
    description: textOr('{{ template "opsgenie.default.description" . }}'),
    source: textOr('{{ template "opsgenie.default.source" . }}'),
    details: textMap,
    entity: text,
    responders: listOf(responder),
    actions: text,
    tags: text,
    note: text,
    priority: text,
    update_alerts: flag(false),
  })
  .refine(...atMostOne('api_key', 'api_key_file'))

export type OpsgenieConfig = z.output<typeof opsgenieConfig>

export function completeOpsgenie(config: OpsgenieConfig, global: GlobalConfig): OpsgenieConfig {
  const hasKey = config.api_key !== '' || config.api_key_file !== ''
  const complete = {
    ...config,
    api_url: (config.api_url || global.opsgenie_api_url).replace(/\/*$/, '/'),
    ...(hasKey ? {} : { api_key: global.opsgenie_api_key, api_key_file: global.opsgenie_api_key_file }),
  }
  if (complete.api_key === '' && complete.api_key_file === '') {
    throw new ReceiverConfigError('no global OpsGenie API Key set either inline or in a file')
  }
  return complete
}
