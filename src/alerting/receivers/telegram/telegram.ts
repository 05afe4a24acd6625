import { answerFields } from '../../answer-fields.ts'
import { attempt, type HttpAnswer, judge } from '../../http-sender.ts'
import { cutCharacters } from '../../message-text.ts'
import type { Receiver, ReceiverContext, SendResult } from '../../receiver.ts'
import { omitEmpty } from '../../template/go-json.ts'
import type { TelegramConfig } from './config.ts'

const MAX_MESSAGE_LENGTH = 4_096

/** Sends a message as a bot (https://core.telegram.org/bots/api#sendmessage). */
export function createTelegram(config: TelegramConfig, { templates, http, secret }: ReceiverContext): Receiver {
  const sender = http(config.http_config)
  return {
    notify: (notification, signal) =>
      attempt(async () => {
        const { text, html } = templates.render(notification)
        const written = config.parse_mode === 'HTML' ? html(config.message) : text(config.message)
        const token = await secret(config.bot_token, config.bot_token_file)
        const chat = config.chat_id === 0 ? await secret('', config.chat_id_file) : String(config.chat_id)
        const url = `${config.api_url.replace(/\/+$/, '')}/bot${token}/sendMessage`
        const body = JSON.stringify(telegramMessage(config, chat, written))
        return judgeTelegram(await sender.post({ url, body, headers: { 'content-type': 'application/json' } }, signal))
      }),
  }
}

function telegramMessage(config: TelegramConfig, chat: string, written: string) {
  return {
    chat_id: chat,
    ...(config.message_thread_id === 0 ? {} : { message_thread_id: config.message_thread_id }),
    text: cutCharacters(written, MAX_MESSAGE_LENGTH),
    ...omitEmpty({ parse_mode: config.parse_mode, disable_notification: config.disable_notifications }),
    disable_web_page_preview: true,
  }
}

/** How long to wait stands in the answer's body. */
function judgeTelegram(answer: HttpAnswer): SendResult {
  const { parameters } = answerFields(answer.body)
  const seconds =
    typeof parameters === 'object' && parameters !== null ? Reflect.get(parameters, 'retry_after') : undefined
  return judge(typeof seconds === 'number' ? { ...answer, retryAfterMs: seconds * 1000 } : answer, [429])
}
