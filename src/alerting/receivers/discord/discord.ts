import { attempt, judge } from '../../http-sender.ts'
import { cutCharacters } from '../../message-text.ts'
import type { Receiver, ReceiverContext } from '../../receiver.ts'
import { goJsonLine, omitEmpty } from '../../template/go-json.ts'
import type { Rendering } from '../../template/notification-templates.ts'
import type { DiscordConfig } from './config.ts'

const MAX_TITLE_LENGTH = 256
const MAX_MESSAGE_LENGTH = 4_096
const MAX_CONTENT_LENGTH = 2_000
const COLOURS = { firing: 0x992d22, resolved: 0x2ecc71 }

/** Posts an embed to a Discord webhook (https://discord.com/developers/docs/resources/webhook#execute-webhook). */
export function createDiscord(config: DiscordConfig, { templates, http, secret }: ReceiverContext): Receiver {
  const sender = http(config.http_config)
  return {
    notify: (notification, signal) =>
      attempt(async () => {
        const body = goJsonLine(discordMessage(config, notification.status, templates.render(notification)))
        const url = await secret(config.webhook_url, config.webhook_url_file)
        return judge(await sender.post({ url, body, headers: { 'content-type': 'application/json' } }, signal), [429])
      }),
  }
}

function discordMessage(config: DiscordConfig, status: keyof typeof COLOURS, { text }: Rendering) {
  return {
    content: cutCharacters(text(config.content), MAX_CONTENT_LENGTH),
    embeds: [
      {
        title: cutCharacters(text(config.title), MAX_TITLE_LENGTH),
        description: cutCharacters(text(config.message), MAX_MESSAGE_LENGTH),
        color: COLOURS[status],
      },
    ],
    ...omitEmpty({ username: text(config.username), avatar_url: text(config.avatar_url) }),
  }
}
