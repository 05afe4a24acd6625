import { attempt, judge } from '../../http-sender.ts'
import { cutCharacters } from '../../message-text.ts'
import type { Receiver, ReceiverContext } from '../../receiver.ts'
import { omitEmpty } from '../../template/go-json.ts'
import type { Rendering } from '../../template/notification-templates.ts'
import type { PushoverConfig } from './config.ts'

const API_URL = 'https://api.pushover.net/1/messages.json'
const MAX_TITLE_LENGTH = 250
const MAX_MESSAGE_LENGTH = 1_024
const MAX_URL_LENGTH = 512
/** Pushover refuses a message without text. */
const NO_TEXT = '(no details)'

/** Pushes to telephones (https://pushover.net/api). Its 429 means that the month's messages are used up: only 5xx is worth another try. */
export function createPushover(config: PushoverConfig, { templates, http, secret }: ReceiverContext): Receiver {
  const sender = http(config.http_config)
  return {
    notify: (notification, signal) =>
      attempt(async () => {
        const rendering = templates.render(notification)
        const form = new URLSearchParams({
          token: rendering.text(await secret(config.token, config.token_file)),
          user: rendering.text(await secret(config.user_key, config.user_key_file)),
          ...message(config, rendering),
        })
        const headers = { 'content-type': 'application/x-www-form-urlencoded' }
        return judge(await sender.post({ url: API_URL, headers, body: form.toString() }, signal))
      }),
  }
}

function message(config: PushoverConfig, { text, html }: Rendering) {
  const written = (config.html ? html(config.message) : text(config.message)).trim()
  const seconds = (ms: number): string => (ms === 0 ? '' : String(Math.floor(ms / 1000)))
  return omitEmpty({
    title: cutCharacters(text(config.title), MAX_TITLE_LENGTH),
    message: cutCharacters(written, MAX_MESSAGE_LENGTH) || NO_TEXT,
    html: config.html ? '1' : '',
    monospace: config.monospace ? '1' : '',
    url: cutCharacters(text(config.url), MAX_URL_LENGTH),
    url_title: text(config.url_title),
    priority: text(config.priority),
    retry: seconds(config.retry),
    expire: seconds(config.expire),
    ttl: seconds(config.ttl),
    device: text(config.device),
    sound: text(config.sound),
  })
}
