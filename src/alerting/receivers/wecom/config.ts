import { z } from 'zod'
import { atMostOne, oneOf, secretUrl, sendResolved, textOr } from '../../config-values.ts'
import { flag, text, texts } from '../../../util/yaml-values.ts'
import { httpConfig } from '../../../http/config.ts'

/** `wecom_configs`: a group robot of WeCom (https://developer.work.weixin.qq.com/document/path/91770). Ours, not Alertmanager's. */
export const wecomConfig = z
  .strictObject({
    send_resolved: sendResolved(true),
    http_config: httpConfig.nullish(),
    webhook_url: secretUrl,
    webhook_url_file: text,
    message_type: z.enum(['markdown', 'text']).default('markdown'),
    text: textOr('{{ template "wecom.default.text" . }}'),
    mentioned_users: texts,
    mentioned_mobiles: texts,
    mention_all: flag(false),
  })
  .refine(...oneOf('webhook_url', 'webhook_url_file'))
  .refine(...atMostOne('webhook_url', 'webhook_url_file'))

export type WecomConfig = z.output<typeof wecomConfig>
