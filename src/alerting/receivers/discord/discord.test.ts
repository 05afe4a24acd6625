import { afterAll, beforeEach, expect, test } from 'vitest'
import { notifyOnce, Provider, receiverOf, resolvedNotification } from '../../../../test/support/provider.ts'

const provider = await Provider.start()
beforeEach(() => provider.reset())
afterAll(() => provider.stop())

function discord(more: string): ReturnType<typeof receiverOf> {
  return receiverOf(`discord_configs: [{webhook_url: "${provider.url}/api/webhooks/1/t", ${more}}]`)
}

test('an embed in the colour of the state', async () => {
  provider.reset(() => ({ status: 204 }))
  const receiver = discord('title: "{{ .Status }}", message: m, content: "@here", username: us')
  expect(await notifyOnce(receiver)).toBe('sent')
  expect(await notifyOnce(receiver, resolvedNotification())).toBe('sent')
  expect(provider.got.map(({ body }) => body)).toEqual([
    '{"content":"@here","embeds":[{"title":"firing","description":"m","color":10038562}],"username":"us"}\n',
    '{"content":"@here","embeds":[{"title":"resolved","description":"m","color":3066993}],"username":"us"}\n',
  ])
})

test('texts are cut to what Discord takes', async () => {
  await notifyOnce(discord(`title: "${'t'.repeat(300)}", message: "${'m'.repeat(5_000)}"`))
  expect(provider.got[0]?.body).toContain(`"title":"${'t'.repeat(255)}…","description":"${'m'.repeat(4_095)}…"`)
})

test('too often may come later, an unknown webhook not', async () => {
  provider.reset(() => ({ status: 429, headers: { 'retry-after': '1' }, body: { retry_after: 0.6, global: false } }))
  expect(await notifyOnce(discord(''))).toMatchObject({ retry: true, retryAfterMs: 1_000 })
  provider.reset(() => ({ status: 404, body: { message: 'Unknown Webhook', code: 10015 } }))
  expect(await notifyOnce(discord(''))).toMatchObject({ retry: false })
})
