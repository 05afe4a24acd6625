import { createHmac } from 'node:crypto'
import { afterAll, beforeEach, expect, test } from 'vitest'
import {
  NOTIFIED_AT_MS,
  notificationOf,
  notifyOnce,
  Provider,
  type ProviderRequest,
  receiverOf,
} from '../../../../test/support/provider.ts'

const provider = await Provider.start()
beforeEach(() => provider.reset(robot))
afterAll(() => provider.stop())

const SECRET = 'SEC1'
const HOUR_MS = 3_600_000

/** As the robot checks it: signed with the secret, and not longer ago than an hour. */
function robot({ url }: ProviderRequest) {
  const { searchParams } = new URL(url, 'http://robot')
  const timestamp = searchParams.get('timestamp') ?? ''
  const expected = createHmac('sha256', SECRET).update(`${timestamp}\n${SECRET}`).digest('base64')
  const isFresh = Math.abs(Number(timestamp) - NOTIFIED_AT_MS) < HOUR_MS
  return isFresh && searchParams.get('sign') === expected
    ? { body: { errcode: 0, errmsg: 'ok' } }
    : { body: { errcode: 310000, errmsg: 'sign not match' } }
}

function dingtalk(more = '', secret = SECRET) {
  return receiverOf(
    `dingtalk_configs: [{webhook_url: "${provider.url}/robot/send?access_token=t", secret: ${secret}${more}}]`,
  )
}

test('a signed robot gets exactly these bytes', async () => {
  const notification = notificationOf({ acknowledgeUrl: 'https://us/acknowledge/t' })
  expect(await notifyOnce(dingtalk(', at_mobiles: ["138"]'), notification)).toBe('sent')
  expect(provider.got[0]?.url).toMatch(/^\/robot\/send\?access_token=t&timestamp=1767614400000&sign=/)
  expect(provider.got[0]?.headers['content-type']).toBe('application/json')
  expect(provider.got[0]?.body).toBe(
    [
      String.raw`{"msgtype":"markdown","markdown":{"title":"[FIRING:1] SlowFirstToken (application critical)",`,
      String.raw`"text":"### [FIRING:1] SlowFirstToken (application critical)\n`,
      String.raw`\n**Firing / 告警中: 1**`,
      String.raw`\n- **First token takes 4.2 s (limit 2 s)** / 首个词元耗时 4.2 秒（阈值 2 秒）\n  p95 over 5 minutes\n  5 分钟 p95`,
      String.raw`\n  severity critical, layer application, since 2026-01-05 11:55:00 UTC ([query](http://us/graph?g0.expr=x%3E2)) ([runbook](http://wiki/slow))`,
      String.raw`\n**Resolved / 已恢复: 1**`,
      String.raw`\n- **First token takes 4.2 s (limit 2 s)** / 首个词元耗时 4.2 秒（阈值 2 秒）\n  p95 over 5 minutes\n  5 分钟 p95`,
      String.raw`\n  severity critical, layer application, since 2026-01-05 11:55:00 UTC, until 11:59:00 UTC ([query](http://us/graph?g0.expr=x%3E2)) ([runbook](http://wiki/slow))`,
      String.raw`\n[http://us](http://us) · [acknowledge / 确认](https://us/acknowledge/t)\n\n@138"`,
      String.raw`},"at":{"atMobiles":["138"],"atUserIds":[],"isAtAll":false}}`,
    ].join(''),
  )
})

test('plain text, to all', async () => {
  await notifyOnce(dingtalk(', message_type: text, text: "{{ .Status }}", at_all: true'))
  expect(provider.got[0]?.body).toBe(
    '{"msgtype":"text","text":{"content":"firing"},"at":{"atMobiles":[],"atUserIds":[],"isAtAll":true}}',
  )
})

test('a wrong secret is refused with status 200, and is not tried again', async () => {
  expect(await notifyOnce(dingtalk('', 'SEC2'))).toEqual({
    retry: false,
    reason: 'DingTalk refused with errcode 310000: sign not match',
  })
})

test.each([
  [{ body: { errcode: 410100, errmsg: 'send too fast' } }, true],
  [{ body: { errcode: 130101, errmsg: 'send too fast' } }, true],
  [{ body: { errcode: -1, errmsg: 'system busy' } }, true],
  [{ body: { errcode: 300001, errmsg: 'token is not exist' } }, false],
  [{ body: '<html>' }, false],
  [{ status: 429 }, true],
  [{ status: 502 }, true],
  [{ status: 403 }, false],
])('after %j it is worth another try: %s', async (answer, retry) => {
  provider.reset(() => answer)
  expect(await notifyOnce(dingtalk())).toMatchObject({ retry })
})

test('an answer that does not come in time may come at the next try', async () => {
  provider.reset(() => undefined)
  expect(await dingtalk().notify(notificationOf(), AbortSignal.timeout(20))).toMatchObject({ retry: true })
})
