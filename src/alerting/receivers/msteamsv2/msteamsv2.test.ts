import { afterAll, beforeEach, expect, test } from 'vitest'
import { notifyOnce, Provider, receiverOf } from '../../../../test/support/provider.ts'

const provider = await Provider.start()
beforeEach(() => provider.reset())
afterAll(() => provider.stop())

function teams(): ReturnType<typeof receiverOf> {
  return receiverOf(`msteamsv2_configs: [{webhook_url: "${provider.url}/x", title: "{{ .Status }}", text: t}]`)
}

test('an adaptive card', async () => {
  provider.reset(() => ({ status: 202 }))
  expect(await notifyOnce(teams())).toBe('sent')
  expect(provider.got[0]?.body).toBe(
    '{"type":"message","attachments":[{"contentType":"application/vnd.microsoft.card.adaptive","contentUrl":null,"content":{"$schema":"http://adaptivecards.io/schemas/adaptive-card.json","type":"AdaptiveCard",' +
      '"version":"1.4","body":[{"type":"TextBlock","text":"firing","weight":"Bolder","size":"Medium","wrap":true,"style":"heading",' +
      '"color":"Attention"},{"type":"TextBlock","text":"t","wrap":true}],"msteams":{"width":"full"}}}]}\n',
  )
})

test('too often may come later, a workflow that is gone not', async () => {
  provider.reset(() => ({ status: 429, headers: { 'retry-after': '15' } }))
  expect(await notifyOnce(teams())).toMatchObject({ retry: true, retryAfterMs: 15_000 })
  provider.reset(() => ({ status: 404, body: { error: { code: 'WorkflowNotFound' } } }))
  expect(await notifyOnce(teams())).toMatchObject({ retry: false })
})
