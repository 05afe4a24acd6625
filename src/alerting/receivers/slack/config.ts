import { z } from 'zod'
import { atMostOne, goDurationOr, secretUrl, sendResolved, textOr, url } from '../../config-values.ts'
import { flag, listOf, text, texts } from '../../../util/yaml-values.ts'
import type { GlobalConfig } from '../../global-config.ts'
import { httpConfig } from '../../../http/config.ts'
import { ReceiverConfigError } from '../../receiver.ts'

const field = z
  .strictObject({ title: text, value: text, short: z.boolean().nullish() })
  .refine(({ title }) => title !== '', 'missing title in Slack field configuration')
  .refine(({ value }) => value !== '', 'missing value in Slack field configuration')

const confirm = z
  .strictObject({ text, title: text, ok_text: text, dismiss_text: text })
  .refine((action) => action.text !== '', 'missing text in Slack confirmation configuration')

const action = z
  .strictObject({ type: text, text, url: text, style: text, name: text, value: text, confirm: confirm.nullish() })
  .refine(({ type }) => type !== '', 'missing type in Slack action configuration')
  .refine((written) => written.text !== '', 'missing text in Slack action configuration')
  .refine((written) => written.url !== '' || written.name !== '', 'missing name or url in Slack action configuration')

export const slackConfig = z
  .strictObject({
    send_resolved: sendResolved(false),
    http_config: httpConfig.nullish(),
    api_url: secretUrl,
    api_url_file: text,
    app_token: text,
    app_token_file: text,
    app_url: url,
    channel: text,
    username: textOr('{{ template "slack.default.username" . }}'),
    color: textOr('{{ template "slack.default.color" . }}'),
    title: textOr('{{ template "slack.default.title" . }}'),
    title_link: textOr('{{ template "slack.default.titlelink" . }}'),
    pretext: textOr('{{ template "slack.default.pretext" . }}'),
    text: textOr('{{ template "slack.default.text" . }}'),
    message_text: text,
    fields: listOf(field),
    short_fields: flag(false),
    footer: textOr('{{ template "slack.default.footer" . }}'),
    fallback: textOr('{{ template "slack.default.fallback" . }}'),
    callback_id: textOr('{{ template "slack.default.callbackid" . }}'),
    icon_emoji: textOr('{{ template "slack.default.iconemoji" . }}'),
    icon_url: textOr('{{ template "slack.default.iconurl" . }}'),
    image_url: text,
    thumb_url: text,
    link_names: flag(false),
    mrkdwn_in: texts,
    actions: listOf(action),
    update_message: flag(false),
    timeout: goDurationOr(0),
  })
  .refine(...atMostOne('api_url', 'api_url_file'))
  .refine(...atMostOne('app_token', 'app_token_file'))
  .refine(
    (config) =>
      !((config.app_token || config.app_token_file) && (config.api_url || config.api_url_file)) ||
      config.api_url === config.app_url,
    'at most one of app_token/app_token_file & api_url/api_url_file must be configured',
  )
  .refine(
    (config) =>
      !(
        config.update_message &&
        (config.api_url || config.api_url_file) &&
        !config.api_url.endsWith('/api/chat.postMessage')
      ),
    'update_message cannot be used with webhook URLs; it needs a bot token',
  )

export type SlackConfig = z.output<typeof slackConfig>

/** A bot token wins over a webhook only where the receiver names neither a webhook nor an authorization of its own. */
export function completeSlack(config: SlackConfig, global: GlobalConfig): SlackConfig {
  const hasToken = config.app_token !== '' || config.app_token_file !== ''
  const hasUrl = config.api_url !== '' || config.api_url_file !== ''
  const inheritsToken = !hasToken && !hasUrl && !config.http_config?.authorization
  const complete = {
    ...config,
    app_url: config.app_url || global.slack_app_url,
    ...(inheritsToken ? { app_token: global.slack_app_token, app_token_file: global.slack_app_token_file } : {}),
    ...(hasUrl ? {} : { api_url: global.slack_api_url, api_url_file: global.slack_api_url_file }),
  }
  const usesToken = complete.app_token !== '' || complete.app_token_file !== ''
  if (!usesToken && complete.api_url === '' && complete.api_url_file === '') {
    throw new ReceiverConfigError('no Slack API URL nor App token set either inline or in a file')
  }
  if (usesToken && config.http_config?.authorization) {
    throw new ReceiverConfigError("http authorization can't be set when using Slack App tokens")
  }
  return complete
}
