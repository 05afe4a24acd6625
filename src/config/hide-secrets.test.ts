import { parse } from 'yaml'
import { expect, test } from 'vitest'
import { hideSecrets } from './hide-secrets.ts'

test('secrets are hidden wherever they stand, what only names a file or a user is not', () => {
  const shown = hideSecrets(`
# password: commented
auth: { tokens: [abc, def] }
global: { slack_api_url: https://hooks.slack.com/services/T/B/X, smtp_auth_password: p, smtp_from: a@b.c }
scrape_configs:
  - job_name: node # token abc
    basic_auth: { username: ann, password: hunter2, password_file: /etc/pw }
    authorization: { credentials: xyz }
    http_headers: { x-key: { secrets: [s1, s2], values: [v] } }
remote_write: [{ url: 'https://ann:pw@host:9090/api/v1/write', bearer_token: t }]
alerting: { contacts: { slack: ['https://hooks.slack.com/services/T/B/Y', { channel: '#a', api_url: 'https://h/Y' }] } }
receivers:
  - name: r
    webhook_configs: [{ url: 'https://host/hook?token=1' }]
    pagerduty_configs: [{ routing_key: k, url: 'https://events.pagerduty.com/v2/enqueue' }]
    telegram_configs: [{ bot_token: '1:a', chat_id: 7 }]
    dingtalk_configs: [{ access_token: a, secret: SEC1 }]
`)
  expect(shown).not.toMatch(/hunter2|xyz|abc|def|services\/T|SEC1|hook\?|ann:pw|commented|s1|s2|'1:a'/)
  expect(parse(shown)).toMatchObject({
    auth: { tokens: ['<secret>', '<secret>'] },
    global: { slack_api_url: '<secret>', smtp_auth_password: '<secret>', smtp_from: 'a@b.c' },
    scrape_configs: [
      {
        basic_auth: { username: 'ann', password: '<secret>', password_file: '/etc/pw' },
        http_headers: { 'x-key': { secrets: ['<secret>', '<secret>'], values: ['v'] } },
      },
    ],
    alerting: { contacts: { slack: ['<secret>', { channel: '#a', api_url: '<secret>' }] } },
    remote_write: [{ url: 'https://ann:<secret>@host:9090/api/v1/write', bearer_token: '<secret>' }],
    receivers: [
      {
        webhook_configs: [{ url: '<secret>' }],
        pagerduty_configs: [{ routing_key: '<secret>', url: 'https://events.pagerduty.com/v2/enqueue' }],
        telegram_configs: [{ bot_token: '<secret>', chat_id: 7 }],
      },
    ],
  })
})

test('a configuration without secrets says what it said', () => {
  expect(hideSecrets('')).toBe('')
  const text = `
route: { receiver: team, group_by: [alertname] }
evaluation: { sampling: { always: { output_tokens: 4000 } }, judge: { api_key_file: secrets/judge } }
`
  expect(parse(hideSecrets(text))).toEqual(parse(text))
})
