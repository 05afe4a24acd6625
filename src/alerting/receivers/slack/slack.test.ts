import { afterAll, beforeEach, expect, test } from 'vitest'
import { notificationOf, notifyOnce, Provider, receiverOf } from '../../../../test/support/provider.ts'

const provider = await Provider.start()
beforeEach(() => provider.reset(() => ({ body: 'ok' })))
afterAll(() => provider.stop())

const webhook = () => receiverOf(`slack_configs: [{api_url: "${provider.url}/services/T/B/X", channel: "#ai"}]`)

test('a webhook gets exactly these bytes', async () => {
  expect(await notifyOnce(webhook())).toBe('sent')
  expect(provider.got[0]).toMatchObject({
    method: 'POST',
    url: '/services/T/B/X',
    headers: { 'content-type': 'application/json' },
  })
  expect(provider.got[0]?.body).toBe(
    [
      String.raw`{"channel":"#ai","username":"Alertmanager","attachments":[{"title":"[FIRING:1] SlowFirstToken (application critical)",`,
      String.raw`"title_link":"http://us/#/alerts?receiver=r","text":"",`,
      String.raw`"fallback":"[FIRING:1] SlowFirstToken (application critical) | http://us/#/alerts?receiver=r",`,
      String.raw`"callback_id":"","footer":"","color":"danger","mrkdwn_in":["fallback","pretext","text"]}]}`,
      '\n',
    ].join(''),
  )
})

test('the text for people has both languages, where to look and where to acknowledge', async () => {
  const text = '{{ template \\"tetrascope.slack.text\\" . }}'
  const slack = receiverOf(`slack_configs: [{api_url: "${provider.url}", send_resolved: true, text: "${text}"}]`)
  await notifyOnce(slack, notificationOf({ acknowledgeUrl: 'https://us/acknowledge/t' }))
  expect(provider.got[0]?.body).toContain(
    [
      String.raw`*Firing / 告警中: 1*`,
      String.raw`\n• *First token takes 4.2 s (limit 2 s)* / 首个词元耗时 4.2 秒（阈值 2 秒）\n  p95 over 5 minutes\n  5 分钟 p95`,
      String.raw`\n  severity critical, layer application, since 2026-01-05 11:55:00 UTC (\u003chttp://us/graph?g0.expr=x%3E2|query\u003e) (\u003chttp://wiki/slow|runbook\u003e)`,
      String.raw`\n*Resolved / 已恢复: 1*`,
      String.raw`\n• *First token takes 4.2 s (limit 2 s)* / 首个词元耗时 4.2 秒（阈值 2 秒）\n  p95 over 5 minutes\n  5 分钟 p95`,
      String.raw`\n  severity critical, layer application, since 2026-01-05 11:55:00 UTC, until 11:59:00 UTC (\u003chttp://us/graph?g0.expr=x%3E2|query\u003e) (\u003chttp://wiki/slow|runbook\u003e)`,
      String.raw`\n\u003chttps://us/acknowledge/t|Acknowledge / 确认\u003e`,
    ].join(''),
  )
})

test('a bot posts with its token; the web API refuses with status 200', async () => {
  const bot = () =>
    receiverOf(`slack_configs: [{app_token: xoxb-1, app_url: "${provider.url}/api/chat.postMessage", channel: C1}]`)
  provider.reset(({ headers }) => ({ body: { ok: headers.authorization === 'Bearer xoxb-1' } }))
  expect(await notifyOnce(bot())).toBe('sent')
  provider.reset(() => ({ body: { ok: false, error: 'channel_not_found' } }))
  expect(await notifyOnce(bot())).toEqual({ retry: false, reason: 'error response from Slack: channel_not_found' })
  provider.reset(() => ({ body: { ok: false, error: 'ratelimited' } }))
  expect(await notifyOnce(bot())).toMatchObject({ retry: true })
})

test('too often may come later, not before the time it says; a webhook that is gone never', async () => {
  provider.reset(() => ({ status: 429, headers: { 'retry-after': '30' }, body: 'rate_limited' }))
  expect(await notifyOnce(webhook())).toEqual({
    retry: true,
    reason: 'unexpected status code 429: rate_limited',
    retryAfterMs: 30_000,
  })
  provider.reset(() => ({ status: 404, body: 'no_service' }))
  expect(await notifyOnce(webhook())).toEqual({ retry: false, reason: 'unexpected status code 404: no_service' })
})

test('an answer that does not come in time may come at the next try', async () => {
  provider.reset(() => undefined)
  const slow = receiverOf(`slack_configs: [{api_url: "${provider.url}", timeout: 20ms}]`)
  expect(await notifyOnce(slow)).toMatchObject({ retry: true })
})
