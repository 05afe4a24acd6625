import { attempt, judge } from '../../http-sender.ts'
import { cutCharacters } from '../../message-text.ts'
import type { Receiver, ReceiverContext } from '../../receiver.ts'
import { goJsonLine, omitEmpty } from '../../template/go-json.ts'
import type { MattermostConfig } from './config.ts'

const MAX_TEXT_LENGTH = 16_383

/** The keys of an attachment, which the receiver's own configuration also has for the first one. */
type Attachment = MattermostConfig['attachments'][number]

/** Posts attachments to an incoming webhook (https://developers.mattermost.com/integrate/webhooks/incoming/). */
export function createMattermost(config: MattermostConfig, { templates, http, secret }: ReceiverContext): Receiver {
  const sender = http(config.http_config)
  return {
    notify: (notification, signal) =>
      attempt(async () => {
        const { text } = templates.render(notification)
        const url = await secret(config.webhook_url, config.webhook_url_file)
        const headers = { 'content-type': 'application/json' }
        return judge(await sender.post({ url, headers, body: goJsonLine(message(config, text)) }, signal), [429])
      }),
  }
}

function message(config: MattermostConfig, text: (template: string) => string) {
  const { props, priority } = config
  return {
    ...omitEmpty({
      channel: text(config.channel),
      username: text(config.username),
      icon_url: text(config.icon_url),
      icon_emoji: text(config.icon_emoji),
      attachments: [config, ...config.attachments].map((attachment) => attachmentOf(attachment, text)),
      type: text(config.type),
    }),
    ...(props ? { props: { card: text(props.card) } } : {}),
    ...(priority
      ? {
          priority: {
            priority: text(priority.priority),
            ...omitEmpty({
              requested_ack: priority.requested_ack,
              persistent_notifications: priority.persistent_notifications,
            }),
          },
        }
      : {}),
  }
}

function attachmentOf(attachment: Attachment, text: (template: string) => string) {
  return omitEmpty({
    fallback: text(attachment.fallback),
    color: text(attachment.color),
    pretext: text(attachment.pretext),
    text: cutCharacters(text(attachment.text), MAX_TEXT_LENGTH),
    author_name: text(attachment.author_name),
    author_link: text(attachment.author_link),
    author_icon: text(attachment.author_icon),
    title: text(attachment.title),
    title_link: text(attachment.title_link),
    fields: attachment.fields.map((field) => ({
      title: text(field.title),
      value: text(field.value),
      ...omitEmpty({ short: field.short ?? false }),
    })),
    thumb_url: text(attachment.thumb_url),
    footer: text(attachment.footer),
    footer_icon: text(attachment.footer_icon),
    image_url: text(attachment.image_url),
  })
}
