import { z } from 'zod'
import { atMostOne, sendResolved, textOr, url } from '../../config-values.ts'
import { flag, listOf, text } from '../../../util/yaml-values.ts'
import type { GlobalConfig } from '../../global-config.ts'
import { httpConfig } from '../../../http/config.ts'
import { ReceiverConfigError } from '../../receiver.ts'

// Alertmanager derives these keys from its Go names: `msgprocessingtype` and not `msg_processing_type`.
const action = z.strictObject({
  type: text,
  text,
  url: text,
  imageurl: text,
  iswebview: flag(false),
  webviewheightratio: text,
  msg: text,
  msginchatwindow: flag(false),
  msgprocessingtype: text,
})

export const rocketchatConfig = z
  .strictObject({
    send_resolved: sendResolved(false),
    http_config: httpConfig.nullish(),
    api_url: url,
    token_id: text,
    token_id_file: text,
    token: text,
    token_file: text,
    channel: text,
    color: textOr('{{ if eq .Status "firing" }}red{{ else }}green{{ end }}'),
    title: textOr('{{ template "rocketchat.default.title" . }}'),
    title_link: textOr('{{ template "rocketchat.default.titlelink" . }}'),
    text: textOr('{{ template "rocketchat.default.text" . }}'),
    fields: listOf(z.strictObject({ short: z.boolean().nullish(), title: text, value: text })),
    short_fields: flag(false),
    emoji: textOr('{{ template "rocketchat.default.emoji" . }}'),
    icon_url: textOr('{{ template "rocketchat.default.iconurl" . }}'),
    image_url: text,
    thumb_url: text,
    link_names: flag(false),
    actions: listOf(action),
  })
  .refine(...atMostOne('token', 'token_file'))
  .refine(...atMostOne('token_id', 'token_id_file'))

export type RocketchatConfig = z.output<typeof rocketchatConfig>

export function completeRocketchat(config: RocketchatConfig, global: GlobalConfig): RocketchatConfig {
  const complete = {
    ...config,
    api_url: config.api_url || global.rocketchat_api_url,
    token_id: config.token_id || global.rocketchat_token_id,
    token_id_file: config.token_id_file || global.rocketchat_token_id_file,
    token: config.token || global.rocketchat_token,
    token_file: config.token_file || global.rocketchat_token_file,
  }
  if (complete.token_id === '' && complete.token_id_file === '') {
    throw new ReceiverConfigError('no global Rocketchat TokenID set either inline or in a file')
  }
  if (complete.token === '' && complete.token_file === '') {
    throw new ReceiverConfigError('no global Rocketchat Token set either inline or in a file')
  }
  return complete
}
