import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { eventually, Tetrascope } from '../support/tetrascope.ts'

/** The alert names of each notification that arrived, in order. */
const received: string[] = []
const folder = mkdtempSync(path.join(tmpdir(), 'alerts-survive-'))
let server: Server
let config = ''

beforeAll(async () => {
  server = createServer((request, response) => {
    const chunks: Buffer[] = []
    request.on('data', (chunk: Buffer) => chunks.push(chunk))
    request.on('end', () => {
      const body = JSON.parse(Buffer.concat(chunks).toString()) as { groupLabels: { alertname: string } }
      received.push(body.groupLabels.alertname)
      response.end()
    })
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as AddressInfo
  const alertmanager = path.join(folder, 'alertmanager.yml')
  writeFileSync(
    alertmanager,
    `route: {receiver: hook, group_by: [alertname], group_wait: 1s, group_interval: 1s}
receivers: [{name: hook, webhook_configs: [{url: 'http://127.0.0.1:${port}/'}]}]\n`,
  )
  config = `alertmanager: ${alertmanager}\nrules: {defaults: false}\n`
})

afterAll(() => {
  server.close()
  rmSync(folder, { recursive: true })
})

async function send(product: Tetrascope, ...names: string[]): Promise<void> {
  const endsAt = new Date(Date.now() + 600_000).toISOString()
  const alerts = names.map((alertname) => ({ labels: { alertname }, endsAt }))
  expect((await product.postJson('/alertmanager/api/v2/alerts', alerts)).status).toBe(200)
}

function arrival(name: string): Promise<unknown> {
  return eventually(
    async () => received,
    (names) => names.includes(name),
  )
}

test('after kill -9 what was acknowledged is acknowledged, and what was withdrawn is not', async () => {
  const before = await Tetrascope.start({ config })
  await send(before, 'Answered', 'Withdrawn', 'Unanswered')
  const say = (method: 'POST' | 'DELETE', name: string): Promise<Response> =>
    fetch(`${before.url}/api/tetrascope/v1/alerts/acknowledgements`, {
      method,
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ by: 'Ada', matchers: [`alertname="${name}"`], comment: 'on it' }),
    })
  expect((await say('POST', 'Answered')).status).toBe(200)
  expect((await say('POST', 'Withdrawn')).status).toBe(200)
  expect((await say('DELETE', 'Withdrawn')).status).toBe(200)
  await before.kill()

  const after = await Tetrascope.start({ config, data: before.data })
  try {
    await send(after, 'Answered', 'Withdrawn', 'Unanswered')
    const { groups } = await after.getJson<{ groups: FiringGroup[] }>('/api/tetrascope/v1/alerts')
    const said = groups.map(({ labels, alerts }) => [labels.alertname, alerts[0]?.acknowledgement ?? null])
    expect(Object.fromEntries(said)).toMatchObject({
      Answered: { by: 'Ada', comment: 'on it', via: 'api' },
      Withdrawn: null,
      Unanswered: null,
    })
  } finally {
    await after.stop()
    await before.stop()
  }
})

interface FiringGroup {
  readonly labels: Record<string, string>
  readonly alerts: { readonly acknowledgement: object | null }[]
}

test('after kill -9 nobody is told twice, and what was silenced stays silenced', async () => {
  const before = await Tetrascope.start({ config })
  const silence = await before.postJson('/alertmanager/api/v2/silences', {
    matchers: [{ name: 'alertname', value: 'Silenced', isRegex: false, isEqual: true }],
    startsAt: new Date().toISOString(),
    endsAt: new Date(Date.now() + 3_600_000).toISOString(),
    createdBy: 'test',
    comment: 'stays',
  })
  expect(silence.status).toBe(200)
  await send(before, 'Told', 'Silenced')
  await arrival('Told')
  // The notification is written down after it was sent: one that a kill cuts off in between is sent again, which is meant.
  await eventually(
    () => before.getJson<{ events: unknown[] }>('/api/tetrascope/v1/alerts/history?kind=notification'),
    ({ events }) => events.length > 0,
  )
  await send(before, 'Settled')
  await arrival('Settled')
  await before.kill()

  const after = await Tetrascope.start({ config, data: before.data })
  try {
    await send(after, 'Told', 'Silenced', 'New')
    await arrival('New')
    // Later than the others by a whole round, so that they have had their turn.
    await send(after, 'Last')
    await arrival('Last')
    expect(received.filter((name) => name === 'Told')).toHaveLength(1)
    expect(received).not.toContain('Silenced')
  } finally {
    await after.stop()
    await before.stop()
  }
})
