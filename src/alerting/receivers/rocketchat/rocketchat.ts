import { answerFields, textField } from '../../answer-fields.ts'
import { attempt, type HttpAnswer, judge } from '../../http-sender.ts'
import { cutCharacters } from '../../message-text.ts'
import type { Receiver, ReceiverContext, SendResult } from '../../receiver.ts'
import { goJsonLine, omitEmpty } from '../../template/go-json.ts'
import type { RocketchatConfig } from './config.ts'

const MAX_TITLE_LENGTH = 1_024

/** Posts an attachment as a user (https://developer.rocket.chat/apidocs/post-message). */
export function createRocketchat(config: RocketchatConfig, { templates, http, secret }: ReceiverContext): Receiver {
  const sender = http(config.http_config)
  return {
    notify: (notification, signal) =>
      attempt(async () => {
        const { text } = templates.render(notification)
        const headers = {
          'content-type': 'application/json',
          'x-user-id': await secret(config.token_id, config.token_id_file),
          'x-auth-token': await secret(config.token, config.token_file),
        }
        const url = `${config.api_url.replace(/\/+$/, '')}/api/v1/chat.postMessage`
        return judgeRocketchat(await sender.post({ url, headers, body: goJsonLine(message(config, text)) }, signal))
      }),
  }
}

function message(config: RocketchatConfig, text: (template: string) => string) {
  return omitEmpty({
    avatar: text(config.icon_url),
    channel: text(config.channel),
    emoji: text(config.emoji),
    parseUrls: config.link_names,
    attachments: [
      omitEmpty({
        thumb_url: text(config.thumb_url),
        title: cutCharacters(text(config.title), MAX_TITLE_LENGTH),
        title_link: text(config.title_link),
        text: text(config.text),
        image_url: text(config.image_url),
        color: text(config.color),
        fields: config.fields.map((field) => ({
          short: field.short ?? config.short_fields,
          title: text(field.title),
          value: text(field.value),
        })),
        actions: config.actions.map((action) => actionOf(action, text)),
      }),
    ],
  })
}

/** The names of the API, which the configuration writes in small letters. */
function actionOf(action: RocketchatConfig['actions'][number], text: (template: string) => string) {
  return omitEmpty({
    type: text(action.type),
    text: text(action.text),
    url: text(action.url),
    image_url: text(action.imageurl),
    is_webview: action.iswebview,
    webview_height_ratio: text(action.webviewheightratio),
    msg: text(action.msg),
    msg_in_chat_window: action.msginchatwindow,
    msg_processing_type: text(action.msgprocessingtype),
  })
}

/** A message may be refused with status 200; then `success` is missing or false. */
function judgeRocketchat(answer: HttpAnswer): SendResult {
  const judged = judge(answer, [429])
  const fields = answerFields(answer.body)
  if (judged !== 'sent' || fields['success'] === true) return judged
  return { retry: false, reason: `Rocket.Chat refused: ${textField(fields, ['error'], answer.body.slice(0, 200))}` }
}
