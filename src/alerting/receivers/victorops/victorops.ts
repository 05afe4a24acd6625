import { groupKeyHash } from '../../group-key-hash.ts'
import { attempt, judge } from '../../http-sender.ts'
import { cutCharacters } from '../../message-text.ts'
import type { Notification } from '../../notify/notification.ts'
import type { Receiver, ReceiverContext } from '../../receiver.ts'
import { goJson } from '../../template/go-json.ts'
import type { Rendering } from '../../template/notification-templates.ts'
import type { VictoropsConfig } from './config.ts'

const MAX_MESSAGE_LENGTH = 20_480
const MESSAGE_TYPES = ['CRITICAL', 'WARNING', 'INFO']
const RECOVERY = 'RECOVERY'

/** Opens and recovers incidents (https://help.victorops.com/knowledge-base/rest-endpoint-integration-guide/). */
export function createVictorops(config: VictoropsConfig, { templates, http, secret }: ReceiverContext): Receiver {
  const sender = http(config.http_config)
  return {
    notify: (notification, signal) =>
      attempt(async () => {
        const rendering = templates.render(notification)
        const key = await secret(config.api_key, config.api_key_file)
        const url = `${config.api_url}${key}/${rendering.text(config.routing_key)}`
        const body = `${goJson(incident(config, notification, rendering))}\n`
        return judge(await sender.post({ url, body, headers: { 'content-type': 'application/json' } }, signal), [429])
      }),
  }
}

function incident(config: VictoropsConfig, { status, groupKey }: Notification, { text }: Rendering) {
  const wanted = text(config.message_type).toUpperCase()
  const firing = MESSAGE_TYPES.includes(wanted) ? wanted : 'CRITICAL'
  return {
    ...Object.fromEntries(Object.entries(config.custom_fields).map(([name, value]) => [name, text(value)])),
    message_type: status === 'firing' ? firing : RECOVERY,
    entity_id: groupKeyHash(groupKey),
    entity_display_name: text(config.entity_display_name),
    state_message: cutCharacters(text(config.state_message), MAX_MESSAGE_LENGTH),
    monitoring_tool: text(config.monitoring_tool),
  }
}
