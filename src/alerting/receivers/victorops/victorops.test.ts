import { afterAll, beforeEach, expect, test } from 'vitest'
import { notifyOnce, Provider, receiverOf, resolvedNotification } from '../../../../test/support/provider.ts'

const provider = await Provider.start()
beforeEach(() => provider.reset())
afterAll(() => provider.stop())

const HASH = 'a322baf07d3f8bfb9ac3f57ca15c13058e912536dc26ab3265e81d1ef687f2fe'

function victorops(): ReturnType<typeof receiverOf> {
  return receiverOf(
    `victorops_configs: [{api_url: "${provider.url}/alert", api_key: K, routing_key: "{{ .CommonLabels.layer }}", message_type: "{{ .CommonLabels.severity }}", state_message: s, entity_display_name: e, custom_fields: {z: "{{ .Status }}", a: b}}]`,
  )
}

test('an incident under the key of the group opens and recovers', async () => {
  provider.reset(() => ({ body: { result: 'success', entity_id: HASH } }))
  expect(await notifyOnce(victorops())).toBe('sent')
  await notifyOnce(victorops(), resolvedNotification())
  expect(provider.got[0]?.url).toBe('/alert/K/application')
  const body = (status: string, type: string): string =>
    `{"a":"b","entity_display_name":"e","entity_id":"${HASH}","message_type":"${type}","monitoring_tool":"Alertmanager","state_message":"s","z":"${status}"}\n`
  expect(provider.got.map((request) => request.body)).toEqual([
    body('firing', 'CRITICAL'),
    body('resolved', 'RECOVERY'),
  ])
})

test('too often may come later, a wrong key not', async () => {
  provider.reset(() => ({ status: 429 }))
  expect(await notifyOnce(victorops())).toMatchObject({ retry: true })
  provider.reset(() => ({ status: 404 }))
  expect(await notifyOnce(victorops())).toMatchObject({ retry: false })
})
