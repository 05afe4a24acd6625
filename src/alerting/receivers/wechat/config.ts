import { z } from 'zod'
import { atMostOne, sendResolved, textOr, url } from '../../config-values.ts'
import { text } from '../../../util/yaml-values.ts'
import type { GlobalConfig } from '../../global-config.ts'
import { httpConfig } from '../../../http/config.ts'
import { ReceiverConfigError } from '../../receiver.ts'

export const wechatConfig = z
  .strictObject({
    send_resolved: sendResolved(false),
    http_config: httpConfig.nullish(),
    api_secret: text,
    api_secret_file: text,
    corp_id: text,
    message: textOr('{{ template "wechat.default.message" . }}'),
    api_url: url,
    to_user: textOr('{{ template "wechat.default.to_user" . }}'),
    to_party: textOr('{{ template "wechat.default.to_party" . }}'),
    to_tag: textOr('{{ template "wechat.default.to_tag" . }}'),
    agent_id: textOr('{{ template "wechat.default.agent_id" . }}'),
    message_type: textOr('text').refine((type) => type === '' || type === 'text' || type === 'markdown', {
      error: (issue) =>
        `weChat message type ${JSON.stringify(issue.input)} does not match valid options text, markdown`,
    }),
  })
  .refine(...atMostOne('api_secret', 'api_secret_file'))

export type WechatConfig = z.output<typeof wechatConfig>

export function completeWechat(config: WechatConfig, global: GlobalConfig): WechatConfig {
  const hasSecret = config.api_secret !== '' || config.api_secret_file !== ''
  const complete = {
    ...config,
    api_url: (config.api_url || global.wechat_api_url).replace(/\/*$/, '/'),
    corp_id: config.corp_id || global.wechat_api_corp_id,
    message_type: config.message_type || 'text',
    ...(hasSecret ? {} : { api_secret: global.wechat_api_secret, api_secret_file: global.wechat_api_secret_file }),
  }
  if (complete.api_secret === '' && complete.api_secret_file === '') {
    throw new ReceiverConfigError('no global Wechat Api Secret set either inline or in a file')
  }
  if (complete.corp_id === '') throw new ReceiverConfigError('no global Wechat CorpID set')
  return complete
}
