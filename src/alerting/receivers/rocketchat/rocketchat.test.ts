import { afterAll, beforeEach, expect, test } from 'vitest'
import { notifyOnce, Provider, receiverOf } from '../../../../test/support/provider.ts'

const provider = await Provider.start()
beforeEach(() => provider.reset())
afterAll(() => provider.stop())

function rocketchat(more = ''): ReturnType<typeof receiverOf> {
  return receiverOf(
    `rocketchat_configs: [{api_url: "${provider.url}", token_id: I, token: T, channel: "#ops", title: "{{ .Status }}", title_link: "http://us", text: x ${more}}]`,
  )
}

test('an attachment, posted as a user', async () => {
  provider.reset(() => ({ body: { success: true } }))
  const more =
    ', fields: [{title: a, value: b}], short_fields: true, actions: [{type: button, text: go, url: "http://us", iswebview: true}]'
  expect(await notifyOnce(rocketchat(more))).toBe('sent')
  expect(provider.got[0]?.url).toBe('/api/v1/chat.postMessage')
  expect(provider.got[0]?.headers).toMatchObject({ 'x-user-id': 'I', 'x-auth-token': 'T' })
  expect(provider.got[0]?.body).toBe(
    '{"channel":"#ops","attachments":[{"title":"firing","title_link":"http://us","text":"x","color":"red",' +
      '"fields":[{"short":true,"title":"a","value":"b"}],"actions":[{"type":"button","text":"go","url":"http://us","is_webview":true}]}]}\n',
  )
})

test('a refusal inside a good answer is final, too often is not', async () => {
  provider.reset(() => ({ body: { success: false, error: 'error-not-allowed' } }))
  expect(await notifyOnce(rocketchat())).toEqual({ retry: false, reason: 'Rocket.Chat refused: error-not-allowed' })
  provider.reset(() => ({ status: 429, body: { success: false, error: 'error-too-many-requests' } }))
  expect(await notifyOnce(rocketchat())).toMatchObject({ retry: true })
})
