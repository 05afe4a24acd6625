import { afterAll, afterEach, beforeEach, expect, test } from 'vitest'
import { Provider } from '../../test/support/provider.ts'
import { Alerting } from '../alerting/alerting.ts'
import { parseConfigFile } from '../alerting/config-file.ts'
import { RecentHistory } from '../alerting/history.ts'
import { twilioSignature } from '../alerting/twilio-callbacks.ts'
import { Labels } from '../model/labels.ts'
import { MemoryStateStore } from '../storage/memory/memory-state-store.ts'
import { InstrumentRegistry } from '../telemetry/instruments.ts'
import { silentLogger } from '../telemetry/log.ts'
import { ManualClock } from '../util/manual-clock.ts'
import { acknowledgeRoutes } from './acknowledge.ts'
import { createServer } from './server.ts'

const NOW = Date.UTC(2026, 0, 5, 12)
const MINUTE = 60_000

/** Twilio, which takes every call. */
const twilio = await Provider.start()
afterAll(() => twilio.stop())

const CONFIG = `
route: {receiver: team, group_by: [alertname], group_wait: 1m, group_interval: 5m}
global: {twilio_account_sid: AC1, twilio_auth_token: tok, twilio_from: '+1500', twilio_api_url: '${twilio.url}'}
receivers:
  - name: team
    escalation:
      steps:
        - {receiver: first, every: 30m, times: 3}
        - {receiver: second, every: 30m, times: 1}
  - {name: first, phone_configs: [{provider: twilio, to: ['+861', '+862']}]}
  - {name: second, phone_configs: [{provider: twilio, to: ['+863']}]}
`

let clock: ManualClock
let alerting: Alerting
let history: RecentHistory
let app: ReturnType<typeof createServer>

beforeEach(async () => {
  twilio.reset(() => ({ status: 201, body: { sid: 'CA1', status: 'queued' } }))
  clock = new ManualClock(NOW)
  history = new RecentHistory(100)
  const { config, errors } = parseConfigFile(CONFIG)
  if (config === undefined) throw new Error(errors.join('\n'))
  const surroundings = {
    store: new MemoryStateStore(),
    clock,
    logger: silentLogger,
    registry: new InstrumentRegistry(),
  }
  const urls = { externalUrl: 'https://us/t', publicUrl: 'https://us/t' }
  const settings = { config, baseDir: '/', ...urls, notifyWhenSilenceEnds: true, maxSilenceMs: 0 }
  alerting = new Alerting({ ...surroundings, history }, settings)
  await alerting.start()
  app = createServer({ auth: { tokens: [] }, bodyLimit: 10_000, logger: silentLogger })
  acknowledgeRoutes(app, alerting, clock)
  const alert = { labels: Labels.from({ alertname: 'Down' }), annotations: {}, startsAtMs: NOW, endsAtMs: 0 }
  alerting.send([{ ...alert, generatorUrl: '', updatedAtMs: 0 }])
  await clock.advance(MINUTE)
  await expect.poll(called).toEqual(['+861', '+862'])
})

afterEach(async () => {
  await Promise.all([app.close(), alerting.stop()])
})

function forms(): URLSearchParams[] {
  return twilio.got.map(({ body }) => new URLSearchParams(body))
}

/** Who was called, in order. */
function called(): Array<string | null> {
  return forms().map((form) => form.get('To'))
}

/** Twilio sends a form to the address that it was given, signed with the account's token. */
function callback(what: 'status' | 'voice', fields: Record<string, string>, token = 'tok') {
  const url = (forms()[0]?.get('StatusCallback') ?? '').replace(/status$/, what)
  const form = { AccountSid: 'AC1', CallSid: 'CA1', ...fields }
  return app.inject({
    method: 'POST',
    // What stands before us takes the prefix away.
    url: new URL(url).pathname.replace(/^\/t/, ''),
    payload: new URLSearchParams(form).toString(),
    headers: {
      'content-type': 'application/x-www-form-urlencoded',
      'x-twilio-signature': twilioSignature(token, url, form),
    },
  })
}

test('the signature is the one of the documentation', () => {
  const form = {
    CallSid: 'CA1234567890ABCDE',
    Caller: '+12349013030',
    Digits: '1234',
    From: '+12349013030',
    To: '+18005551212',
  }
  const url = 'https://mycompany.com/myapp.php?foo=1&bar=2'
  expect(twilioSignature('12345', url, form)).toBe('0/KCTR6DLpKmkAf8muzZqo1nDgQ=')
})

test('what Twilio did not sign is refused', async () => {
  expect((await callback('voice', { Digits: '1', To: '+861' }, 'other')).statusCode).toBe(403)
  expect((await callback('status', { CallStatus: 'busy', To: '+861', AccountSid: 'AC2' })).statusCode).toBe(403)
  expect(history.events.filter(({ kind }) => kind === 'acknowledgement')).toEqual([])
  expect((await callback('voice', { Digits: '1', To: '+861' })).body).toContain('Acknowledged.')
  expect(history.events.find(({ kind }) => kind === 'acknowledgement')).toMatchObject({ by: '+861', via: 'phone' })
})

test('when nobody of a step can be reached, the next on the list is called at once', async () => {
  expect((await callback('status', { CallStatus: 'busy', To: '+861' })).statusCode).toBe(204)
  expect((await callback('status', { CallStatus: 'completed', To: '+862' })).statusCode).toBe(204)
  await clock.advance(0)
  expect(called()).toEqual(['+861', '+862'])
  await callback('status', { CallStatus: 'no-answer', To: '+862' })
  await clock.advance(0)
  await expect.poll(called).toEqual(['+861', '+862', '+863'])
  const [failed] = history.events.filter((event) => event.kind === 'notification' && event.outcome === 'failed')
  expect(failed).toMatchObject({ receiver: 'first', channel: 'phone', error: '+862 was not reached: no-answer' })
  // A late report on the step before changes nothing, and after the last there is nobody.
  await callback('status', { CallStatus: 'failed', To: '+861' })
  await callback('status', { CallStatus: 'failed', To: '+863' })
  await clock.advance(MINUTE)
  expect(called()).toHaveLength(3)
})

test('once somebody has acknowledged, a call that fails calls nobody', async () => {
  await callback('voice', { Digits: '1', To: '+861' })
  await callback('status', { CallStatus: 'busy', To: '+861' })
  await callback('status', { CallStatus: 'busy', To: '+862' })
  await clock.advance(MINUTE)
  expect(called()).toEqual(['+861', '+862'])
})
