import { afterAll, beforeEach, expect, test } from 'vitest'
import { notifyOnce, Provider, receiverOf, resolvedNotification } from '../../../../test/support/provider.ts'

const provider = await Provider.start()
beforeEach(() => provider.reset())
afterAll(() => provider.stop())

const HASH = 'a322baf07d3f8bfb9ac3f57ca15c13058e912536dc26ab3265e81d1ef687f2fe'

function opsgenie(more = ''): ReturnType<typeof receiverOf> {
  return receiverOf(
    `opsgenie_configs: [{api_url: "${provider.url}", api_key: K, message: "{{ .Status }}", description: d, source: us ${more}}]`,
  )
}

test('an alert with its responders, under the key of the group', async () => {
  provider.reset(() => ({ status: 202, body: { result: 'Request will be processed' } }))
  const more =
    ', responders: [{name: "a, b", type: teams}, {username: "", name: "{{ .CommonLabels.none }}", type: user}, {id: "7", type: "{{ `User` }}"}], tags: "x, y,", priority: P1, details: {model: "{{ len .Alerts }}"}'
  expect(await notifyOnce(opsgenie(more))).toBe('sent')
  expect(provider.got[0]).toMatchObject({ method: 'POST', url: '/v2/alerts' })
  expect(provider.got[0]?.headers.authorization).toBe('GenieKey K')
  expect(provider.got[0]?.body).toBe(
    `{"alias":"${HASH}","message":"firing","description":"d","details":{"alertname":"SlowFirstToken","layer":"application","model":"2",` +
      `"severity":"critical"},"source":"us","responders":[{"name":"a","type":"team"},{"name":"b","type":"team"},{"id":"7","type":"user"}],` +
      `"tags":["x","y"],"priority":"P1"}\n`,
  )
})

test('it is closed when all is over', async () => {
  await notifyOnce(opsgenie(), resolvedNotification())
  expect(provider.got[0]?.url).toBe(`/v2/alerts/${HASH}/close?identifierType=alias`)
  expect(provider.got[0]?.body).toBe('{"source":"us"}\n')
})

test('texts of an alert that exists are updated by calls of their own', async () => {
  expect(await notifyOnce(opsgenie(', update_alerts: true'))).toBe('sent')
  expect(provider.got.map(({ method, url, body }) => [method, url, body]).slice(1)).toEqual([
    ['PUT', `/v2/alerts/${HASH}/message?identifierType=alias`, '{"message":"firing"}\n'],
    ['PUT', `/v2/alerts/${HASH}/description?identifierType=alias`, '{"description":"d"}\n'],
  ])
})

test('too often may come later, a wrong key not', async () => {
  provider.reset(() => ({ status: 429, body: { message: 'You are making too many requests!' } }))
  expect(await notifyOnce(opsgenie(', update_alerts: true'))).toMatchObject({ retry: true })
  expect(provider.got).toHaveLength(1)
  provider.reset(() => ({ status: 422, body: { message: 'Key format is not valid!' } }))
  expect(await notifyOnce(opsgenie())).toMatchObject({ retry: false })
})
