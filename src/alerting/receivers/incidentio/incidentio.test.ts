import { afterAll, beforeEach, expect, test } from 'vitest'
import { notificationOf, notifyOnce, Provider, receiverOf } from '../../../../test/support/provider.ts'

const provider = await Provider.start()
beforeEach(() => provider.reset())
afterAll(() => provider.stop())

function incidentio(more = ''): ReturnType<typeof receiverOf> {
  return receiverOf(
    `incidentio_configs: [{url: "${provider.url}/v2/alert_events/alertmanager/x", alert_source_token: T ${more}}]`,
  )
}

test('the message of a webhook with a token', async () => {
  provider.reset(() => ({ status: 202 }))
  expect(await notifyOnce(incidentio(', max_alerts: 1'))).toBe('sent')
  expect(provider.got[0]?.headers.authorization).toBe('Bearer T')
  const alert =
    '{"status":"firing","labels":{"alertname":"SlowFirstToken","layer":"application","model":"gpt","severity":"critical"},' +
    '"annotations":{"summary":"slow"},"startsAt":"2026-01-05T11:55:00Z","endsAt":"0001-01-01T00:00:00Z","generatorURL":"","fingerprint":'
  const [firing] = notificationOf().alerts.map((one) => ({
    ...one,
    annotations: { summary: 'slow' },
    generatorUrl: '',
  }))
  provider.reset()
  await notifyOnce(incidentio(), notificationOf({ alerts: firing === undefined ? [] : [firing] }))
  const { body = '' } = provider.got[0] ?? {}
  expect(body.replace(/"fingerprint":"[0-9a-f]{16}"/, '"fingerprint":')).toBe(
    `{"receiver":"r","status":"firing","alerts":[${alert}}],"groupLabels":{"alertname":"SlowFirstToken"},` +
      '"commonLabels":{"alertname":"SlowFirstToken","layer":"application","model":"gpt","severity":"critical"},"commonAnnotations":{"summary":"slow"},' +
      '"externalURL":"http://us","version":"4","groupKey":"{}:{alertname=\\"SlowFirstToken\\"}","truncatedAlerts":0}\n',
  )
})

test('a large message loses alerts until it fits, and counts them', async () => {
  const annotations = { description: 'x'.repeat(100_000) }
  const alerts = Array.from({ length: 10 }, () => notificationOf().alerts[0]).flatMap((alert) =>
    alert === undefined ? [] : [{ ...alert, annotations }],
  )
  await notifyOnce(incidentio(), notificationOf({ alerts }))
  const { body = '' } = provider.got[0] ?? {}
  expect(body.length).toBeLessThan(512_000)
  expect(JSON.parse(body)).toMatchObject({ truncatedAlerts: 7 })
})

test('too often may come later, a wrong token not', async () => {
  provider.reset(() => ({ status: 429 }))
  expect(await notifyOnce(incidentio())).toMatchObject({ retry: true })
  provider.reset(() => ({ status: 401 }))
  expect(await notifyOnce(incidentio())).toMatchObject({ retry: false })
})
