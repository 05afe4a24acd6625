import { z } from 'zod'
import { atMostOne, oneOf, secretUrl, sendResolved, textOr } from '../../config-values.ts'
import { flag, text, texts } from '../../../util/yaml-values.ts'
import { httpConfig } from '../../../http/config.ts'

/** `feishu_configs`: a group robot of Feishu or Lark (https://open.feishu.cn/document/client-docs/bot-v3/add-custom-bot). Ours, not Alertmanager's. */
export const feishuConfig = z
  .strictObject({
    send_resolved: sendResolved(true),
    http_config: httpConfig.nullish(),
    webhook_url: secretUrl,
    webhook_url_file: text,
    /** Of a robot with signature verification; '' sends unsigned. */
    secret: text,
    secret_file: text,
    title: textOr('{{ template "feishu.default.title" . }}'),
    text: textOr('{{ template "feishu.default.text" . }}'),
    at_user_ids: texts,
    at_all: flag(false),
  })
  .refine(...oneOf('webhook_url', 'webhook_url_file'))
  .refine(...atMostOne('webhook_url', 'webhook_url_file'))
  .refine(...atMostOne('secret', 'secret_file'))

export type FeishuConfig = z.output<typeof feishuConfig>
