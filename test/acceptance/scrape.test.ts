import { existsSync, readFileSync } from 'node:fs'
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import path from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { freePort, hasProgram, type Peer, startPeer } from '../support/peer.ts'
import { eventually, Tetrascope } from '../support/tetrascope.ts'

const vllmFile = path.resolve(import.meta.dirname, '../../../shared/data/exposition/vllm_metrics.txt')

interface TargetsAnswer {
  readonly data: {
    readonly activeTargets: ReadonlyArray<{
      readonly health: string
      readonly lastError: string
      readonly scrapePool: string
    }>
  }
}

function scrapeConfig(job: string, port: number): string {
  return `global: { scrape_interval: 1s }\nscrape_configs:\n  - job_name: ${job}\n    static_configs: [{ targets: ['127.0.0.1:${port}'] }]\n`
}

describe.skipIf(!hasProgram('prometheus-node-exporter'))("Debian's node_exporter", () => {
  let exporter: Peer
  let product: Tetrascope
  let port = 0
  beforeAll(async () => {
    port = await freePort()
    exporter = await startPeer(
      'prometheus-node-exporter',
      [`--web.listen-address=127.0.0.1:${port}`],
      `http://127.0.0.1:${port}/metrics`,
    )
    product = await Tetrascope.start({ config: scrapeConfig('node', port) })
  })
  afterAll(async () => {
    await product.stop()
    await exporter.stop()
  })

  test('is scraped; counters have a rate; the reports are right', async () => {
    await eventually(
      () => product.query('rate(node_cpu_seconds_total{job="node",mode="idle"}[30s])'),
      (samples) => samples.length > 0,
    )
    const [up] = await product.query('up{job="node"}')
    expect(up).toMatchObject({ metric: { __name__: 'up', job: 'node', instance: `127.0.0.1:${port}` }, value: 1 })
    const [scraped] = await product.query('scrape_samples_scraped{job="node"}')
    const [series] = await product.query('count({job="node",__name__!~"up|scrape_.*"})')
    expect(series?.value).toBe(scraped?.value)
    expect(await product.query('scrape_duration_seconds{job="node"}')).toHaveLength(1)
  })

  test('when it dies, up is 0 and its series are stale', async () => {
    await exporter.stop()
    await eventually(
      () => product.query('up{job="node"}'),
      (samples) => samples[0]?.value === 0,
    )
    expect(await product.query('node_load1{job="node"}')).toEqual([])
    const { data } = await product.getJson<TargetsAnswer>('/api/v1/targets')
    expect(data.activeTargets[0]).toMatchObject({ health: 'down', scrapePool: 'node' })
    expect(data.activeTargets[0]?.lastError).not.toBe('')
  })
})

describe.skipIf(!existsSync(vllmFile))('a vLLM server with moving counters', () => {
  let server: Server
  let product: Tetrascope
  let tokens = 0
  beforeAll(async () => {
    const text = existsSync(vllmFile) ? readFileSync(vllmFile, 'utf8') : ''
    server = createServer((_request, response) => {
      tokens += 500
      response.setHeader('content-type', 'text/plain; version=0.0.4')
      response.end(text.replaceAll(/^(vllm:generation_tokens_total\{[^}]*\}) .*$/gm, `$1 ${tokens}`))
    })
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
    product = await Tetrascope.start({ config: scrapeConfig('vllm', (server.address() as AddressInfo).port) })
  })
  afterAll(async () => {
    await product.stop()
    server.close()
  })

  test('feeds the application layer', async () => {
    const rate = await eventually(
      () => product.query('sum(rate(vllm:generation_tokens_total[30s]))'),
      (samples) => (samples[0]?.value ?? 0) > 0,
    )
    expect(rate).toHaveLength(1)
    const health = await product.getJson<{
      layers: { layer: string; readings: { name: string; from: string | null }[] }[]
    }>('/api/tetrascope/v1/health')
    const application = health.layers.find(({ layer }) => layer === 'application')
    expect(application?.readings.find(({ name }) => name === 'tokens_per_second')?.from).toBe('vllm')
  })
})

describe('an endpoint whose answer cannot be parsed', () => {
  test('is down, and the target says line and reason', async () => {
    const server = createServer((_request, response) => {
      response.setHeader('content-type', 'text/plain; version=0.0.4')
      response.end('good 1\nbad{ 2\n')
    })
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
    const product = await Tetrascope.start({ config: scrapeConfig('bad', (server.address() as AddressInfo).port) })
    const answer = await eventually(
      () => product.getJson<TargetsAnswer>('/api/v1/targets'),
      ({ data }) => data.activeTargets[0]?.health === 'down',
    )
    expect(answer.data.activeTargets[0]?.lastError).toMatch(/line 2/)
    await eventually(
      () => product.query('up{job="bad"}'),
      (samples) => samples[0]?.value === 0,
    )
    expect(await product.query('good')).toEqual([])
    await product.stop()
    server.close()
  })
})
