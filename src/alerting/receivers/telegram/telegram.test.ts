import { afterAll, beforeEach, expect, test } from 'vitest'
import { notifyOnce, Provider, receiverOf } from '../../../../test/support/provider.ts'

const provider = await Provider.start()
beforeEach(() => provider.reset())
afterAll(() => provider.stop())

function telegram(more: string): ReturnType<typeof receiverOf> {
  return receiverOf(`telegram_configs: [{api_url: "${provider.url}", bot_token: "1:T", chat_id: -5, ${more}}]`)
}

test('HTML in which values cannot break the markup', async () => {
  provider.reset(() => ({ body: { ok: true, result: {} } }))
  const message = 'message: "<b>{{ .Status }}</b> {{ \\"1 < 2\\" }}", message_thread_id: 7, disable_notifications: true'
  expect(await notifyOnce(telegram(message))).toBe('sent')
  expect(provider.got[0]).toMatchObject({ method: 'POST', url: '/bot1:T/sendMessage' })
  expect(provider.got[0]?.body).toBe(
    '{"chat_id":"-5","message_thread_id":7,"text":"<b>firing</b> 1 &lt; 2","parse_mode":"HTML","disable_notification":true,' +
      '"disable_web_page_preview":true}',
  )
})

test('plain text, cut to what Telegram takes', async () => {
  await notifyOnce(telegram(`parse_mode: "", message: "${'🔥'.repeat(5_000)}"`))
  expect(provider.got[0]?.body).toBe(`{"chat_id":"-5","text":"${'🔥'.repeat(4_095)}…","disable_web_page_preview":true}`)
})

test('too often may come later, after as long as the body says; an unknown chat not', async () => {
  const limited = {
    ok: false,
    error_code: 429,
    description: 'Too Many Requests: retry after 9',
    parameters: { retry_after: 9 },
  }
  provider.reset(() => ({ status: 429, body: limited }))
  expect(await notifyOnce(telegram(''))).toMatchObject({ retry: true, retryAfterMs: 9_000 })
  provider.reset(() => ({
    status: 400,
    body: { ok: false, error_code: 400, description: 'Bad Request: chat not found' },
  }))
  expect(await notifyOnce(telegram(''))).toMatchObject({ retry: false })
})
