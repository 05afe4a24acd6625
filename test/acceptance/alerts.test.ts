import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { eventually, Tetrascope } from '../support/tetrascope.ts'

interface WebhookBody {
  readonly status: string
  readonly receiver: string
  readonly groupLabels: Record<string, string>
  readonly alerts: ReadonlyArray<{
    readonly status: string
    readonly labels: Record<string, string>
    readonly annotations: Record<string, string>
  }>
}

const rules = `groups:
  - name: queue
    interval: 1s
    rules:
      - record: queue:depth:max
        expr: max(queue_depth)
      - alert: QueueTooLong
        expr: queue:depth:max > 10
        for: 1s
        labels: { severity: P2 }
        annotations: { summary: 'depth is {{ $value }}' }
`

const alertmanager = (webhook: string): string => `route:
  receiver: hook
  group_by: [alertname]
  group_wait: 1s
  group_interval: 1s
receivers:
  - name: hook
    webhook_configs: [{ url: '${webhook}' }]
`

describe('an alert on a scraped metric', () => {
  const received: WebhookBody[] = []
  let depth = 3
  let server: Server
  let product: Tetrascope

  beforeAll(async () => {
    server = createServer((request, response) => {
      if (request.url === '/metrics') return response.end(`queue_depth ${depth}\n`)
      const chunks: Buffer[] = []
      request.on('data', (chunk: Buffer) => chunks.push(chunk))
      return request.on('end', () => {
        received.push(JSON.parse(Buffer.concat(chunks).toString()) as WebhookBody)
        response.end()
      })
    })
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
    const { port } = server.address() as AddressInfo
    product = await Tetrascope.start()
    product.writeFile('rules.yml', rules)
    product.writeFile('alertmanager.yml', alertmanager(`http://127.0.0.1:${port}/hook`))
    product.writeConfig(
      `global: { scrape_interval: 1s }\nrules: { defaults: false }\nrule_files: [rules.yml]\nalertmanager: alertmanager.yml\n` +
        `scrape_configs: [{ job_name: app, fallback_scrape_protocol: PrometheusText0.0.4, static_configs: [{ targets: ['127.0.0.1:${port}'] }] }]\n`,
    )
    expect((await product.post('/-/reload', '')).status).toBe(200)
  })
  afterAll(async () => {
    await product.stop()
    server.close()
  })

  test('fires, arrives at the webhook, and again when it resolves', async () => {
    await eventually(
      () => product.query('queue:depth:max'),
      (samples) => samples[0]?.value === 3,
    )
    depth = 42
    const firing = await eventually(
      async () => received,
      (bodies) => bodies.some(({ status }) => status === 'firing'),
    )
    expect(firing[0]).toMatchObject({
      receiver: 'hook',
      groupLabels: { alertname: 'QueueTooLong' },
      alerts: [
        {
          status: 'firing',
          labels: { alertname: 'QueueTooLong', severity: 'P2' },
          annotations: { summary: 'depth is 42' },
        },
      ],
    })
    await eventually(
      () => product.query('ALERTS{alertname="QueueTooLong",alertstate="firing"}'),
      (samples) => samples[0]?.value === 1,
    )

    depth = 0
    const resolved = await eventually(
      async () => received,
      (bodies) => bodies.some(({ status }) => status === 'resolved'),
    )
    expect(resolved.at(-1)).toMatchObject({ status: 'resolved', alerts: [{ status: 'resolved' }] })
  })

  test('the history shows what was sent', async () => {
    const { events } = await product.getJson<{ events: { receiver: string; outcome: string; status: string }[] }>(
      '/api/tetrascope/v1/alerts/history?kind=notification',
    )
    expect(events.map(({ status }) => status)).toEqual(expect.arrayContaining(['firing', 'resolved']))
    expect(events.every(({ receiver, outcome }) => receiver === 'hook' && outcome === 'sent')).toBe(true)
  })

  test('a bad file at reload changes nothing and says why', async () => {
    product.writeConfig('rule_files: [nowhere.yml]\nservr: {}\n')
    const response = await product.post('/-/reload', '')
    expect(response.status).toBe(500)
    expect(await response.text()).toContain('servr')
    const { data } = await product.getJson<{ data: { groups: { name: string }[] } }>('/api/v1/rules')
    expect(data.groups.map(({ name }) => name)).toEqual(['queue'])
  })

  test('a good file at SIGHUP is taken over', async () => {
    product.writeFile('rules.yml', rules.replace('name: queue', 'name: renamed'))
    product.writeConfig('rules: { defaults: false }\nrule_files: [rules.yml]\n')
    product.signal('SIGHUP')
    await eventually(
      () => product.getJson<{ data: { groups: { name: string }[] } }>('/api/v1/rules'),
      ({ data }) => data.groups[0]?.name === 'renamed',
    )
  })
})
