import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { afterAll, afterEach, describe, expect, test } from 'vitest'
import type { Alert } from '../../model/alert.ts'
import { Labels } from '../../model/labels.ts'
import { InstrumentRegistry } from '../../telemetry/instruments.ts'
import { silentLogger } from '../../telemetry/log.ts'
import { systemClock } from '../../util/clock.ts'
import { AlertSender } from '../alert-sender.ts'
import { alertingConfig } from '../alerting-config.ts'
import { alertmanagersIn } from './config.ts'
import { ExternalAlertmanagers } from './external-alertmanagers.ts'

const servers: Server[] = []
afterEach(() => {
  for (const server of servers.splice(0)) server.close()
})

interface Got {
  readonly url: string
  readonly authorization: string | undefined
  readonly body: unknown
}

/** An Alertmanager that takes what comes, or refuses it. */
async function listen(status: number, got: Got[]): Promise<string> {
  const server = createServer((request, response) => {
    let body = ''
    request.on('data', (part: Buffer) => (body += part.toString()))
    request.on('end', () => {
      got.push({ url: request.url ?? '', authorization: request.headers.authorization, body: JSON.parse(body) })
      response.writeHead(status).end()
    })
  })
  servers.push(server)
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const address = server.address()
  return typeof address === 'object' && address !== null ? `127.0.0.1:${address.port}` : ''
}

function newExternal(): ExternalAlertmanagers {
  return new ExternalAlertmanagers({ clock: systemClock, logger: silentLogger, registry: new InstrumentRegistry() })
}

const ALERT = {
  labels: Labels.from({ alertname: 'A', severity: 'P1' }),
  annotations: { summary: 'x' },
  startsAtMs: 0,
  endsAtMs: 60_000,
  generatorUrl: 'http://us',
  updatedAtMs: 0,
}

test('each Alertmanager gets every alert, one that refuses does not keep the other waiting', async () => {
  const [good, bad]: [Got[], Got[]] = [[], []]
  const registry = new InstrumentRegistry()
  const external = new ExternalAlertmanagers({ clock: systemClock, logger: silentLogger, registry })
  const { alertmanagers } = alertingConfig.parse({
    alertmanagers: [
      {
        path_prefix: '/am',
        authorization: { credentials: 'secret' },
        static_configs: [{ targets: [await listen(200, good)] }],
      },
      { static_configs: [{ targets: [await listen(500, bad)] }] },
    ],
  })
  await external.apply(alertmanagers)
  external.send([ALERT])
  external.send([ALERT, ALERT])
  await expect.poll(() => good.length + bad.length).toBe(4)
  await external.stop()
  expect(good[0]).toEqual({
    url: '/am/api/v2/alerts',
    authorization: 'Bearer secret',
    body: [
      {
        labels: { alertname: 'A', severity: 'P1' },
        annotations: { summary: 'x' },
        startsAt: '1970-01-01T00:00:00.000Z',
        endsAt: '1970-01-01T00:01:00.000Z',
        generatorURL: 'http://us',
      },
    ],
  })
  const valueOf = (name: string): number[] =>
    registry
      .snapshot()
      .find(({ metadata }) => metadata.name === name)
      ?.samples.map(({ value }) => value) ?? []
  expect(valueOf('tetrascope_external_alertmanager_sent_total')).toEqual([3, 3])
  expect(valueOf('tetrascope_external_alertmanager_errors_total')).toEqual([3])
})

test('a path is no address', () => {
  expect(() => alertingConfig.parse({ alertmanagers: [{ static_configs: [{ targets: ['host/path'] }] }] })).toThrow(
    'is not a valid hostname',
  )
})

/** What the alerts that came are called, by the instance that they speak of. */
function instancesIn(got: readonly Got[]): string[] {
  return got.flatMap(({ body }) =>
    (body as { labels: Record<string, string> }[]).map(({ labels }) => labels.instance ?? ''),
  )
}

