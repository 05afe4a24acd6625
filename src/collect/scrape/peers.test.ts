import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { afterEach, describe, expect, test } from 'vitest'
import { freePort, hasProgram, startPeer } from '../../../test/support/peer.ts'
import { RecordingWriter } from '../../../test/support/recording-writer.ts'
import { InstrumentRegistry } from '../../telemetry/instruments.ts'
import { silentLogger } from '../../telemetry/log.ts'
import { systemClock } from '../../util/clock.ts'
import { globalConfig, scrapeConfigs } from '../config.ts'
import { scrapeInstruments } from './scrape-instruments.ts'
import { scrapeJobs } from './scrape-job.ts'
import { Scraping } from './scraping.ts'
import { viewTargets } from './targets-view.ts'

const shared = path.resolve(import.meta.dirname, '../../../../shared/data/exposition')
const PAYLOADS = [
  'e2e-output.txt',
  'e2e-output-darwin.txt',
  'e2e-output-solaris.txt',
  'expfmt-text.txt',
  'vllm_metrics.txt',
]

let cleanUps: Array<() => Promise<unknown> | void> = []

afterEach(async () => {
  for (const cleanUp of cleanUps.reverse()) await cleanUp()
  cleanUps = []
})

/** Scrapes once for real and gives what was stored, as `series value`. */
async function scrapeOnce(address: string, metricsPath = '/metrics'): Promise<Map<string, number>> {
  const writer = new RecordingWriter()
  const surroundings = {
    writer,
    clock: systemClock,
    logger: silentLogger,
    instruments: scrapeInstruments(new InstrumentRegistry()),
  }
  const scraping = new Scraping(surroundings)
  const config = {
    job_name: 'peer',
    scrape_interval: '1s',
    scrape_timeout: '1s',
    metrics_path: metricsPath,
    static_configs: [{ targets: [address] }],
  }
  await scraping.apply(scrapeJobs(globalConfig.parse(undefined), scrapeConfigs.parse([config]), import.meta.dirname))
  await writer.waitFor(1)
  expect(viewTargets(scraping.pools, { state: 'any' }).activeTargets[0]).toMatchObject({ health: 'up', lastError: '' })
  await scraping.stop()
  const batch = writer.batches[0]
  if (batch === undefined) throw new Error('nothing was written')
  return new Map(
    Array.from(batch.series, (series, i) => [batch.labels[series]?.toString() ?? '', batch.values[i] ?? NaN]),
  )
}

async function serveFolder(folder: string): Promise<string> {
  const server = createServer((request, response) => {
    response.writeHead(200, { 'content-type': 'text/plain; version=0.0.4' })
    response.end(readFileSync(path.join(folder, path.basename(request.url ?? ''))))
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  cleanUps.push(() => {
    server.close()
    server.closeAllConnections()
  })
  return `127.0.0.1:${(server.address() as AddressInfo).port}`
}

describe.skipIf(!hasProgram('prometheus-node-exporter'))('a real node_exporter', () => {
  test('is scraped', async () => {
    const port = await freePort()
    const address = `127.0.0.1:${port}`
    const exporter = await startPeer(
      'prometheus-node-exporter',
      [`--web.listen-address=${address}`],
      `http://${address}/metrics`,
    )
    cleanUps.push(() => exporter.stop())
    const samples = await scrapeOnce(address)
    const target = `instance="${address}", job="peer"`
    expect(samples.get(`up{${target}}`)).toBe(1)
    expect(samples.get(`node_memory_MemTotal_bytes{${target}}`)).toBeGreaterThan(1e8)
    expect(samples.get(`node_cpu_seconds_total{cpu="0", ${target}, mode="idle"}`)).toBeGreaterThan(0)
    expect(samples.get(`scrape_samples_scraped{${target}}`)).toBeGreaterThan(300)
  })
})

describe.skipIf(!hasProgram('prometheus') || !existsSync(shared))('payloads of real exporters', () => {
  test('give the series and values that Prometheus stores', async () => {
    const address = await serveFolder(shared)
    const prometheus = await startPrometheus(address)
    for (const file of PAYLOADS) {
      const ours = await scrapeOnce(address, `/${file}`)
      const theirs = await eventuallyScraped(prometheus, `/${file}`)
      const own = new Map([...ours].filter(([series]) => !isAboutScrape(series)))
      expect([...own.keys()].sort(), file).toEqual([...theirs.keys()].sort())
      expect(
        [...own].filter(([series, value]) => !Object.is(theirs.get(series), value)),
        file,
      ).toEqual([])
    }
  })
})

async function startPrometheus(address: string): Promise<string> {
  const folder = mkdtempSync(path.join(tmpdir(), 'tetrascope-prometheus-'))
  cleanUps.push(() => rmSync(folder, { recursive: true, force: true }))
  const job = (file: string): object => ({
    job_name: file,
    metrics_path: `/${file}`,
    honor_timestamps: false,
    static_configs: [{ targets: [address], labels: { instance: address, job: 'peer', payload: file } }],
  })
  writeFileSync(
    path.join(folder, 'prometheus.yml'),
    JSON.stringify({ global: { scrape_interval: '1s', scrape_timeout: '1s' }, scrape_configs: PAYLOADS.map(job) }),
  )
  const port = await freePort()
  const url = `http://127.0.0.1:${port}`
  const flags = [
    `--config.file=${folder}/prometheus.yml`,
    `--storage.tsdb.path=${folder}/data`,
    `--web.listen-address=127.0.0.1:${port}`,
  ]
  const peer = await startPeer('prometheus', flags, `${url}/-/ready`)
  cleanUps.push(() => peer.stop())
  return url
}

/** All series of a payload as Prometheus has them, once it has any. */
async function eventuallyScraped(url: string, metricsPath: string): Promise<Map<string, number>> {
  const file = metricsPath.slice(1)
  const query = encodeURIComponent(`{payload="${file}"}`)
  await expect.poll(async () => upOf(url, file), { timeout: 20_000 }).toBe('1')
  const answer = (await (await fetch(`${url}/api/v1/query?query=${query}`)).json()) as QueryAnswer
  const samples = answer.data.result.map(({ metric, value }): [string, number] => [
    seriesText(metric),
    goNumber(value[1]),
  ])
  return new Map(samples.filter(([series]) => !isAboutScrape(series)))
}

interface QueryAnswer {
  readonly data: {
    readonly result: ReadonlyArray<{
      readonly metric: Record<string, string>
      readonly value: readonly [number, string]
    }>
  }
}

async function upOf(url: string, file: string): Promise<string | undefined> {
  const query = encodeURIComponent(`up{payload="${file}"}`)
  const answer = (await (await fetch(`${url}/api/v1/query?query=${query}`)).json()) as QueryAnswer
  return answer.data.result[0]?.value[1]
}

function seriesText(metric: Record<string, string>): string {
  const { __name__: name = '', payload: _, ...labels } = metric
  const inner = Object.keys(labels)
    .sort()
    .map((label) => `${label}=${JSON.stringify(labels[label])}`)
  return `${name}{${inner.join(', ')}}`
}

function goNumber(text: string): number {
  return text === '+Inf' ? Infinity : text === '-Inf' ? -Infinity : Number(text)
}

function isAboutScrape(series: string): boolean {
  return /^(up|scrape_(duration_seconds|samples_scraped|samples_post_metric_relabeling|series_added))\{/.test(series)
}
