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

  const HEX = '9c41e07bd85f3a26'
  test.each([
    ['sk-svcacct', `sk-svcacct-${KEY}${KEY}`, 'openai'],
    ['nvapi', `nvapi-${KEY}${KEY}`, 'nvidia'],
    ['csk', `csk-${HEX}${HEX}${HEX}`, 'cerebras'],
    ['tvly', `tvly-dev-${KEY}a`, 'tavily'],
    ['lsv2', `lsv2_pt_${HEX}${HEX}_9c41e07bd8`, 'langsmith'],
    ['zhipu', `key: ${HEX}${HEX}.${KEY.slice(0, 16)}`, 'zhipu'],
    ['bce', `bce-v3/ALTAK-${KEY.slice(0, 21)}/${HEX}${HEX}9c41e07b`, 'baidu'],
    ['dckr', `docker login -u me -p dckr_pat_${KEY.slice(0, 27)}`, 'docker'],
    ['sig', `https://a.blob.core.windows.net/c?sv=2024&sig=${KEY}${KEY.slice(0, 12)}%3D`, 'azure-sas'],
    ['bkua', `bkua_${HEX}${HEX}9c41e07b`, 'buildkite'],
    ['resend', `re_${KEY.slice(0, 8)}_${KEY.slice(4, 28)}`, 'resend'],
  ])('a token of the form %s...', (_form, text, kind) => {
    expect(judge(text)).toMatchObject({ verdict: 'flagged', label: kind })
  })

  test.each([
    `Authorization: Bearer ${KEY}`,
    `client = Client(api_key="${KEY}")`,
    `jdbc:mysql://db:3306/app?user=root&password=${KEY.slice(0, 8)}!`,
    `Hi, my password is ${KEY.slice(0, 9)}!, please log in for me`,
    `数据库密码：${KEY.slice(0, 9)}!，请勿外传`,
    `密钥为 ${KEY}`,
    `sshpass -p '${KEY.slice(0, 9)}!' ssh root@db`,
    `machine db.internal login app password ${KEY.slice(0, 9)}!`,
    `AZURE_DEVOPS_PAT=${KEY}`,
    `redis://:${KEY.slice(0, 12)}@cache:6379/0`,
    `data:\n  password: ${Buffer.from(KEY.slice(0, 14)).toString('base64')}`,
  ])('is told in other ways than an assignment: %s', (text) => {
    expect(judge(text)?.verdict).toBe('flagged')
  })

  test.each([
    `"tool_use_id": "toolu_01${KEY.slice(0, 22)}"`,
    `"id": "chatcmpl-${KEY.slice(0, 29)}"`,
    `traceparent: 00-${HEX}${HEX}-${HEX}-01`,
    `nginx@sha256:${HEX.repeat(4)}`,
    `"integrity": "sha512-${KEY}${KEY}${KEY.slice(0, 24)}=="`,
    `![](data:image/png;base64,iVBORw0KGgo${KEY.repeat(8)}==)`,
    `ssh-rsa AAAAB3NzaC1yc2EAAAADAQABAAABgQ${KEY.repeat(6)} me@host`,
    `https://docs.google.com/document/d/1${KEY}abcdefgh2345/edit`,
    'cache_key = "user:123:profile:v2"',
    'apiKey: ApiKeyConfig2',
    'withCredentials: defaultToConfig2, token: OAuth2Token',
    'api_key="sk-1234567890abcdef"',
    'max_tokens=4096, total_tokens: 123456',
    'An example password: MyPa$$w0rd!#',
    '密码长度至少8位，包含大小写字母和数字',
    'the password is case-sensitive, the token is optional',
  ])('looks like one and is none: %s', (text) => {
    expect(judge(text)?.verdict).toBe('ok')
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