describe('Alertmanagers that are discovered', () => {
  const folder = mkdtempSync(path.join(tmpdir(), 'alertmanagers-'))
  afterAll(() => rmSync(folder, { recursive: true }))

  test('from a file that changes, relabelled, with a reload in between', async () => {
    const [one, two]: [Got[], Got[]] = [[], []]
    const [first, second] = [await listen(200, one), await listen(200, two)]
    const list = (...targets: string[]): void =>
      writeFileSync(path.join(folder, 'am.json'), JSON.stringify([{ targets, labels: { zone: 'a' } }]))
    list(first, 'unwanted:1')
    const { alertmanagers } = alertingConfig.parse({
      alertmanagers: [
        {
          file_sd_configs: [{ files: ['am.json'] }],
          relabel_configs: [
            { source_labels: ['__address__'], regex: 'unwanted.*', action: 'drop' },
            { source_labels: ['zone'], target_label: '__alerts_path__', replacement: '/zone-$1/api/v2/alerts' },
          ],
        },
      ],
    })
    const inFolder = alertmanagers.map((config) => alertmanagersIn(config, folder))
    const external = newExternal()
    await external.apply(inFolder)
    await expect.poll(() => external.active).toEqual([`http://${first}/zone-a/api/v2/alerts`])
    expect(external.dropped).toEqual(['http://unwanted:1/api/v2/alerts'])
    // The same configuration again: who was found stays found.
    await external.apply(inFolder)
    expect(external.active).toHaveLength(1)
    external.send([ALERT])
    list(second)
    await expect.poll(() => external.active, { timeout: 20_000 }).toEqual([`http://${second}/zone-a/api/v2/alerts`])
    external.send([ALERT])
    await expect.poll(() => two.map(({ url }) => url)).toEqual(['/zone-a/api/v2/alerts'])
    expect(one).toHaveLength(1)
    await external.stop()
  })

  test('over HTTP', async () => {
    const got: Got[] = []
    const address = await listen(200, got)
    const list = createServer((_, response) =>
      response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify([{ targets: [address] }])),
    )
    servers.push(list)
    await new Promise<void>((resolve) => list.listen(0, '127.0.0.1', resolve))
    const url = `http://127.0.0.1:${(list.address() as AddressInfo).port}/`
    const external = newExternal()
    await external.apply(alertingConfig.parse({ alertmanagers: [{ http_sd_configs: [{ url }] }] }).alertmanagers)
    await expect.poll(() => external.active).toEqual([`http://${address}/api/v2/alerts`])
    await external.stop()
  })
})

test('alerts are relabelled for all who get them, and for some Alertmanagers once more', async () => {
  const [all, some]: [Got[], Got[]] = [[], []]
  const config = alertingConfig.parse({
    alert_relabel_configs: [
      { regex: 'replica', action: 'labeldrop' },
      { source_labels: ['severity'], regex: 'P3', action: 'drop' },
    ],
    alertmanagers: [
      { static_configs: [{ targets: [await listen(200, all)] }] },
      {
        static_configs: [{ targets: [await listen(200, some)] }],
        alert_relabel_configs: [{ source_labels: ['instance'], regex: 'quiet', action: 'drop' }],
      },
    ],
  })
  const external = newExternal()
  await external.apply(config.alertmanagers)
  const own: Alert[] = []
  const sender = new AlertSender(
    { send: (alerts) => (own.push(...alerts), []) },
    external,
    config.alert_relabel_configs,
  )
  const alert = (instance: string, severity = 'P1'): Alert => ({
    ...ALERT,
    labels: Labels.from({ alertname: 'A', instance, severity, replica: '1' }),
  })
  sender.send([alert('loud'), alert('quiet'), alert('unheard', 'P3')])
  await expect.poll(() => [instancesIn(all), instancesIn(some)]).toEqual([['loud', 'quiet'], ['loud']])
  expect(own.map(({ labels }) => labels.toString())).toEqual([
    '{alertname="A", instance="loud", severity="P1"}',
    '{alertname="A", instance="quiet", severity="P1"}',
  ])
  sender.apply([])
  sender.send([alert('unheard', 'P3')])
  await expect.poll(() => instancesIn(all)).toEqual(['loud', 'quiet', 'unheard'])
  await external.stop()
})

test('what Prometheus refuses is refused', () => {
  const problems = (alertmanager: object): string =>
    String(alertingConfig.safeParse({ alertmanagers: [alertmanager] }).error?.issues[0]?.message)
  expect(problems({ basic_auth: { username: 'u' }, authorization: { credentials: 'c' } })).toBe(
    'at most one of basic_auth, oauth2 & authorization must be configured',
  )
  expect(problems({ consul_sd_configs: [{}] })).toContain('consul_sd_configs is not supported')
  expect(problems({ relabel_configs: [{ action: 'hashmod', target_label: 'x' }] })).toContain('non-zero modulus')
})
