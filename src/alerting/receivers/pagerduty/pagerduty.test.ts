import { afterAll, beforeEach, expect, test } from 'vitest'
import {
  notificationOf,
  notifyOnce,
  Provider,
  receiverOf,
  resolvedNotification,
} from '../../../../test/support/provider.ts'

const provider = await Provider.start()
beforeEach(() => provider.reset())
afterAll(() => provider.stop())

const HASH = 'a322baf07d3f8bfb9ac3f57ca15c13058e912536dc26ab3265e81d1ef687f2fe'

const KEYS =
  'routing_key: K, client: us, client_url: "http://us", description: "{{ .Status }}", severity: "{{ .CommonLabels.severity }}"'
const DETAILS =
  'details: {firing: "", resolved: "", num_firing: "{{ len .Alerts.Firing }}", num_resolved: "", deep: {a: ["{{ .Status }}", 1]}}'

function pagerduty(more = ''): ReturnType<typeof receiverOf> {
  return receiverOf(`pagerduty_configs: [{url: "${provider.url}/v2/enqueue", ${KEYS}, ${DETAILS} ${more}}]`)
}

test('an event triggers an incident under the key of the group', async () => {
  provider.reset(() => ({ status: 202, body: { status: 'success', message: 'Event processed', dedup_key: HASH } }))
  const links =
    ', component: "{{ .CommonLabels.layer }}", links: [{href: "http://wiki", text: wiki}, {href: "", text: none}]'
  expect(await notifyOnce(pagerduty(links))).toBe('sent')
  expect(provider.got[0]).toMatchObject({ method: 'POST', url: '/v2/enqueue' })
  expect(provider.got[0]?.headers['content-type']).toBe('application/json')
  expect(provider.got[0]?.body).toBe(
    `{"routing_key":"K","dedup_key":"${HASH}","event_action":"trigger","payload":{"summary":"firing","source":"us",` +
      `"severity":"critical","component":"application","custom_details":{"deep":{"a":["firing",1]},"firing":"","num_firing":"1",` +
      `"num_resolved":"","resolved":""}},"client":"us","client_url":"http://us","links":[{"href":"http://wiki","text":"wiki"}]}\n`,
  )
})

test('the same key resolves it', async () => {
  await notifyOnce(pagerduty(), resolvedNotification())
  expect(JSON.parse(provider.got[0]?.body ?? '')).toMatchObject({ dedup_key: HASH, event_action: 'resolve' })
})

test('an integration of the first version has a service key and texts as details', async () => {
  const receiver = receiverOf(
    `pagerduty_configs: [{service_key: S, client: us, client_url: "http://us", description: d, ${DETAILS}}]`,
    { provider },
  )
  expect(await notifyOnce(receiver)).toBe('sent')
  expect(provider.got[0]).toMatchObject({ url: '/generic/2010-04-15/create_event.json' })
  expect(provider.got[0]?.headers['x-meant-for']).toBe('events.pagerduty.com')
  expect(provider.got[0]?.body).toBe(
    `{"service_key":"S","incident_key":"${HASH}","event_type":"trigger","description":"d","client":"us","client_url":"http://us",` +
      `"details":{"deep":"{\\"a\\":[\\"firing\\",1]}","firing":"","num_firing":"1","num_resolved":"","resolved":""}}\n`,
  )
})

test('details that make an event too large are left out', async () => {
  const annotations = { description: 'x'.repeat(600_000) }
  const alerts = notificationOf().alerts.map((alert) => ({ ...alert, annotations }))
  await notifyOnce(bare(), notificationOf({ alerts }))
  expect(provider.got[0]?.body).toContain('"custom_details":{"error":"Custom details have been removed because')
})

function bare(): ReturnType<typeof receiverOf> {
  return receiverOf(`pagerduty_configs: [{url: "${provider.url}", routing_key: K}]`)
}

test('too many events may come later, a wrong key not', async () => {
  provider.reset(() => ({ status: 429, headers: { 'retry-after': '30' } }))
  expect(await notifyOnce(pagerduty())).toEqual({
    retry: true,
    reason: 'unexpected status code 429',
    retryAfterMs: 30_000,
  })
  const refusal = { status: 'invalid event', message: 'Event object is invalid', errors: ["Invalid 'routing_key'"] }
  provider.reset(() => ({ status: 400, body: refusal }))
  expect(await notifyOnce(pagerduty())).toEqual({
    retry: false,
    reason: `unexpected status code 400: ${JSON.stringify(refusal)}`,
  })
})
