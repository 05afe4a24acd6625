import { judge, secretFrom, unreachable } from '../../http-sender.ts'
import type { Notification } from '../../notify/notification.ts'
import { goJson } from '../../template/go-json.ts'
import type { Rendering } from '../../template/notification-templates.ts'
import type { Receiver, ReceiverContext, SendResult } from '../receiver.ts'
import type { WebhookConfig } from './config.ts'

/** Posts the notification as JSON, in version 4 of Alertmanager's format (https://prometheus.io/docs/alerting/latest/configuration/#webhook_config). */
export function createWebhook(config: WebhookConfig, { templates, http }: ReceiverContext): Receiver {
  const sender = http(config.http_config)
  return {
    async notify(notification, signal): Promise<SendResult> {
      const rendering = templates.render(notification)
      const limit = config.timeout > 0 ? AbortSignal.any([signal, AbortSignal.timeout(config.timeout)]) : signal
      try {
        const url = rendering.text(config.url || (await secretFrom(config.url_file)))
        const headers = { 'content-type': 'application/json' }
        return judge(await sender.post({ url, headers, body: webhookBody(notification, rendering, config) }, limit))
      } catch (error) {
        return unreachable(error)
      }
    },
  }
}

/** The body, with the newline that Go's encoder ends with. */
export function webhookBody(notification: Notification, rendering: Rendering, config: WebhookConfig): string {
  if (config.payload !== undefined) return `${goJson(expand(config.payload, rendering))}\n`
  const { data } = rendering
  const kept = config.max_alerts === 0 ? data.Alerts.length : Math.min(config.max_alerts, data.Alerts.length)
  const message = {
    receiver: data.Receiver,
    status: data.Status,
    alerts: Array.from(data.Alerts).slice(0, kept),
    groupLabels: data.GroupLabels,
    commonLabels: data.CommonLabels,
    commonAnnotations: data.CommonAnnotations,
    externalURL: data.ExternalURL,
    version: '4',
    groupKey: notification.groupKey,
    truncatedAlerts: data.Alerts.length - kept,
  }
  return `${goJson({ toJSON: () => message })}\n`
}

/** The user's own body: every text in it is a template. */
function expand(value: unknown, rendering: Rendering): unknown {
  if (typeof value === 'string') return rendering.text(value)
  if (Array.isArray(value)) return value.map((item: unknown) => expand(item, rendering))
  if (typeof value !== 'object' || value === null) return value
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [rendering.text(key), expand(item, rendering)]))
}
