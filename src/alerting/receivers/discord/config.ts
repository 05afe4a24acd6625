import { z } from 'zod'
import { atMostOne, oneOf, secretUrl, sendResolved, textOr } from '../../config-values.ts'
import { text } from '../../../util/yaml-values.ts'
import { httpConfig } from '../../../http/config.ts'

export const discordConfig = z
  .strictObject({
    send_resolved: sendResolved(true),
    http_config: httpConfig.nullish(),
    webhook_url: secretUrl,
    webhook_url_file: text,
    content: textOr('{{ template "discord.default.content" . }}'),
    title: textOr('{{ template "discord.default.title" . }}'),
    message: textOr('{{ template "discord.default.message" . }}'),
    username: text,
    avatar_url: text,
  })
  .refine(...oneOf('webhook_url', 'webhook_url_file'))
  .refine(...atMostOne('webhook_url', 'webhook_url_file'))

export type DiscordConfig = z.output<typeof discordConfig>
