import { attempt, judge } from '../../http-sender.ts'
import { cutBytes } from '../../message-text.ts'
import type { Receiver, ReceiverContext } from '../../receiver.ts'
import { goJsonLine } from '../../template/go-json.ts'
import type { WebexConfig } from './config.ts'

const MAX_MESSAGE_BYTES = 7_439

/** Posts into a room of Webex (https://developer.webex.com/docs/api/v1/messages/create-a-message). */
export function createWebex(config: WebexConfig, { templates, http }: ReceiverContext): Receiver {
  const sender = http(config.http_config)
  return {
    notify: (notification, signal) =>
      attempt(async () => {
        const { text } = templates.render(notification)
        const markdown = cutBytes(text(config.message), MAX_MESSAGE_BYTES)
        const body = goJsonLine({ markdown, roomId: text(config.room_id) })
        const headers = { 'content-type': 'application/json' }
        return judge(await sender.post({ url: config.api_url, headers, body }, signal), [429])
      }),
  }
}
