import { createServer, type Server } from 'node:http'
import { afterEach, expect, test } from 'vitest'
import { Labels } from '../../model/labels.ts'
import { InstrumentRegistry } from '../../telemetry/instruments.ts'
import { silentLogger } from '../../telemetry/log.ts'
import { alertingConfig } from '../alerting-config.ts'
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
  const external = new ExternalAlertmanagers({ logger: silentLogger, registry })
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
