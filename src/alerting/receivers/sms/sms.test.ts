import { createHash, createHmac } from 'node:crypto'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { afterAll, beforeEach, expect, test } from 'vitest'
import {
  notifyOnce,
  Provider,
  type ProviderRequest,
  receiverOf,
  notificationOf,
} from '../../../../test/support/provider.ts'

const provider = await Provider.start()
beforeEach(() => provider.reset())
afterAll(() => provider.stop())

const HOST = 'dysmsapi.aliyuncs.com'

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

const TWILIO = 'twilio_account_sid: AC1, twilio_auth_token: tok, twilio_from: "+1500"'
const ALIYUN = `aliyun_access_key_id: ${KEY.id}, aliyun_access_key_secret: ${KEY.secret}`

function twilio(more: string): ReturnType<typeof receiverOf> {
  return receiverOf(`sms_configs: [{provider: twilio, api_url: "${provider.url}", to: ["+861", "+862"], ${more}}]`, {
    global: TWILIO,
  })
}

function aliyun(global = ALIYUN): ReturnType<typeof receiverOf> {
  const params = 'template_params: {name: "{{ .GroupLabels.alertname }}", level: "{{ .CommonLabels.severity }}"}'
  return receiverOf(
    `sms_configs: [{provider: aliyun, to: ["+861"], sign_name: 四镜, template_code: SMS_1, ${params}}]`,
    { global, provider },
  )
}

test('Twilio: a message to each number', async () => {
  provider.reset(() => ({ status: 201, body: { sid: 'SM1', status: 'queued' } }))
  expect(await notifyOnce(twilio('message: "{{ .Status }}!"'))).toBe('sent')
  expect(provider.got.map(({ url, body }) => [url, body])).toEqual([
    ['/2010-04-01/Accounts/AC1/Messages.json', 'To=%2B861&From=%2B1500&Body=firing%21'],
    ['/2010-04-01/Accounts/AC1/Messages.json', 'To=%2B862&From=%2B1500&Body=firing%21'],
  ])
  expect(provider.got[0]?.headers.authorization).toBe(`Basic ${Buffer.from('AC1:tok').toString('base64')}`)
})

test('who names a file of the token does not get the token of all', async () => {
  const folder = mkdtempSync(path.join(tmpdir(), 'token-'))
  const file = path.join(folder, 'token')
  writeFileSync(file, 'own\n')
  await notifyOnce(twilio(`auth_token_file: "${file}"`))
  rmSync(folder, { recursive: true })
  expect(provider.got[0]?.headers.authorization).toBe(`Basic ${Buffer.from('AC1:own').toString('base64')}`)
})

test('the text says what, since when and how bad, in two languages', async () => {
  await notifyOnce(twilio('from: MG1'))
  expect(Object.fromEntries(new URLSearchParams(provider.got[0]?.body))).toEqual({
    To: '+861',
    MessagingServiceSid: 'MG1',
    Body: '[FIRING:1] SlowFirstToken (application critical)\nFirst token takes 4.2 s (limit 2 s) / 首个词元耗时 4.2 秒（阈值 2 秒）, application, since 11:55 UTC',
  })
})

test('another try leaves out who has it already', async () => {
  provider.reset(({ body }) =>
    body.includes('862') ? { status: 429, headers: { 'retry-after': '2' } } : { status: 201 },
  )
  const receiver = twilio('message: x')
  const notification = notificationOf()
  expect(await notifyOnce(receiver, notification)).toMatchObject({ retry: true, retryAfterMs: 2_000 })
  provider.reset(() => ({ status: 201 }))
  expect(await notifyOnce(receiver, notification)).toBe('sent')
  expect(provider.got.map(({ body }) => body)).toEqual(['To=%2B862&From=%2B1500&Body=x'])
})

test('Aliyun: a signed call with the variables of its template', async () => {
  provider.reset(checkSignature)
  expect(await notifyOnce(aliyun())).toBe('sent')
  expect(provider.got[0]?.url).toBe(
    '/?PhoneNumbers=%2B861&SignName=%E5%9B%9B%E9%95%9C&TemplateCode=SMS_1&TemplateParam=%7B%22name%22%3A%22SlowFirstToken%22%2C%22level%22%3A%22critical%22%7D',
  )
  expect(provider.got[0]?.headers).toMatchObject({
    'x-acs-action': 'SendSms',
    'x-acs-version': '2017-05-25',
    'x-acs-date': '2026-01-05T12:00:00Z',
  })
})

test('Aliyun: refusals, also inside a good answer', async () => {
  provider.reset(checkSignature)
  expect(await notifyOnce(aliyun(ALIYUN.replace('SK', 'WRONG')))).toEqual({
    retry: false,
    reason: 'Aliyun refused with SignatureDoesNotMatch: the signature does not match',
  })
  provider.reset(() => ({ body: { Code: 'isv.BUSINESS_LIMIT_CONTROL', Message: '触发分钟级流控Permits:1' } }))
  expect(await notifyOnce(aliyun())).toMatchObject({ retry: true })
  provider.reset(() => ({ body: { Code: 'isv.MOBILE_NUMBER_ILLEGAL', Message: '非法手机号' } }))
  expect(await notifyOnce(aliyun())).toMatchObject({ retry: false })
})

test('any gateway: number and text as JSON', async () => {
  const receiver = receiverOf(
    `sms_configs: [{provider: http, url: "${provider.url}/sms", to: ["1"], message: "{{ .Status }}"}]`,
  )
  expect(await notifyOnce(receiver)).toBe('sent')
  expect(provider.got[0]).toMatchObject({ url: '/sms', body: '{"to":"1","message":"firing"}' })
})

test('what is missing is named', () => {
  expect(() => receiverOf('sms_configs: [{provider: twilio, to: ["1"]}]')).toThrow('missing account_sid in sms_config')
  expect(() => receiverOf('sms_configs: [{provider: http}]')).toThrow('missing to in sms_config')
})
