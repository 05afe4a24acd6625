import { groupKeyHash } from '../../group-key-hash.ts'
import { attempt, judge, within } from '../../http-sender.ts'
import { cutCharacters } from '../../message-text.ts'
import type { Notification } from '../../notify/notification.ts'
import type { Receiver, ReceiverContext } from '../../receiver.ts'
import { goJson, goJsonLine, goMap, omitEmpty } from '../../template/go-json.ts'
import type { PagerdutyConfig } from './config.ts'

const EVENTS_V1_URL = 'https://events.pagerduty.com/generic/2010-04-15/create_event.json'
const MAX_SUMMARY_LENGTH = 1_024
const MAX_EVENT_BYTES = 512_000
const TOO_MANY_REQUESTS = 429
/** The first version of the API limits with this. */
const FORBIDDEN = 403

interface Event {
  readonly config: PagerdutyConfig
  readonly key: string
  readonly notification: Notification
  readonly text: (template: string) => string
  readonly details: Readonly<Record<string, unknown>>
}

/** Triggers and resolves incidents (https://developer.pagerduty.com/docs/events-api-v2/overview/); with a `service_key` over the first version of that API. */
export function createPagerduty(config: PagerdutyConfig, { templates, http, secret }: ReceiverContext): Receiver {
  const sender = http(config.http_config)
  const isV1 = config.service_key !== '' || config.service_key_file !== ''
  return {
    notify: (notification, signal) =>
      attempt(async () => {
        const { text } = templates.render(notification)
        const key = text(
          isV1
            ? await secret(config.service_key, config.service_key_file)
            : await secret(config.routing_key, config.routing_key_file),
        )
        const compose = isV1 ? eventV1 : eventV2
        const body = encode((details) => compose({ config, key, notification, text, details }), config, text)
        const url = isV1 ? EVENTS_V1_URL : config.url
        const headers = { 'content-type': 'application/json' }
        const answer = await sender.post({ url, headers, body }, within(signal, config.timeout))
        return judge(answer, [isV1 ? FORBIDDEN : TOO_MANY_REQUESTS])
      }),
  }
}

/** PagerDuty refuses large events; the details are what makes them large. */
function encode(compose: (details: Event['details']) => object, config: PagerdutyConfig, text: Event['text']): string {
  const body = goJsonLine(compose(renderDetails(config.details, text)))
  if (Buffer.byteLength(body) <= MAX_EVENT_BYTES) return body
  return goJsonLine(
    compose({ error: 'Custom details have been removed because the original event exceeds the maximum size of 512KB' }),
  )
}

function renderDetails(details: PagerdutyConfig['details'], text: Event['text']): Event['details'] {
  const render = (value: unknown): unknown => {
    if (typeof value === 'string') return text(value)
    if (Array.isArray(value)) return value.map(render)
    if (typeof value !== 'object' || value === null) return value
    return Object.fromEntries(Object.entries(value).map(([name, item]) => [name, render(item)]))
  }
  return Object.fromEntries(Object.entries(details).map(([name, value]) => [name, render(value)]))
}

function eventV2({ config, key, notification, text, details }: Event) {
  return {
    routing_key: key,
    dedup_key: groupKeyHash(notification.groupKey),
    event_action: notification.status === 'firing' ? 'trigger' : 'resolve',
    payload: {
      summary: cutCharacters(text(config.description), MAX_SUMMARY_LENGTH),
      source: text(config.source),
      severity: text(config.severity) || 'error',
      ...omitEmpty({ class: text(config.class), component: text(config.component), group: text(config.group) }),
      custom_details: goMap(Object.entries(details)),
    },
    ...omitEmpty({
      client: text(config.client),
      client_url: text(config.client_url),
      images: config.images
        .map(({ src, alt, href }) => ({ src: text(src), alt: text(alt), href: text(href) }))
        .filter(({ src }) => src !== ''),
      links: config.links
        .map((link) => ({ href: text(link.href), text: text(link.text) }))
        .filter(({ href }) => href !== ''),
    }),
  }
}

/** Details of the first version are texts only. */
function eventV1({ config, key, notification, text, details }: Event) {
  const isFiring = notification.status === 'firing'
  return {
    service_key: key,
    incident_key: groupKeyHash(notification.groupKey),
    event_type: isFiring ? 'trigger' : 'resolve',
    description: cutCharacters(text(config.description), MAX_SUMMARY_LENGTH),
    ...(isFiring ? omitEmpty({ client: text(config.client), client_url: text(config.client_url) }) : {}),
    details: goMap(
      Object.entries(details).map(([name, value]) => [name, typeof value === 'string' ? value : goJson(value)]),
    ),
  }
}
