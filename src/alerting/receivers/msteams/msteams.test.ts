import { afterAll, beforeEach, expect, test } from 'vitest'
import { notifyOnce, Provider, receiverOf } from '../../../../test/support/provider.ts'

const provider = await Provider.start()
beforeEach(() => provider.reset())
afterAll(() => provider.stop())

function teams(): ReturnType<typeof receiverOf> {
  return receiverOf(
    `msteams_configs: [{webhook_url: "${provider.url}/x", title: "{{ .Status }}", summary: s, text: t}]`,
  )
}

test('a message card', async () => {
  provider.reset(() => ({ body: '1' }))
  expect(await notifyOnce(teams())).toBe('sent')
  expect(provider.got[0]?.body).toBe(
    '{"@context":"http://schema.org/extensions","@type":"MessageCard","title":"firing","summary":"s","text":"t","themeColor":"8C1A1A"}\n',
  )
})

test('what Teams answers behind the connector stands in a good answer', async () => {
  const failed = (status: number) => ({
    body: `Webhook message delivery failed with error: Microsoft Teams endpoint returned HTTP error ${status} with ContextId x`,
  })
  provider.reset(() => failed(429))
  expect(await notifyOnce(teams())).toMatchObject({ retry: true })
  provider.reset(() => failed(403))
  expect(await notifyOnce(teams())).toMatchObject({ retry: false })
})
