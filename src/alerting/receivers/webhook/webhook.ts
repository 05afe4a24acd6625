import { judge, secretFrom, unreachable } from '../../http-sender.ts'
import type { Notification } from '../../notify/notification.ts'
import { goJson } from '../../template/go-json.ts'
import type { Rendering } from '../../template/notification-templates.ts'
import type { Receiver, ReceiverContext, SendResult } from '../../receiver.ts'
import type { WebhookConfig } from './config.ts'

/** Posts the notification as JSON, in version 4 of Alertmanager's format (https://prometheus.io/docs/alerting/latest/configuration/#webhook_config). */
export function createWebhook(config: WebhookConfig, { templates, http }: ReceiverContext): Receiver {
  const sender = http(config.http_config)
  return {
    async notify(notification, signal): Promise<SendResult> {
      const sent = truncate(notification, config.max_alerts)
      const rendering = templates.render(sent)
      const truncated = notification.alerts.length - sent.alerts.length
      const limit = config.timeout > 0 ? AbortSignal.any([signal, AbortSignal.timeout(config.timeout)]) : signal
      try {
        const url = rendering.text(config.url || (await secretFrom(config.url_file)))
        const headers = { 'content-type': 'application/json' }
        return judge(
          await sender.post(
            { url, headers, body: webhookBody(rendering, notification.groupKey, truncated, config) },
            limit,
          ),
        )
      } catch (error) {
        return unreachable(error)
      }
    },
  }
}

/** The first alerts only; what is common to them and their status follow from these. */
function truncate(notification: Notification, maxAlerts: number): Notification {
  if (maxAlerts === 0 || notification.alerts.length <= maxAlerts) return notification
  const alerts = notification.alerts.slice(0, maxAlerts)
  return { ...notification, alerts, status: alerts.some(({ status }) => status === 'firing') ? 'firing' : 'resolved' }
}

/** The body, with the newline that Go's encoder ends with. */
function webhookBody(
  { data, text }: Rendering,
  groupKey: string,
  truncatedAlerts: number,
  config: WebhookConfig,
): string {
  if (config.payload !== undefined) return `${goJson(expand(config.payload, text))}\n`
  const message = {
    receiver: data.Receiver,
    status: data.Status,
    alerts: Array.from(data.Alerts),
    groupLabels: data.GroupLabels,
    commonLabels: data.CommonLabels,
    commonAnnotations: data.CommonAnnotations,
    externalURL: data.ExternalURL,
    version: '4',
    groupKey,
    truncatedAlerts,
  }
  return `${goJson({ toJSON: () => message })}\n`
}

/** The user's own body: every text in it is a template. */
function expand(value: unknown, text: (template: string) => string): unknown {
  if (typeof value === 'string') return text(value)
  if (Array.isArray(value)) return value.map((item: unknown) => expand(item, text))
  if (typeof value !== 'object' || value === null) return value
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [text(key), expand(item, text)]))
}
