import { attempt, type HttpAnswer, judge } from '../../http-sender.ts'
import type { Receiver, ReceiverContext, SendResult } from '../../receiver.ts'
import { goJsonLine, omitEmpty } from '../../template/go-json.ts'
import type { Rendering } from '../../template/notification-templates.ts'
import type { MsteamsConfig } from './config.ts'

const COLOURS = { firing: '8C1A1A', resolved: '2DC72D' }

/** Posts a card to a connector of Teams (https://learn.microsoft.com/outlook/actionable-messages/message-card-reference). */
export function createMsteams(config: MsteamsConfig, { templates, http, secret }: ReceiverContext): Receiver {
  const sender = http(config.http_config)
  return {
    notify: (notification, signal) =>
      attempt(async () => {
        const body = goJsonLine(messageCard(config, notification.status, templates.render(notification)))
        const url = await secret(config.webhook_url, config.webhook_url_file)
        return judgeTeams(await sender.post({ url, body, headers: { 'content-type': 'application/json' } }, signal))
      }),
  }
}

function messageCard(config: MsteamsConfig, status: keyof typeof COLOURS, { text }: Rendering) {
  return {
    '@context': 'http://schema.org/extensions',
    '@type': 'MessageCard',
    ...omitEmpty({ title: text(config.title), summary: text(config.summary) }),
    text: text(config.text),
    themeColor: COLOURS[status],
  }
}

/** The connector answers 200 also when Teams behind it refuses; the status of that stands in the text. */
function judgeTeams(answer: HttpAnswer): SendResult {
  const judged = judge(answer, [429])
  const behind = /HTTP error (\d{3})/.exec(answer.body)?.[1]
  if (judged !== 'sent' || behind === undefined) return judged
  return judge({ status: Number(behind), body: answer.body }, [429])
}
