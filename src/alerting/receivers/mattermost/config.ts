import { z } from 'zod'
import { atMostOne, secretUrl, sendResolved, textOr } from '../../config-values.ts'
import { flag, listOf, text } from '../../../util/yaml-values.ts'
import type { GlobalConfig } from '../../global-config.ts'
import { httpConfig } from '../../../http/config.ts'
import { ReceiverConfigError } from '../../receiver.ts'

const field = z
  .strictObject({ title: text, value: text, short: z.boolean().nullish() })
  .refine(({ title }) => title !== '', 'missing title in Mattermost field configuration')
  .refine(({ value }) => value !== '', 'missing value in Mattermost field configuration')

const attachment = z.strictObject({
  fallback: text,
  color: text,
  pretext: text,
  text,
  author_name: text,
  author_link: text,
  author_icon: text,
  title: text,
  title_link: text,
  fields: listOf(field),
  thumb_url: text,
  footer: text,
  footer_icon: text,
  image_url: text,
})

export const mattermostConfig = z
  .strictObject({
    ...attachment.shape,
    send_resolved: sendResolved(true),
    http_config: httpConfig.nullish(),
    webhook_url: secretUrl,
    webhook_url_file: text,
    channel: text,
    username: textOr('{{ template "mattermost.default.username" . }}'),
    text: textOr('{{ template "mattermost.default.text" . }}'),
    fallback: textOr('{{ template "mattermost.default.fallback" . }}'),
    color: textOr('{{ template "mattermost.default.color" . }}'),
    title: textOr('{{ template "mattermost.default.title" . }}'),
    title_link: textOr('{{ template "mattermost.default.titlelink" . }}'),
    icon_url: text,
    icon_emoji: text,
    attachments: listOf(attachment),
    type: text,
    props: z.strictObject({ card: text }).nullish(),
    priority: z
      .strictObject({ priority: text, requested_ack: flag(false), persistent_notifications: flag(false) })
      .nullish(),
  })
  .refine(...atMostOne('webhook_url', 'webhook_url_file'))

export type MattermostConfig = z.output<typeof mattermostConfig>

export function completeMattermost(config: MattermostConfig, global: GlobalConfig): MattermostConfig {
  if (config.webhook_url !== '' || config.webhook_url_file !== '') return config
  const complete = {
    ...config,
    webhook_url: global.mattermost_webhook_url,
    webhook_url_file: global.mattermost_webhook_url_file,
  }
  if (complete.webhook_url === '' && complete.webhook_url_file === '') {
    throw new ReceiverConfigError('missing webhook_url or webhook_url_file on mattermost_config')
  }
  return complete
}
