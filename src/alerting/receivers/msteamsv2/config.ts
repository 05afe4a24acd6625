import { z } from 'zod'
import { atMostOne, oneOf, secretUrl, sendResolved, textOr } from '../../config-values.ts'
import { text } from '../../../util/yaml-values.ts'
import { httpConfig } from '../../../http/config.ts'

export const msteamsv2Config = z
  .strictObject({
    send_resolved: sendResolved(true),
    http_config: httpConfig.nullish(),
    webhook_url: secretUrl,
    webhook_url_file: text,
    title: textOr('{{ template "msteamsv2.default.title" . }}'),
    text: textOr('{{ template "msteamsv2.default.text" . }}'),
  })
  .refine(...oneOf('webhook_url', 'webhook_url_file'))
  .refine(...atMostOne('webhook_url', 'webhook_url_file'))

export type Msteamsv2Config = z.output<typeof msteamsv2Config>
