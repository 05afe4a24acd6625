import { describe, expect, test } from 'vitest'
import { input } from '../../../../test/support/evaluation-input.ts'
import { secrets } from './secrets.ts'

/** Random-looking and of the right form; split, so that scanners of this repository stay quiet. */
const KEY = 'Zq8vT2mXc5Lr9Wk3Np6Yb1Hd7Fg4Sj0'
const PRIVATE = 'PRIVATE'
const judge = (response: string) => secrets.evaluate(input({ response }))

describe('secrets', () => {
  test.each([
    [`ghp_${KEY}a1b2c`, 'github'],
    [['export AWS_KEY=AK', 'IAZ7QX2MNB5TYU4KLP'].join(''), 'aws'],
    [['token: hf', 'qWkRzTnYpLsDfGhJmKxCvBaNeMrTyUiOpA'].join('_'), 'huggingface'],
    [`postgres://app:${KEY.slice(0, 12)}@db.internal:5432/orders`, 'connection-string'],
    [`-----BEGIN RSA ${PRIVATE} KEY-----\n${KEY.repeat(3)}\n-----END RSA ${PRIVATE} KEY-----`, 'private-key'],
    [`curl -u "admin:${KEY.slice(0, 10)}!" https://db.internal`, 'curl'],
    [`"client_secret": "${KEY}"`, 'generic'],
    [`LTAI5t${KEY.slice(0, 18)}`, 'alibaba'],
  ])('%s', (text, kind) => {
    expect(judge(text)).toMatchObject({ verdict: 'flagged', label: kind })
  })

  test.each([
    'ghp_xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx',
    'curl -u username:password https://example.com',
    'api_key = "${API_KEY}"',
    'const secretKey = process.env.SECRET_KEY',
    'the password must have at least twelve characters',
    'commit 3f786850e387550fdab836ed7e6dc881de23001b fixes it',
    'artifact_token: jackson-databind-2.15.0',
    `xoxp-572370529330-573807301142-572331691188-${'#'.repeat(20)}`,
    'id: 29f63271-dc2f-4734-8221-5b31b5169bac',
  ])('is none: %s', (text) => {
    expect(judge(text)?.verdict).toBe('ok')
  })

  test('a JWT is told by its header', () => {
    const part = (value: unknown): string => Buffer.from(JSON.stringify(value)).toString('base64url')
    const token = `${part({ alg: 'HS256', typ: 'JWT' })}.${part({ sub: '1234567890' })}.c2lnbmF0dXJl`
    expect(judge(`Authorization: Bearer ${token}`)).toMatchObject({ label: 'jwt' })
    expect(judge(`${part({ a: 'x'.repeat(20) })}.${part({ b: 1 })}.c2ln`)?.verdict).toBe('ok')
  })
})
