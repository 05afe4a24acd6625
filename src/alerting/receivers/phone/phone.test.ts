import { createHash, createHmac } from 'node:crypto'
import { afterAll, beforeEach, expect, test } from 'vitest'
import {
  notificationOf,
  notifyOnce,
  Provider,
  type ProviderRequest,
  receiverOf,
} from '../../../../test/support/provider.ts'

const provider = await Provider.start()
beforeEach(() => provider.reset())
afterAll(() => provider.stop())

const HOST = 'dyvmsapi.aliyuncs.com'

const KEY = { id: 'AK', secret: 'SK' }

/** As Aliyun checks it: the signature is over what came. */
function checkSignature({ method, url, headers, body }: ProviderRequest) {
  const { authorization = '' } = headers
  const names = /SignedHeaders=([^,]*),/.exec(authorization)?.[1] ?? ''
  const [path, query] = url.split('?')
  const hash = (text: string): string => createHash('sha256').update(text).digest('hex')
  // The test stands between, at another address.
  const lines = names.split(';').map((name) => `${name}:${name === 'host' ? HOST : String(headers[name])}\n`)
  const canonical = [method, path, query, lines.join(''), names, hash(body)].join('\n')
  const signature = createHmac('sha256', KEY.secret)
    .update(`ACS3-HMAC-SHA256\n${hash(canonical)}`)
    .digest('hex')
  const isRight =
    authorization === `ACS3-HMAC-SHA256 Credential=${KEY.id},SignedHeaders=${names},Signature=${signature}`
  if (isRight) return { body: { Code: 'OK', Message: 'OK', RequestId: 'x' } }
  return { status: 400, body: { Code: 'SignatureDoesNotMatch', Message: 'the signature does not match' } }
}

const GLOBAL = `twilio_account_sid: AC1, twilio_auth_token: tok, twilio_from: "+1500", aliyun_access_key_id: ${KEY.id}, aliyun_access_key_secret: ${KEY.secret}`

function phone(config: string): ReturnType<typeof receiverOf> {
  return receiverOf(`phone_configs: [{to: ["+861"], ${config}}]`, { global: GLOBAL, provider })
}

test('Twilio: a voice says it twice', async () => {
  provider.reset(() => ({ status: 201, body: { sid: 'CA1', status: 'queued' } }))
  expect(await notifyOnce(phone('provider: twilio, message: "{{ .Status }} <1>", language: zh-CN'))).toBe('sent')
  expect(provider.got[0]?.url).toBe('/2010-04-01/Accounts/AC1/Calls.json')
  expect(provider.got[0]?.headers['x-meant-for']).toBe('api.twilio.com')
  expect(provider.got[0]?.body).toBe(
    'To=%2B861&From=%2B1500&Twiml=%3CResponse%3E%3CSay+language%3D%22zh-CN%22+loop%3D%222%22%3Efiring+%26lt%3B1%26gt%3B%3C%2FSay%3E%3C%2FResponse%3E',
  )
})

test('what the voice says is in two languages', async () => {
  await notifyOnce(phone('provider: twilio'))
  expect(new URLSearchParams(provider.got[0]?.body).get('Twiml')).toContain(
    'Tetrascope. 2 alerts are firing. First token takes 4.2 s (limit 2 s). 首个词元耗时 4.2 秒（阈值 2 秒）。',
  )
})

test('who is called may answer, where people outside can reach us', async () => {
  const acknowledgeUrl = 'https://us/acknowledge/t'
  await notifyOnce(phone('provider: twilio, message: Down'), notificationOf({ acknowledgeUrl }))
  expect(new URLSearchParams(provider.got[0]?.body).get('Twiml')).toBe(
    '<Response><Gather numDigits="1" timeout="8" method="POST" action="https://us/acknowledge/t/voice"><Say language="en-US" loop="2">Down Press 1 to acknowledge.</Say></Gather></Response>',
  )
  expect(new URLSearchParams(provider.got[0]?.body).get('StatusCallback')).toBe('https://us/acknowledge/t/status')
  await notifyOnce(phone(`provider: http, url: "${provider.url}/call", message: m`), notificationOf({ acknowledgeUrl }))
  expect(provider.got[1]?.body).toBe(`{"to":"+861","message":"m","acknowledgeUrl":"${acknowledgeUrl}"}`)
})

test('Aliyun: a signed call', async () => {
  provider.reset(checkSignature)
  expect(await notifyOnce(phone('provider: aliyun, template_code: TTS_1, template_params: {n: "{{ .Status }}"}'))).toBe(
    'sent',
  )
  expect(provider.got[0]?.url).toBe(
    '/?CalledNumber=%2B861&PlayTimes=2&TtsCode=TTS_1&TtsParam=%7B%22n%22%3A%22firing%22%7D',
  )
  expect(provider.got[0]?.headers['x-acs-action']).toBe('SingleCallByTts')
})

test('any gateway; too often may come later, a wrong number not', async () => {
  const gateway = phone(`provider: http, url: "${provider.url}/call", message: m`)
  expect(await notifyOnce(gateway)).toBe('sent')
  expect(provider.got[0]).toMatchObject({ url: '/call', body: '{"to":"+861","message":"m"}' })
  provider.reset(() => ({ status: 429 }))
  expect(await notifyOnce(gateway)).toMatchObject({ retry: true })
  provider.reset(() => ({ status: 400, body: { code: 21211, message: "Invalid 'To' Phone Number" } }))
  expect(await notifyOnce(gateway)).toMatchObject({ retry: false })
})
