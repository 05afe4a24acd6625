import { groupKeyHash } from '../../group-key-hash.ts'
import { attempt, type HttpPost, judge } from '../../http-sender.ts'
import { cutCharacters } from '../../message-text.ts'
import type { Notification } from '../../notify/notification.ts'
import type { Receiver, ReceiverContext, SendResult } from '../../receiver.ts'
import { goJsonLine, goMap, omitEmpty } from '../../template/go-json.ts'
import type { Rendering } from '../../template/notification-templates.ts'
import type { OpsgenieConfig } from './config.ts'

const MAX_MESSAGE_LENGTH = 130

type OpsgenieRequest = Pick<HttpPost, 'url' | 'body' | 'method'>

/** Creates, updates and closes alerts (https://docs.opsgenie.com/docs/alert-api). */
export function createOpsgenie(config: OpsgenieConfig, { templates, http, secret }: ReceiverContext): Receiver {
  const sender = http(config.http_config)
  return {
    notify: (notification, signal) =>
      attempt(async () => {
        const rendering = templates.render(notification)
        const key = rendering.text(await secret(config.api_key, config.api_key_file))
        const headers = { 'content-type': 'application/json', authorization: `GenieKey ${key}` }
        let result: SendResult = 'sent'
        for (const request of requestsFor(config, notification, rendering)) {
          result = judge(await sender.post({ ...request, headers }, signal), [429])
          if (result !== 'sent') return result
        }
        return result
      }),
  }
}

/** An alert that exists already keeps its texts unless it is updated by calls of their own. */
function requestsFor(config: OpsgenieConfig, notification: Notification, rendering: Rendering): OpsgenieRequest[] {
  const alias = groupKeyHash(notification.groupKey)
  const alerts = new URL('v2/alerts', config.api_url).href
  const { text } = rendering
  if (notification.status === 'resolved') {
    return [{ url: `${alerts}/${alias}/close?identifierType=alias`, body: goJsonLine({ source: text(config.source) }) }]
  }
  const created = newAlert(config, alias, rendering)
  const create = { url: alerts, body: goJsonLine(created) }
  if (!config.update_alerts) return [create]
  const update = (field: string, body: object): OpsgenieRequest => ({
    url: `${alerts}/${alias}/${field}?identifierType=alias`,
    body: goJsonLine(body),
    method: 'PUT',
  })
  return [
    create,
    update('message', { message: created.message }),
    update('description', { description: text(config.description) }),
  ]
}

function newAlert(config: OpsgenieConfig, alias: string, { data, text }: Rendering) {
  const details = Object.entries(config.details).map(([name, value]): [string, string] => [name, text(value)])
  return {
    alias,
    message: cutCharacters(text(config.message), MAX_MESSAGE_LENGTH),
    ...omitEmpty({ description: text(config.description) }),
    details: goMap([...data.CommonLabels, ...details]),
    source: text(config.source),
    ...omitEmpty({
      responders: config.responders.flatMap((who) => responders(who, text)),
      tags: commaSeparated(text(config.tags)),
      note: text(config.note),
      priority: text(config.priority),
      entity: text(config.entity),
      actions: commaSeparated(text(config.actions)),
    }),
  }
}

/** `teams` stands for several of them, separated by commas. One without any identity is left out: a template may have rendered to nothing. */
function responders(
  who: OpsgenieConfig['responders'][number],
  text: (template: string) => string,
): Readonly<Record<string, string>>[] {
  const type = text(who.type).toLowerCase()
  const identity = { id: text(who.id), name: text(who.name), username: text(who.username) }
  if (type === 'teams') return commaSeparated(identity.name).map((name) => ({ name, type: 'team' }))
  const known = omitEmpty(identity)
  return Object.keys(known).length === 0 ? [] : [{ ...known, type }]
}

function commaSeparated(list: string): string[] {
  return list
    .split(',')
    .map((item) => item.trim())
    .filter((item) => item !== '')
}
