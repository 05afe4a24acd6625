import { spawnSync } from 'node:child_process'
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { afterAll, describe, expect, test } from 'vitest'
import { DEFAULT_ALERTMANAGER_CONFIG } from './config.ts'
import { parseConfigFile } from './config-file.ts'

const hasAmtool = spawnSync('amtool', ['--version']).status === 0
const SHARED = path.resolve(import.meta.dirname, '../../../shared/data/alertmanager-config')

const folder = mkdtempSync(path.join(tmpdir(), 'alertmanager-config-'))
afterAll(() => rmSync(folder, { recursive: true }))

/** Undefined when amtool 0.25 does not know a field of the file and so cannot judge it. */
function amtoolAccepts(file: string): boolean | undefined {
  const { status, stdout, stderr } = spawnSync('amtool', ['check-config', file], { encoding: 'utf8' })
  const output = stdout + stderr
  if (/field \w+ not found in type/.test(output)) return undefined
  // Global bot tokens came after 0.25, which takes the key for missing at the receiver.
  if (output.includes('missing bot_token on telegram_config')) return undefined
  return status === 0
}

describe.skipIf(!existsSync(SHARED))("Alertmanager's own configurations", () => {
  const files = existsSync(SHARED) ? readdirSync(SHARED) : []

  test.skipIf(!hasAmtool).each(files)('%s: as amtool where it knows the fields', (name) => {
    const file = path.join(SHARED, name)
    const accepted = amtoolAccepts(file)
    const errors = parseConfigFile(readFileSync(file, 'utf8')).errors ?? []
    if (accepted !== undefined)
      expect({ accepted: errors.length === 0, errors }).toEqual({ accepted, errors: accepted ? [] : expect.anything() })
  })

  // Newer than the amtool at hand: the verdict is in the name.
  test.each(
    files.filter((name) => /both|-no-|invalid|nil-|update-message|old-team/.test(name) && !/no-username/.test(name)),
  )('%s is refused', (name) => {
    expect(parseConfigFile(readFileSync(path.join(SHARED, name), 'utf8')).errors).toBeDefined()
  })

  test.each(
    files.filter(
      (name) =>
        /default|good|simple|route_labels|valid-receiver(?!-both)/.test(name) && !/old-team|webhook-url-and/.test(name),
    ),
  )('%s is accepted', (name) => {
    expect(parseConfigFile(readFileSync(path.join(SHARED, name), 'utf8')).errors).toBeUndefined()
  })
})

const BASE = 'receivers:\n- name: a\n'

