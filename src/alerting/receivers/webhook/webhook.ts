import { attempt, judge, within } from '../../http-sender.ts'
import type { Receiver, ReceiverContext } from '../../receiver.ts'
import { goJson } from '../../template/go-json.ts'
import { firstAlerts, webhookMessage } from '../../webhook-message.ts'
import type { WebhookConfig } from './config.ts'

/** Posts the notification as JSON, Alertmanager's or the user's own. */
export function createWebhook(config: WebhookConfig, { templates, http, secret }: ReceiverContext): Receiver {
  const sender = http(config.http_config)
  return {
    notify: (notification, signal) =>
      attempt(async () => {
        const sent = firstAlerts(notification, config.max_alerts)
        const { data, text } = templates.render(sent)
        const truncated = notification.alerts.length - sent.alerts.length
        const url = text(await secret(config.url, config.url_file))
        const body =
          config.payload === undefined
            ? webhookMessage(data, notification.groupKey, truncated)
            : `${goJson(expand(config.payload, text))}\n`
        const headers = { 'content-type': 'application/json' }
        return judge(await sender.post({ url, headers, body }, within(signal, config.timeout)))
      }),
  }
}

/** The user's own body: every text in it is a template. */
function expand(value: unknown, text: (template: string) => string): unknown {
  if (typeof value === 'string') return text(value)
  if (Array.isArray(value)) return value.map((item: unknown) => expand(item, text))
  if (typeof value !== 'object' || value === null) return value
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [text(key), expand(item, text)]))
}
