import { createHmac } from 'node:crypto'
import { afterAll, beforeEach, expect, test } from 'vitest'
import {
  notifyOnce,
  Provider,
  type ProviderRequest,
  receiverOf,
  resolvedNotification,
} from '../../../../test/support/provider.ts'

const provider = await Provider.start()
beforeEach(() => provider.reset())
afterAll(() => provider.stop())

function feishu(more: string): ReturnType<typeof receiverOf> {
  return receiverOf(`feishu_configs: [{webhook_url: "${provider.url}/open-apis/bot/v2/hook/x", ${more}}]`)
}

/** As the robot checks it: the time in seconds and the secret sign nothing. */
function checkSignature({ body }: ProviderRequest) {
  const { timestamp, sign } = JSON.parse(body) as { timestamp: string; sign: string }
  const expected = createHmac('sha256', `${timestamp}\nSEC`).update('').digest('base64')
  if (sign === expected) return { body: { StatusCode: 0, StatusMessage: 'success', code: 0, data: {}, msg: 'success' } }
  return { body: { code: 19021, msg: 'sign match fail or timestamp is not within one hour from current time' } }
}

test('a signed card, red while it fires', async () => {
  provider.reset(checkSignature)
  expect(
    await notifyOnce(feishu('secret: SEC, title: "{{ .Status }}", text: 告警, at_all: true, at_user_ids: [ou_1]')),
  ).toBe('sent')
  const sign = createHmac('sha256', '1767614400\nSEC').digest('base64')
  expect(provider.got[0]?.body).toBe(
    `{"timestamp":"1767614400","sign":"${sign}","msg_type":"interactive","card":{"config":{"wide_screen_mode":true},` +
      `"header":{"template":"red","title":{"tag":"plain_text","content":"firing"}},` +
      `"elements":[{"tag":"markdown","content":"告警\\n<at id=all></at><at id=ou_1></at>"}]}}`,
  )
})

test('green and unsigned when all is over; the texts are in two languages', async () => {
  provider.reset(() => ({ body: { code: 0 } }))
  expect(await notifyOnce(feishu(''), resolvedNotification())).toBe('sent')
  const { body = '' } = provider.got[0] ?? {}
  expect(body).toContain('"template":"green"')
  expect(body).toContain('首个词元耗时 4.2 秒（阈值 2 秒）')
  expect(body).not.toContain('timestamp')
})

test('refusals inside a good answer', async () => {
  provider.reset(checkSignature)
  expect(await notifyOnce(feishu('secret: WRONG'))).toEqual({
    retry: false,
    reason: 'Feishu refused with code 19021: sign match fail or timestamp is not within one hour from current time',
  })
  provider.reset(() => ({ body: { code: 11232, msg: 'frequency limited psm' } }))
  expect(await notifyOnce(feishu(''))).toEqual({
    retry: true,
    reason: 'Feishu is busy, code 11232: frequency limited psm',
  })
})
