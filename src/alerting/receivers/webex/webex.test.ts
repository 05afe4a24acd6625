import { afterAll, beforeEach, expect, test } from 'vitest'
import { notifyOnce, Provider, receiverOf } from '../../../../test/support/provider.ts'

const provider = await Provider.start()
beforeEach(() => provider.reset())
afterAll(() => provider.stop())

function webex(message: string): ReturnType<typeof receiverOf> {
  return receiverOf(
    `webex_configs: [{api_url: "${provider.url}/v1/messages", room_id: R, message: "${message}", http_config: {authorization: {credentials: T}}}]`,
  )
}

test('markdown into a room', async () => {
  expect(await notifyOnce(webex('{{ .Status }}'))).toBe('sent')
  expect(provider.got[0]).toMatchObject({ url: '/v1/messages', body: '{"markdown":"firing","roomId":"R"}\n' })
  expect(provider.got[0]?.headers.authorization).toBe('Bearer T')
})

test('a long text is cut to what Webex takes', async () => {
  await notifyOnce(webex('x'.repeat(8_000)))
  expect(provider.got[0]?.body).toBe(`{"markdown":"${'x'.repeat(7_436)}…","roomId":"R"}\n`)
})

test('too often may come later, a wrong token not', async () => {
  provider.reset(() => ({ status: 429, headers: { 'retry-after': '3' } }))
  expect(await notifyOnce(webex('x'))).toMatchObject({ retry: true, retryAfterMs: 3_000 })
  provider.reset(() => ({ status: 401, body: { message: 'The request requires a valid access token' } }))
  expect(await notifyOnce(webex('x'))).toMatchObject({ retry: false })
})
