import { attempt, judge } from '../../http-sender.ts'
import type { Receiver, ReceiverContext } from '../../receiver.ts'
import { goJsonLine } from '../../template/go-json.ts'
import type { Rendering } from '../../template/notification-templates.ts'
import type { Msteamsv2Config } from './config.ts'

const COLOURS = { firing: 'Attention', resolved: 'Good' }

/** Posts an adaptive card to a workflow of Teams (https://learn.microsoft.com/microsoftteams/platform/webhooks-and-connectors/how-to/connectors-using). */
export function createMsteamsv2(config: Msteamsv2Config, { templates, http, secret }: ReceiverContext): Receiver {
  const sender = http(config.http_config)
  return {
    notify: (notification, signal) =>
      attempt(async () => {
        const body = goJsonLine(teamsMessage(config, notification.status, templates.render(notification)))
        const url = await secret(config.webhook_url, config.webhook_url_file)
        return judge(await sender.post({ url, body, headers: { 'content-type': 'application/json' } }, signal), [429])
      }),
  }
}

function teamsMessage(config: Msteamsv2Config, status: keyof typeof COLOURS, { text }: Rendering) {
  const title = { type: 'TextBlock', text: text(config.title), weight: 'Bolder', size: 'Medium', wrap: true }
  const card = {
    $schema: 'http://adaptivecards.io/schemas/adaptive-card.json',
    type: 'AdaptiveCard',
    version: '1.4',
    body: [
      { ...title, style: 'heading', color: COLOURS[status] },
      { type: 'TextBlock', text: text(config.text), wrap: true },
    ],
    msteams: { width: 'full' },
  }
  const attachment = { contentType: 'application/vnd.microsoft.card.adaptive', contentUrl: null }
  return { type: 'message', attachments: [{ ...attachment, content: card }] }
}
