import { afterAll, beforeEach, expect, test } from 'vitest'
import { notifyOnce, Provider, receiverOf, resolvedNotification } from '../../../../test/support/provider.ts'

const provider = await Provider.start()
beforeEach(() => provider.reset())
afterAll(() => provider.stop())

function pushover(more: string): ReturnType<typeof receiverOf> {
  return receiverOf(`pushover_configs: [{user_key: U, token: T, title: t, url: "http://us", ${more}}]`, { provider })
}

test('an emergency while it fires, asking again until somebody acknowledges', async () => {
  provider.reset(() => ({ body: { status: 1, request: 'x' } }))
  expect(await notifyOnce(pushover('message: "{{ .Status }} & more", sound: siren'))).toBe('sent')
  expect(provider.got[0]?.headers).toMatchObject({
    'x-meant-for': 'api.pushover.net',
    'content-type': 'application/x-www-form-urlencoded',
  })
  expect(provider.got[0]).toMatchObject({
    url: '/1/messages.json',
    body: 'token=T&user=U&title=t&message=firing+%26+more&url=http%3A%2F%2Fus&priority=2&retry=60&expire=3600&sound=siren',
  })
})

test('normal when it is over; HTML escapes what it shows; a text there always is', async () => {
  await notifyOnce(pushover('html: true, message: "<b>{{ `<x>` }}</b>"'), resolvedNotification())
  await notifyOnce(pushover('message: ""'), resolvedNotification())
  const [first, second] = provider.got.map(({ body }) => new URLSearchParams(body))
  expect(first?.get('message')).toBe('<b>&lt;x&gt;</b>')
  expect(first?.get('html')).toBe('1')
  expect(first?.get('priority')).toBe('0')
  expect(second?.get('message')).toBe('(no details)')
})

test('a month that is used up does not come back, a server that fails does', async () => {
  provider.reset(() => ({ status: 429, body: { status: 0, errors: ['application is over its monthly limit'] } }))
  expect(await notifyOnce(pushover('message: x'))).toMatchObject({ retry: false })
  provider.reset(() => ({ status: 500 }))
  expect(await notifyOnce(pushover('message: x'))).toMatchObject({ retry: true })
})
