import { attempt, judge, within } from '../../http-sender.ts'
import type { Notification } from '../../notify/notification.ts'
import type { Receiver, ReceiverContext } from '../../receiver.ts'
import { firstAlerts, webhookMessage } from '../../webhook-message.ts'
import type { IncidentioConfig } from './config.ts'

const MAX_MESSAGE_BYTES = 512_000
const TOO_MANY_REQUESTS = 429

/** Posts the notification in the webhook's format to an alert source (https://api-docs.incident.io/tag/Alert-Events-V2). */
export function createIncidentio(config: IncidentioConfig, { templates, http, secret }: ReceiverContext): Receiver {
  const sender = http(config.http_config)
  return {
    notify: (notification, signal) =>
      attempt(async () => {
        const url = await secret(config.url, config.url_file)
        const token = await secret(config.alert_source_token, config.alert_source_token_file)
        const headers = {
          'content-type': 'application/json',
          ...(token === '' ? {} : { authorization: `Bearer ${token}` }),
        }
        const body = messageThatFits(notification, config.max_alerts, templates)
        return judge(await sender.post({ url, headers, body }, within(signal, config.timeout)), [TOO_MANY_REQUESTS])
      }),
  }
}

/** incident.io refuses large messages: half as many alerts until it fits, and the message says how many are missing. */
function messageThatFits(
  notification: Notification,
  maxAlerts: number,
  templates: ReceiverContext['templates'],
): string {
  const sent = firstAlerts(notification, maxAlerts)
  const { data } = templates.render(sent)
  const message = webhookMessage(data, notification.groupKey, notification.alerts.length - sent.alerts.length)
  if (Buffer.byteLength(message) <= MAX_MESSAGE_BYTES || sent.alerts.length <= 1) return message
  return messageThatFits(notification, Math.ceil(sent.alerts.length / 2), templates)
}
