import { type HttpAnswer, judge, unreachable } from '../../http-sender.ts'
import { cutCharacters } from '../../message-text.ts'
import { goJsonLine, omitEmpty } from '../../template/go-json.ts'
import type { Rendering } from '../../template/notification-templates.ts'
import type { Receiver, ReceiverContext, SendResult } from '../../receiver.ts'
import type { SlackConfig } from './config.ts'

/** Slack cuts longer titles itself, in the middle of a word. */
const MAX_TITLE_LENGTH = 1_024

const TOO_MANY_REQUESTS = 429

/** Posts an attachment to a Slack webhook, or with a bot token to `chat.postMessage` (https://api.slack.com/messaging/webhooks). */
export function createSlack(config: SlackConfig, { templates, http, secret }: ReceiverContext): Receiver {
  const sender = http(config.http_config)
  return {
    async notify(notification, signal): Promise<SendResult> {
      const limit = config.timeout > 0 ? AbortSignal.any([signal, AbortSignal.timeout(config.timeout)]) : signal
      try {
        const body = goJsonLine(slackMessage(config, templates.render(notification)))
        const token = await secret(config.app_token, config.app_token_file)
        const url = token === '' ? await secret(config.api_url, config.api_url_file) : config.app_url
        const headers = {
          'content-type': 'application/json',
          ...(token === '' ? {} : { authorization: `Bearer ${token}` }),
        }
        return judgeSlack(await sender.post({ url, headers, body }, limit))
      } catch (error) {
        return unreachable(error)
      }
    },
  }
}

/** The web API answers 200 also when it refuses; the reason is in the body. */
function judgeSlack(answer: HttpAnswer): SendResult {
  const judged = judge(answer, [TOO_MANY_REQUESTS])
  if (judged !== 'sent' || !answer.body.trimStart().startsWith('{')) return judged
  const said = parseAnswer(answer.body)
  if (said.ok) return 'sent'
  return { retry: said.error === 'ratelimited', reason: `error response from Slack: ${said.error}` }
}

function parseAnswer(body: string): { ok: boolean; error: string } {
  try {
    const parsed: unknown = JSON.parse(body)
    if (typeof parsed !== 'object' || parsed === null) return { ok: true, error: '' }
    return { ok: Reflect.get(parsed, 'ok') === true, error: String(Reflect.get(parsed, 'error') ?? '') }
  } catch {
    return { ok: false, error: `not JSON: ${body.slice(0, 200)}` }
  }
}

/** Slack takes an empty field for a wish to show nothing there. */
function slackMessage(config: SlackConfig, rendering: Rendering) {
  const text = (template: string): string => rendering.text(template)
  return omitEmpty({
    channel: text(config.channel),
    username: text(config.username),
    icon_emoji: text(config.icon_emoji),
    icon_url: text(config.icon_url),
    link_names: config.link_names,
    text: text(config.message_text),
    attachments: [attachment(config, text)],
  })
}

function attachment(config: SlackConfig, text: (template: string) => string) {
  return {
    ...omitEmpty({
      title: cutCharacters(text(config.title), MAX_TITLE_LENGTH),
      title_link: text(config.title_link),
      pretext: text(config.pretext),
    }),
    text: text(config.text),
    fallback: text(config.fallback),
    callback_id: text(config.callback_id),
    ...omitEmpty({
      fields: config.fields.map((field) => ({
        title: text(field.title),
        value: text(field.value),
        short: field.short ?? config.short_fields,
      })),
      actions: config.actions.map((action) => actionOf(action, text)),
      image_url: text(config.image_url),
      thumb_url: text(config.thumb_url),
    }),
    footer: text(config.footer),
    ...omitEmpty({ color: text(config.color) }),
    mrkdwn_in: config.mrkdwn_in.length > 0 ? config.mrkdwn_in : ['fallback', 'pretext', 'text'],
  }
}

/** A button with a URL carries no message of its own. */
function actionOf(action: SlackConfig['actions'][number], text: (template: string) => string) {
  const isLink = action.url !== ''
  return omitEmpty({
    type: text(action.type),
    text: text(action.text),
    url: text(action.url),
    style: text(action.style),
    name: isLink ? '' : text(action.name),
    value: isLink ? '' : text(action.value),
    confirm:
      isLink || !action.confirm
        ? ''
        : omitEmpty({
            title: text(action.confirm.title),
            text: text(action.confirm.text),
            ok_text: text(action.confirm.ok_text),
            dismiss_text: text(action.confirm.dismiss_text),
          }),
  })
}