const CASES: ReadonlyArray<readonly [name: string, text: string, error: string | undefined]> = [
  ['the least there can be', `route: {receiver: a}\n${BASE}`, undefined],
  ['empty', '', 'no route provided in config'],
  ['no receiver at the root', `route: {}\n${BASE}`, 'root route must specify a default receiver'],
  ['matchers at the root', `route: {receiver: a, matchers: [a=b]}\n${BASE}`, 'root route must not have any matchers'],
  ['continue at the root', `route: {receiver: a, continue: true}\n${BASE}`, 'cannot have continue in root route'],
  ['an unknown receiver', `route: {receiver: b}\n${BASE}`, 'undefined receiver "b" used in route'],
  [
    'an unknown receiver below',
    `route: {receiver: a, routes: [{receiver: b}]}\n${BASE}`,
    'line 1: route.routes.0: undefined receiver "b" used in route',
  ],
  ['a receiver twice', `route: {receiver: a}\n${BASE}- name: a\n`, 'notification config name "a" is not unique'],
  ['a receiver without a name', `route: {receiver: a}\n${BASE}- {}\n`, 'missing name in receiver'],
  [
    'an unknown key',
    `route: {receiver: a, groupby: [x]}\n${BASE}`,
    'line 1: route.groupby: field groupby is not known here; did you mean "group_by"? (allowed: ',
  ],
  ['group_by all', `route: {receiver: a, group_by: ['...']}\n${BASE}`, undefined],
  [
    'group_by all and more',
    `route: {receiver: a, group_by: ['...', x]}\n${BASE}`,
    'cannot have wildcard group_by (`...`) and other other labels at the same time',
  ],
  ['group_by twice', `route: {receiver: a, group_by: [x, x]}\n${BASE}`, 'duplicated label "x" in group_by'],
  ['group_interval 0', `route: {receiver: a, group_interval: 0s}\n${BASE}`, 'group_interval cannot be zero'],
  ['repeat_interval 0', `route: {receiver: a, repeat_interval: 0s}\n${BASE}`, 'repeat_interval cannot be zero'],
  ['group_wait 0', `route: {receiver: a, group_wait: 0s}\n${BASE}`, undefined],
  ['a bad duration', `route: {receiver: a, group_wait: 5x}\n${BASE}`, 'not a valid duration string: "5x"'],
  ['a bad matcher', `route: {receiver: a, routes: [{matchers: ['a~b']}]}\n${BASE}`, 'bad matcher format: a~b'],
  ['a bad regex', `route: {receiver: a, routes: [{matchers: ['a=~"("']}]}\n${BASE}`, 'error parsing regexp'],
  ['a bad match_re', `route: {receiver: a, routes: [{match_re: {a: '('}}]}\n${BASE}`, 'error parsing regexp'],
  ['a bad match name', `route: {receiver: a, routes: [{match: {a-b: c}}]}\n${BASE}`, 'invalid label name "a-b"'],
  [
    'all kinds of matchers',
    `route: {receiver: a, routes: [{match: {a: b}, match_re: {c: d.*}, matchers: ['e!=f', 'g!~"h"', '{i="j",k=~l}']}]}\n${BASE}`,
    undefined,
  ],
  [
    'an unknown time interval',
    `route: {receiver: a, routes: [{mute_time_intervals: [x]}]}\n${BASE}`,
    'undefined time interval "x" used in route',
  ],
  [
    'time intervals at the root',
    `route: {receiver: a, mute_time_intervals: [x]}\n${BASE}time_intervals: [{name: x}]\n`,
    'root route must not have any mute time intervals',
  ],
  [
    'a time interval twice',
    `route: {receiver: a}\n${BASE}time_intervals: [{name: x}, {name: x}]\n`,
    'time interval "x" is not unique',
  ],
  [
    'times backwards',
    `route: {receiver: a}\n${BASE}time_intervals: [{name: x, time_intervals: [{times: [{start_time: '10:00', end_time: '09:00'}]}]}]\n`,
    'start time cannot be equal or greater than end time',
  ],
  [
    'a bad weekday',
    `route: {receiver: a}\n${BASE}time_intervals: [{name: x, time_intervals: [{weekdays: [funday]}]}]\n`,
    'funday is not a valid weekday',
  ],
  [
    'days of month',
    `route: {receiver: a}\n${BASE}time_intervals: [{name: x, time_intervals: [{days_of_month: ['1:5', '-3:-1', '31']}]}]\n`,
    undefined,
  ],
  [
    'day 0',
    `route: {receiver: a}\n${BASE}time_intervals: [{name: x, time_intervals: [{days_of_month: ['0']}]}]\n`,
    '0 is not a valid day of the month: out of range',
  ],
  [
    'an unknown zone',
    `route: {receiver: a}\n${BASE}time_intervals: [{name: x, time_intervals: [{location: Mars/Olympus}]}]\n`,
    'unknown time zone Mars/Olympus',
  ],
  ['a webhook', `route: {receiver: a}\n${BASE}  webhook_configs: [{url: 'http://x/'}]\n`, undefined],
  [
    'a webhook without a url',
    `route: {receiver: a}\n${BASE}  webhook_configs: [{max_alerts: 1}]\n`,
    'one of url or url_file must be configured',
  ],
  [
    'a webhook with a bad url',
    `route: {receiver: a}\n${BASE}  webhook_configs: [{url: 'ftp://x/'}]\n`,
    'unsupported scheme "ftp" for URL',
  ],
  [
    'email without a smarthost',
    `route: {receiver: a}\n${BASE}  email_configs: [{to: x@y}]\n`,
    'no global SMTP smarthost set',
  ],
  [
    'email without an address',
    `route: {receiver: a}\n${BASE}  email_configs: [{from: x}]\n`,
    'missing to address in email config',
  ],
  [
    'email with a header twice',
    `global: {smtp_smarthost: 'x:25', smtp_from: a@b}\nroute: {receiver: a}\n${BASE}  email_configs: [{to: x@y, headers: {Subject: a, subject: b}}]\n`,
    'duplicate header',
  ],
  [
    'pagerduty without a key',
    `route: {receiver: a}\n${BASE}  pagerduty_configs: [{severity: x}]\n`,
    'missing service or routing key in PagerDuty config',
  ],
  [
    'slack without a url',
    `route: {receiver: a}\n${BASE}  slack_configs: [{channel: x}]\n`,
    'no Slack API URL nor App token set',
  ],
  [
    'pushover without a token',
    `route: {receiver: a}\n${BASE}  pushover_configs: [{user_key: x}]\n`,
    'one of token or token_file must be configured',
  ],
  ['telegram without a chat', `route: {receiver: a}\n${BASE}  telegram_configs: [{bot_token: x}]\n`, 'missing chat_id'],
  [
    'webex without authorization',
    `route: {receiver: a}\n${BASE}  webex_configs: [{room_id: x}]\n`,
    'missing webex_configs.http_config.authorization',
  ],
  [
    'inhibition',
    `route: {receiver: a}\n${BASE}inhibit_rules: [{source_matchers: [a=b], target_match: {c: d}, target_match_re: {e: f}, equal: [g]}]\n`,
    undefined,
  ],
  [
    'http config with two identities',
    `global: {http_config: {bearer_token: x, basic_auth: {username: y}}}\nroute: {receiver: a}\n${BASE}`,
    'at most one of basic_auth',
  ],
  ['no YAML', 'route: [', 'line 1'],
]

describe('verdicts', () => {
  test.each(CASES)('%s', (_name, text, error) => {
    const errors = parseConfigFile(text).errors
    if (error === undefined) expect(errors).toBeUndefined()
    else expect(errors?.join('\n')).toContain(error)
  })

  test.skipIf(!hasAmtool).each(CASES)('%s: as amtool', (name, text, error) => {
    const file = path.join(folder, `${name.replaceAll(/\W/g, '-')}.yml`)
    writeFileSync(file, text)
    const { status } = spawnSync('amtool', ['check-config', file])
    expect(status === 0).toBe(error === undefined)
  })
})

test('without configuration there is a receiver that only remembers', () => {
  expect(DEFAULT_ALERTMANAGER_CONFIG.receivers).toEqual([{ name: 'page', integrations: [] }])
})

test('what a receiver does not say it takes from global', () => {
  const { config } = parseConfigFile(`
global: {slack_api_url: 'https://hooks.slack.com/x', resolve_timeout: 1m}
route: {receiver: a}
receivers: [{name: a, slack_configs: [{channel: '#x'}]}]
`)
  expect(config?.global.resolve_timeout).toBe(60_000)
  expect(config?.receivers[0]?.integrations[0]).toMatchObject({
    channel: 'slack',
    index: 0,
    config: { api_url: 'https://hooks.slack.com/x', channel: '#x', send_resolved: false },
  })
})
