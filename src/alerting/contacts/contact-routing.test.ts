import { expect, test } from 'vitest'
import { stringify } from 'yaml'
import { Labels } from '../../model/labels.ts'
import { MemoryStateStore } from '../../storage/memory/memory-state-store.ts'
import { InstrumentRegistry } from '../../telemetry/instruments.ts'
import { silentLogger } from '../../telemetry/log.ts'
import { ManualClock } from '../../util/manual-clock.ts'
import { Alerting } from '../alerting.ts'
import { parseConfigFile } from '../config-file.ts'
import { RecentHistory } from '../history.ts'
import { contactsConfig } from './config.ts'
import { contactRouting } from './contact-routing.ts'

const MINUTE = 60_000
const HOUR = 60 * MINUTE
/** A Monday, 03:00 in Shanghai. */
const NIGHT = Date.UTC(2026, 0, 4, 19)

/** Nobody listens at these addresses: what would be sent is on record as having failed. */
const CONTACTS = {
  slack: 'http://127.0.0.1:9/slack',
  email: 'on-call@example.com',
  sms: '+861',
  phone: ['+861', '+862'],
  provider: 'http',
  global: { smtp_smarthost: '127.0.0.1:9', smtp_from: 'us@example.com' },
  time_zone: 'Asia/Shanghai',
}

function configOf(contacts: object) {
  const { config, errors } = parseConfigFile(stringify(contactRouting(contactsConfig.parse(contacts))))
  if (config === undefined) throw new Error(errors.join('\n'))
  return config
}

/** Which channels each receiver has. */
function channels(contacts: object): Record<string, string[]> {
  const { receivers } = configOf(contacts)
  return Object.fromEntries(
    receivers.map(({ name, integrations }) => [name, integrations.map(({ channel }) => channel)]),
  )
}

const GATEWAY = { provider: 'http', url: 'http://127.0.0.1:9/gateway' }
const COMPLETE = {
  ...CONTACTS,
  sms: { ...GATEWAY, to: ['+861'] },
  phone: ['+861', '+862'].map((to) => ({ ...GATEWAY, to: [to] })),
}

test('each level has its channels', () => {
  expect(channels(COMPLETE)).toEqual({
    nobody: [],
    P1: ['slack', 'sms'],
    P2: ['email', 'slack'],
    P3: ['slack'],
    'P1 phone 1': ['phone'],
    'P1 phone 2': ['phone'],
  })
})

test('a level without its channels takes another rather than nobody', () => {
  const { slack: _slack, sms: _sms, phone: _phone, ...mail } = CONTACTS
  expect(channels(mail)).toEqual({ nobody: [], P1: ['email'], P2: ['email'], P3: ['email'] })
})

test('what a contact lacks is said', () => {
  expect(() => configOf({ sms: '+861' })).toThrow('missing account_sid in sms_config with provider twilio')
})

/** When each receiver was first told, in minutes. */
async function firstTold(severity: string, untilMs: number): Promise<Record<string, number>> {
  const clock = new ManualClock(NIGHT)
  const history = new RecentHistory(10_000)
  const alerting = new Alerting(
    { store: new MemoryStateStore(), clock, logger: silentLogger, registry: new InstrumentRegistry(), history },
    {
      // The same routing over channels that refuse at once and without a network.
      config: withoutNetwork(),
      baseDir: '/',
      externalUrl: '',
      publicUrl: '',
      notifyWhenSilenceEnds: true,
      maxSilenceMs: 0,
    },
  )
  await alerting.start()
  alerting.send([
    {
      labels: Labels.from({ alertname: 'A', severity }),
      annotations: {},
      startsAtMs: NIGHT,
      endsAtMs: NIGHT + untilMs,
      generatorUrl: '',
      updatedAtMs: 0,
    },
  ])
  await clock.advance(8 * HOUR)
  await alerting.stop()
  const told: Record<string, number> = {}
  for (const event of history.events)
    if (event.kind === 'notification') told[event.receiver] = (event.timeMs - NIGHT) / MINUTE
  return told
}

function withoutNetwork() {
  const complete = configOf(COMPLETE)
  const [sns] = parseSns()
  if (sns === undefined) throw new Error('one channel was written')
  const receivers = complete.receivers.map((receiver) =>
    receiver.integrations.length === 0 ? receiver : { ...receiver, integrations: [sns] },
  )
  return { ...complete, receivers }
}

function parseSns() {
  const { config } = parseConfigFile('{route: {receiver: r}, receivers: [{name: r, sns_configs: [{topic_arn: x}]}]}')
  return config?.receivers[0]?.integrations ?? []
}

test('P1 is told at once, and the telephones ring one after the other', async () => {
  expect(await firstTold('P1', 8 * HOUR)).toMatchObject({ P1: 0, 'P1 phone 1': 0, 'P1 phone 2': 15 })
})

test('P2 is told within five minutes', async () => {
  expect(await firstTold('P2', 8 * HOUR)).toEqual({ P2: 0.5 })
})

test('P3 that fires in the night is held until working hours begin', async () => {
  const { P3 } = await firstTold('P3', 8 * HOUR)
  expect(P3).toBeGreaterThanOrEqual(6 * 60)
  expect(P3).toBeLessThanOrEqual(6 * 60 + 5)
})

test('P3 that is over before they begin is not told, nor is the dead man’s switch', async () => {
  expect(await firstTold('P3', HOUR)).toEqual({})
  expect(await firstTold('none', 8 * HOUR)).toEqual({})
})
