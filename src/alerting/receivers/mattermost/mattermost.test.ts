import { afterAll, beforeEach, expect, test } from 'vitest'
import { notifyOnce, Provider, receiverOf } from '../../../../test/support/provider.ts'

const provider = await Provider.start()
beforeEach(() => provider.reset())
afterAll(() => provider.stop())

function mattermost(more = ''): ReturnType<typeof receiverOf> {
  return receiverOf(
    `mattermost_configs: [{webhook_url: "${provider.url}/hooks/x", channel: ops, text: "{{ .Status }}", title: t, title_link: "http://us", fallback: f ${more}}]`,
  )
}

test('an attachment of the receiver and further ones', async () => {
  provider.reset(() => ({ body: 'ok' }))
  const more =
    ', attachments: [{text: second, fields: [{title: a, value: b, short: true}]}], props: {card: c}, priority: {priority: urgent, requested_ack: true}'
  expect(await notifyOnce(mattermost(more))).toBe('sent')
  expect(provider.got[0]?.body).toBe(
    '{"channel":"ops","username":"Alertmanager","attachments":[{"fallback":"f","color":"danger","text":"firing","title":"t","title_link":"http://us"},' +
      '{"text":"second","fields":[{"title":"a","value":"b","short":true}]}],"props":{"card":"c"},"priority":{"priority":"urgent","requested_ack":true}}\n',
  )
})

test('too often may come later, an unknown webhook not', async () => {
  provider.reset(() => ({ status: 429, headers: { 'retry-after': '1' } }))
  expect(await notifyOnce(mattermost())).toMatchObject({ retry: true, retryAfterMs: 1_000 })
  provider.reset(() => ({ status: 400, body: { message: 'Invalid webhook.' } }))
  expect(await notifyOnce(mattermost())).toMatchObject({ retry: false })
})
