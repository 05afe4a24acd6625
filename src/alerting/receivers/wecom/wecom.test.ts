import { afterAll, beforeEach, expect, test } from 'vitest'
import { notifyOnce, Provider, receiverOf } from '../../../../test/support/provider.ts'

const provider = await Provider.start()
beforeEach(() => provider.reset())
afterAll(() => provider.stop())

function wecom(more: string): ReturnType<typeof receiverOf> {
  return receiverOf(`wecom_configs: [{webhook_url: "${provider.url}/cgi-bin/webhook/send?key=k", ${more}}]`)
}

const TAKEN = { errcode: 0, errmsg: 'ok' }

test('markdown says in two languages what happened, and mentions people in it', async () => {
  provider.reset(() => ({ body: TAKEN }))
  expect(await notifyOnce(wecom('mentioned_users: [li], mention_all: true'))).toBe('sent')
  const { body = '', url } = provider.got[0] ?? {}
  expect(url).toBe('/cgi-bin/webhook/send?key=k')
  const content =
    '### [FIRING:1] SlowFirstToken (application critical)\n' +
    '**Firing / 告警中: 1**\n' +
    '- **First token takes 4.2 s (limit 2 s)** / 首个词元耗时 4.2 秒（阈值 2 秒）\n  p95 over 5 minutes\n  5 分钟 p95\n' +
    '  severity critical, layer application, since 2026-01-05 11:55:00 UTC ([query](http://us/graph?g0.expr=x%3E2)) ([runbook](http://wiki/slow))\n' +
    '**Resolved / 已恢复: 1**\n' +
    '- **First token takes 4.2 s (limit 2 s)** / 首个词元耗时 4.2 秒（阈值 2 秒）\n  p95 over 5 minutes\n  5 分钟 p95\n' +
    '  severity critical, layer application, since 2026-01-05 11:55:00 UTC, until 11:59:00 UTC ([query](http://us/graph?g0.expr=x%3E2)) ([runbook](http://wiki/slow))\n' +
    '[http://us](http://us)\n<@li> <@all>'
  expect(body).toBe(JSON.stringify({ msgtype: 'markdown', markdown: { content } }))
})

test('plain text has lists of whom it mentions', async () => {
  provider.reset(() => ({ body: TAKEN }))
  await notifyOnce(
    wecom(
      'message_type: text, text: "{{ .Status }}", mentioned_users: [li], mentioned_mobiles: ["138"], mention_all: true',
    ),
  )
  expect(provider.got[0]?.body).toBe(
    '{"msgtype":"text","text":{"content":"firing","mentioned_list":["li","@all"],"mentioned_mobile_list":["138"]}}',
  )
})

test('a long text is cut between characters and keeps its mentions', async () => {
  provider.reset(() => ({ body: TAKEN }))
  await notifyOnce(wecom(`text: "${'告'.repeat(2_000)}", mentioned_users: [li]`))
  const { markdown } = JSON.parse(provider.got[0]?.body ?? '') as { markdown: { content: string } }
  expect(Buffer.byteLength(markdown.content)).toBeLessThanOrEqual(4_096)
  expect(markdown.content).toMatch(/^告+…\n<@li>$/)
})

test('a refusal inside a good answer: too often may come later, a wrong key not', async () => {
  provider.reset(() => ({ body: { errcode: 45009, errmsg: 'api freq out of limit' } }))
  expect(await notifyOnce(wecom('text: x'))).toEqual({
    retry: true,
    reason: 'WeCom refused with errcode 45009: api freq out of limit',
  })
  provider.reset(() => ({ body: { errcode: 93000, errmsg: 'invalid webhook url' } }))
  expect(await notifyOnce(wecom('text: x'))).toMatchObject({ retry: false })
})
