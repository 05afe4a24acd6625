import { afterEach, beforeEach, expect, test } from 'vitest'
import { Alerting } from '../alerting/alerting.ts'
import { DEFAULT_ALERTMANAGER_CONFIG } from '../alerting/config.ts'
import { StoredHistory } from '../alerting/stored-history.ts'
import { Labels } from '../model/labels.ts'
import { MemoryStateStore } from '../storage/memory/memory-state-store.ts'
import { InstrumentRegistry } from '../telemetry/instruments.ts'
import { silentLogger } from '../telemetry/log.ts'
import { ManualClock } from '../util/manual-clock.ts'
import { acknowledgeRoutes } from './acknowledge.ts'
import { createServer } from './server.ts'
import { alertHistoryRoutes } from './tetrascope/alert-history.ts'
import { firingAlertRoutes } from './tetrascope/alerts.ts'
import type { AlertHistoryBody } from './types.ts'

const NOW = Date.UTC(2026, 0, 5, 12)
const FORM = { 'content-type': 'application/x-www-form-urlencoded' }

let clock: ManualClock
let alerting: Alerting
let history: StoredHistory
let app: ReturnType<typeof createServer>

beforeEach(async () => {
  clock = new ManualClock(NOW)
  const store = new MemoryStateStore()
  history = new StoredHistory({ store, clock, logger: silentLogger, capacity: 100 })
  alerting = new Alerting(
    { store, clock, logger: silentLogger, registry: new InstrumentRegistry(), history },
    {
      config: DEFAULT_ALERTMANAGER_CONFIG,
      baseDir: '/',
      externalUrl: 'https://us',
      publicUrl: 'https://us',
      notifyWhenSilenceEnds: true,
      maxSilenceMs: 0,
    },
  )
  await alerting.start()
  const tokens = [{ name: 'x', sha256: 'ab'.repeat(32) }]
  app = createServer({ auth: { tokens: [] }, bodyLimit: 10_000, logger: silentLogger })
  guarded = createServer({ auth: { tokens }, bodyLimit: 10_000, logger: silentLogger })
  for (const server of [app, guarded]) {
    acknowledgeRoutes(server, alerting, clock)
    firingAlertRoutes(server, alerting, clock)
    alertHistoryRoutes(server, history)
  }
  alerting.send(['A', 'B'].map(alert))
})
let guarded: ReturnType<typeof createServer>

afterEach(async () => {
  await Promise.all([app.close(), guarded.close(), alerting.stop()])
})

function alert(alertname: string) {
  return {
    labels: Labels.from({ alertname, pod: '<b>' }),
    annotations: { summary: `${alertname} is down`, summary_zh: '不可用' },
    startsAtMs: NOW,
    endsAtMs: NOW + 3_600_000,
    generatorUrl: '',
    updatedAtMs: 0,
  }
}

function link(name = 'A'): string {
  return new URL(alerting.onCall.links.url('https://us', `{}:{alertname="${name}"}`, NOW)).pathname
}

async function answered(): Promise<Array<string | undefined>> {
  const { groups } = (await app.inject('/alerts')).json<{
    groups: { alerts: { acknowledgement: { by: string } | null }[] }[]
  }>()
  return groups.flatMap(({ alerts }) => alerts.map(({ acknowledgement }) => acknowledgement?.by))
}

test('looking at a link changes nothing, sending its form acknowledges that group', async () => {
  const page = await app.inject(link())
  expect(page.statusCode).toBe(200)
  expect(page.body).toContain('A is down<br>不可用')
  expect(page.body).toContain('&lt;b&gt;')
  expect(page.body).not.toContain('B is down')
  await app.inject({ method: 'HEAD', url: link() })
  expect(await answered()).toEqual([undefined, undefined])
  const sent = await app.inject({ method: 'POST', url: link(), payload: 'by=Ada&comment=mine', headers: FORM })
  expect(sent.body).toContain('Ada')
  expect(await answered()).toEqual(['Ada', undefined])
})

