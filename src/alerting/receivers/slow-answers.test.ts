import { readdirSync } from 'node:fs'
import { afterAll, expect, test } from 'vitest'
import { notificationOf, Provider, receiverOf } from '../../../test/support/provider.ts'

const provider = await Provider.start()
afterAll(() => provider.stop())

/** The least that each channel needs. Email speaks SMTP, and its own test has a server that is slow. */
const CHANNELS: Readonly<Record<string, string>> = {
  dingtalk: 'webhook_url: "URL/robot/send?access_token=t"',
  discord: 'webhook_url: "URL/api/webhooks/1/t"',
  feishu: 'webhook_url: "URL/open-apis/bot/v2/hook/x"',
  incidentio: 'url: "URL/v2/alert_events/alertmanager/x", alert_source_token: T',
  jira: 'api_url: "URL", project: P, issue_type: Bug',
  mattermost: 'webhook_url: "URL/hooks/x"',
  msteams: 'webhook_url: "URL/x"',
  msteamsv2: 'webhook_url: "URL/x"',
  opsgenie: 'api_url: "URL", api_key: K',
  pagerduty: 'url: "URL/v2/enqueue", routing_key: K',
  phone: 'provider: http, url: "URL/calls", to: ["+861"]',
  pushover: 'user_key: U, token: T',
  rocketchat: 'api_url: "URL", token_id: I, token: T',
  slack: 'api_url: "URL", channel: "#c"',
  sms: 'provider: http, url: "URL/sms", to: ["+861"]',
  sns: 'api_url: "URL", sigv4: {region: eu-west-1, access_key: AK, secret_key: SK}, topic_arn: t',
  telegram: 'api_url: "URL", bot_token: "1:T", chat_id: -5',
  victorops: 'api_url: "URL/alert", api_key: K, routing_key: r',
  webex: 'api_url: "URL/v1/messages", room_id: R, http_config: {authorization: {credentials: T}}',
  webhook: 'url: "URL/hook"',
  wechat: 'api_url: "URL/cgi-bin/", corp_id: C, api_secret: S, to_user: "@all", agent_id: "7"',
  wecom: 'webhook_url: "URL/cgi-bin/webhook/send?key=k"',
}

test.each(Object.entries(CHANNELS))(
  '%s: an answer that does not come in time may come at the next try',
  async (name, config) => {
    provider.reset(() => undefined)
    const receiver = receiverOf(`${name}_configs: [{${config.replace('URL', provider.url)}}]`, { provider })
    const attempt = new AbortController()
    const result = receiver.notify(notificationOf(), attempt.signal)
    await provider.gotten(1)
    attempt.abort(new Error('the attempt took too long'))
    expect(await result).toMatchObject({ retry: true })
  },
)

test('no channel is left out', () => {
  const folders = readdirSync(import.meta.dirname, { withFileTypes: true }).filter((entry) => entry.isDirectory())
  expect(folders.map(({ name }) => name).filter((name) => name !== 'email')).toEqual(Object.keys(CHANNELS))
})
