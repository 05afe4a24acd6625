import { afterAll, beforeEach, expect, test } from 'vitest'
import { notifyOnce, Provider, receiverOf, resolvedNotification } from '../../../../test/support/provider.ts'

const provider = await Provider.start()
beforeEach(() => provider.reset())
afterAll(() => provider.stop())

function webhook(more = '') {
  return receiverOf(`webhook_configs: [{url: "${provider.url}/hook"${more}}]`)
}

test('exactly these bytes, in version 4 of the format', async () => {
  expect(await notifyOnce(webhook())).toBe('sent')
  expect(provider.got[0]).toMatchObject({
    method: 'POST',
    url: '/hook',
    headers: { 'content-type': 'application/json', 'user-agent': 'Tetrascope' },
  })
  expect(provider.got[0]?.body).toBe(
    [
      String.raw`{"receiver":"r","status":"firing","alerts":[`,
      String.raw`{"status":"firing","labels":{"alertname":"SlowFirstToken","layer":"application","model":"gpt","severity":"critical"},`,
      String.raw`"annotations":{"description":"p95 over 5 minutes","description_zh":"5 分钟 p95","runbook_url":"http://wiki/slow","summary":"First token takes 4.2 s (limit 2 s)","summary_zh":"首个词元耗时 4.2 秒（阈值 2 秒）"},`,
      String.raw`"startsAt":"2026-01-05T11:55:00Z","endsAt":"0001-01-01T00:00:00Z","generatorURL":"http://us/graph?g0.expr=x%3E2","fingerprint":"a657dec60bacd55d"},`,
      String.raw`{"status":"resolved","labels":{"alertname":"SlowFirstToken","layer":"application","model":"glm","severity":"critical"},`,
      String.raw`"annotations":{"description":"p95 over 5 minutes","description_zh":"5 分钟 p95","runbook_url":"http://wiki/slow","summary":"First token takes 4.2 s (limit 2 s)","summary_zh":"首个词元耗时 4.2 秒（阈值 2 秒）"},`,
      String.raw`"startsAt":"2026-01-05T11:55:00Z","endsAt":"2026-01-05T11:59:00Z","generatorURL":"http://us/graph?g0.expr=x%3E2","fingerprint":"0d489f4ba6413acc"}],`,
      String.raw`"groupLabels":{"alertname":"SlowFirstToken"},"commonLabels":{"alertname":"SlowFirstToken","layer":"application","severity":"critical"},`,
      String.raw`"commonAnnotations":{"description":"p95 over 5 minutes","description_zh":"5 分钟 p95","runbook_url":"http://wiki/slow","summary":"First token takes 4.2 s (limit 2 s)","summary_zh":"首个词元耗时 4.2 秒（阈值 2 秒）"},`,
      String.raw`"externalURL":"http://us","version":"4","groupKey":"{}:{alertname=\"SlowFirstToken\"}","truncatedAlerts":0}`,
      '\n',
    ].join(''),
  )
})

test('what is over says so; what is cut off is counted', async () => {
  await notifyOnce(webhook(), resolvedNotification())
  expect(JSON.parse(provider.got[0]?.body ?? '')).toMatchObject({ status: 'resolved', truncatedAlerts: 0 })
  await notifyOnce(webhook(', max_alerts: 1'))
  expect(JSON.parse(provider.got[1]?.body ?? '')).toMatchObject({ truncatedAlerts: 1, alerts: [{ status: 'firing' }] })
})

test('a body and an address of one’s own', async () => {
  const own = receiverOf(
    `webhook_configs: [{url: "${provider.url}/{{ .GroupLabels.alertname }}", payload: {text: "{{ .Status }}", n: [1, "{{ len .Alerts }}"]}, http_config: {authorization: {credentials: secret}}}]`,
  )
  expect(await notifyOnce(own)).toBe('sent')
  expect(provider.got[0]).toMatchObject({
    url: '/SlowFirstToken',
    headers: { authorization: 'Bearer secret' },
    body: '{"n":[1,"2"],"text":"firing"}\n',
  })
})

test.each([
  [
    { status: 500, body: 'oops' },
    { retry: true, reason: 'unexpected status code 500: oops' },
  ],
  [
    { status: 503, headers: { 'retry-after': '7' } },
    { retry: true, reason: 'unexpected status code 503', retryAfterMs: 7_000 },
  ],
  [
    { status: 400, body: 'no' },
    { retry: false, reason: 'unexpected status code 400: no' },
  ],
])('%j is judged', async (answer, result) => {
  provider.reset(() => answer)
  expect(await notifyOnce(webhook())).toEqual(result)
})

test('an answer that does not come in time may come at the next try', async () => {
  provider.reset(() => undefined)
  expect(await notifyOnce(webhook(', timeout: 20ms'))).toMatchObject({ retry: true })
})