test('a link needs no token, but must be one of ours and the sender a name', async () => {
  expect((await guarded.inject('/alerts')).statusCode).toBe(401)
  expect((await guarded.inject(link())).statusCode).toBe(200)
  expect((await guarded.inject(`${link().slice(0, -3)}AAA`)).statusCode).toBe(404)
  expect((await app.inject({ method: 'POST', url: link(), payload: 'by=', headers: FORM })).statusCode).toBe(400)
  expect(await answered()).toEqual([undefined, undefined])
})

test('who is called presses 1', async () => {
  const press = (digit: string) =>
    app.inject({ method: 'POST', url: `${link()}/voice`, payload: `Digits=${digit}&To=%2B861`, headers: FORM })
  expect((await press('2')).body).toContain('Not acknowledged')
  expect(await answered()).toEqual([undefined, undefined])
  expect((await press('1')).body).toBe('<Response><Say>Acknowledged. 已确认。</Say></Response>')
  expect(await answered()).toEqual(['+861', undefined])
})

test('the API acknowledges by group or by labels', async () => {
  const post = (payload: object) => app.inject({ method: 'POST', url: '/alerts/acknowledgements', payload })
  expect((await post({ by: 'Ada', group_key: '{}:{alertname="A"}' })).json()).toEqual({
    acknowledged: [expect.stringMatching(/^[0-9a-f]{16}$/)],
  })
  expect((await post({ by: 'Bob', matchers: ['alertname=B'], comment: 'x' })).statusCode).toBe(200)
  expect(await answered()).toEqual(['Ada', 'Bob'])
  expect((await post({ by: 'Bob' })).json()).toEqual({
    error: 'which alerts? expected group_key, or matchers such as ["alertname=\\"X\\""]',
  })
  expect((await post({ by: 'Bob', matchers: ['{'] })).statusCode).toBe(400)
  expect((await post({ by: 'Bob', matchers: ['alertname=C'] })).statusCode).toBe(404)
})

test('an acknowledgement is withdrawn, and the history says by whom', async () => {
  const ask = (method: 'POST' | 'DELETE', payload: object) =>
    app.inject({ method, url: '/alerts/acknowledgements', payload })
  await ask('POST', { by: 'Ada', matchers: ['pod=~".*"'] })
  const withdrawn = await ask('DELETE', { by: 'Bob', group_key: '{}:{alertname="A"}', comment: 'not me' })
  expect(withdrawn.json<{ withdrawn: string[] }>().withdrawn).toHaveLength(1)
  expect(await answered()).toEqual([undefined, 'Ada'])
  expect((await ask('DELETE', { by: 'Bob', matchers: ['alertname=A'] })).statusCode).toBe(404)
  const [event] = history.page({ kind: 'acknowledgement' }, 1).events
  expect(event).toMatchObject({ by: 'Bob', comment: 'not me', isWithdrawn: true })
})

test('the history says who did what, by page, kind, time and labels', async () => {
  await alerting.onCall.acknowledge([...alerting.provider.alerts()].slice(0, 1), {
    by: 'Ada',
    comment: 'mine',
    via: 'api',
  })
  const ask = async (query: string): Promise<AlertHistoryBody> =>
    (await app.inject(`/alerts/history?${query}`)).json<AlertHistoryBody>()
  const all = await ask('')
  expect(all.events.map(({ kind }) => kind)).toEqual(['acknowledgement', 'alert', 'alert'])
  expect(all.cursor).toBeNull()
  const first = await ask('limit=2')
  expect(first.events).toEqual(all.events.slice(0, 2))
  expect((await ask(`limit=2&cursor=${first.cursor}`)).events).toEqual(all.events.slice(2))
  expect((await ask('filter=alertname=A')).events.map(({ kind }) => kind)).toEqual(['acknowledgement', 'alert'])
  expect((await ask('filter=alertname=B&kind=alert')).events).toHaveLength(1)
  expect((await ask('text=MINE')).events).toMatchObject([{ by: 'Ada', comment: 'mine', via: 'api' }])
  expect((await ask(`end=${NOW - 1}`)).events).toEqual([])
  expect((await app.inject('/alerts/history?kind=x')).statusCode).toBe(400)
})
