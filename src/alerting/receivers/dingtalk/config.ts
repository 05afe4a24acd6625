import { z } from 'zod'
import { atMostOne, oneOf, secretUrl, sendResolved, textOr } from '../../config-values.ts'
import { flag, text, texts } from '../../../util/yaml-values.ts'
import { httpConfig } from '../../../http/config.ts'

/** `dingtalk_configs`: a group robot of DingTalk (https://open.dingtalk.com/document/robots/custom-robot-access). Ours, not Alertmanager's. */
export const dingtalkConfig = z
  .strictObject({
    send_resolved: sendResolved(true),
    http_config: httpConfig.nullish(),
    webhook_url: secretUrl,
    webhook_url_file: text,
    /** Of a robot whose security setting is "signature"; '' sends unsigned. */
    secret: text,
    secret_file: text,
    message_type: z.enum(['markdown', 'text']).default('markdown'),
    title: textOr('{{ template "dingtalk.default.title" . }}'),
    text: textOr('{{ template "dingtalk.default.text" . }}'),
    at_mobiles: texts,
    at_user_ids: texts,
    at_all: flag(false),
  })
  .refine(...oneOf('webhook_url', 'webhook_url_file'))
  .refine(...atMostOne('webhook_url', 'webhook_url_file'))
  .refine(...atMostOne('secret', 'secret_file'))

export type DingtalkConfig = z.output<typeof dingtalkConfig>
