import { afterAll, beforeEach, expect, test } from 'vitest'
import { notifyOnce, Provider, type ProviderRequest, receiverOf } from '../../../../test/support/provider.ts'

const provider = await Provider.start()
beforeEach(() => provider.reset())
afterAll(() => provider.stop())

function wechat(more = ''): ReturnType<typeof receiverOf> {
  return receiverOf(
    `wechat_configs: [{api_url: "${provider.url}/cgi-bin/", corp_id: C, api_secret: S, message: "{{ .Status }}", to_user: "@all", agent_id: "7" ${more}}]`,
  )
}

/** Hands out tokens by number; only the last one is good. */
function wecom(): (request: ProviderRequest) => { body: object } {
  let last = 0
  return ({ url }) => {
    if (url.includes('/gettoken'))
      return { body: { errcode: 0, errmsg: 'ok', access_token: `T${++last}`, expires_in: 7200 } }
    const isGood = url.endsWith(`=T${last}`) && last !== 1
    return {
      body: isGood || last === 1 ? { errcode: 0, errmsg: 'ok' } : { errcode: 42001, errmsg: 'access_token expired' },
    }
  }
}

test('one token serves several messages', async () => {
  provider.reset(wecom())
  const receiver = wechat()
  expect([await notifyOnce(receiver), await notifyOnce(receiver)]).toEqual(['sent', 'sent'])
  expect(provider.got.map(({ method, url }) => `${method} ${url}`)).toEqual([
    'GET /cgi-bin/gettoken?corpid=C&corpsecret=S',
    'POST /cgi-bin/message/send?access_token=T1',
    'POST /cgi-bin/message/send?access_token=T1',
  ])
  expect(provider.got[1]?.body).toBe(
    '{"text":{"content":"firing"},"touser":"@all","agentid":"7","safe":"0","msgtype":"text","markdown":{"content":""}}\n',
  )
})

test('markdown stands in a place of its own', async () => {
  provider.reset(wecom())
  await notifyOnce(wechat(', message_type: markdown'))
  expect(provider.got[1]?.body).toContain('"text":{"content":""}')
  expect(provider.got[1]?.body).toContain('"msgtype":"markdown","markdown":{"content":"firing"}')
})

test('a token that is over is replaced at the next try; a wrong secret stays wrong', async () => {
  const answers = wecom()
  provider.reset((request) =>
    provider.got.length === 2 ? { body: { errcode: 42001, errmsg: 'access_token expired' } } : answers(request),
  )
  const receiver = wechat()
  expect(await notifyOnce(receiver)).toEqual({
    retry: true,
    reason: 'WeChat refused with errcode 42001: access_token expired',
  })
  expect(await notifyOnce(receiver)).toBe('sent')
  expect(provider.got.at(-1)?.url).toContain('access_token=T2')
  provider.reset(() => ({ body: { errcode: 40001, errmsg: 'invalid credential' } }))
  expect(await notifyOnce(wechat())).toMatchObject({ retry: false })
})
