/**
 * Memory of a built server with many active series: remote write brings a sample of each every 15 s of simulated time, up to now, as fast as it goes,
 * and after each half hour of it the resident set is read from /proc. Then the series go on for two minutes of real time, which is the state to
 * be measured. Build first, then `npx tsx bench/metrics/memory.ts [series] [minutes]`; the head holds 120 minutes. Bounded: writing the past
 * stops after twenty minutes of real time at the latest.
 */
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { Agent, request, setGlobalDispatcher } from 'undici'
import { Labels } from '../../src/model/labels.ts'
import { SampleBatchBuilder } from '../../src/model/sample.ts'
import { encodeWriteRequest } from '../../src/storage/prometheus/encode-write-request.ts'
import { type Contender, cpuMs, diskMb, startBuilt, stop } from './contender.ts'

const INTERVAL_MS = 15_000
const SERIES_PER_REQUEST = 500
/** Ten minutes of each series in one request: what is measured is what stays, and the sender is no part of that. */
const SAMPLES_PER_REQUEST = 40
const SENDERS = 4
const REPORT_EVERY = 120
const LIVE_SCRAPES = 8
/** As Prometheus sends by default. */
const SERIES_PER_LIVE_REQUEST = 2_000
const LIMIT_MS = 20 * 60_000

const seriesCount = Number(process.argv[2] ?? 100_000)
const minutes = Number(process.argv[3] ?? 180)
const scrapes = Math.floor((minutes * 60_000) / INTERVAL_MS)
const firstMs = Math.floor(Date.now() / INTERVAL_MS) * INTERVAL_MS - (scrapes - 1) * INTERVAL_MS
setGlobalDispatcher(new Agent({ connections: SENDERS, headersTimeout: 120_000, bodyTimeout: 120_000 }))

/** Seven labels, one of them different for each series. */
function labelsOf(i: number): Labels {
  return Labels.from({
    __name__: `metric_${i % 97}_total`,
    instance: `10.0.${(i >> 8) & 255}.${i & 255}:9100`,
    job: `job-${i % 20}`,
    model: `model-${i % 50}`,
    pod: `serving-${i % 1000}-abcdef`,
    namespace: `namespace-${i % 10}`,
    handler: `/api/v1/handler/${i}`,
  })
}

/** Of ten series: three constants, three counters, two gauges with two decimals, a counter of seconds and a gauge of incompressible noise. */
function valueOf(series: number, scrape: number): number {
  const noise = Math.abs(Math.sin(series * 12.9898 + scrape * 78.233))
  const kind = (series * 7) % 10
  if (kind < 3) return series
  if (kind < 6) return Math.floor(scrape * (50 + (series % 400)) + noise * 50)
  if (kind < 8) return Math.floor(noise * 10_000) / 100
  return kind === 8 ? scrape * 0.8 + noise : noise
}

interface Part {
  readonly firstSeries: number
  readonly seriesCount: number
  readonly firstScrape: number
  readonly scrapeCount: number
}

function bodyOf(labels: readonly Labels[], part: Part): Buffer {
  const builder = new SampleBatchBuilder()
  for (const [i, one] of labels.slice(part.firstSeries, part.firstSeries + part.seriesCount).entries()) {
    const series = builder.newSeries(one)
    for (let scrape = part.firstScrape; scrape < part.firstScrape + part.scrapeCount; scrape++) {
      builder.put(series, firstMs + scrape * INTERVAL_MS, valueOf(part.firstSeries + i, scrape))
    }
  }
  return encodeWriteRequest(builder.build())
}

async function send(url: string, body: Buffer): Promise<void> {
  const headers = { 'content-encoding': 'snappy', 'content-type': 'application/x-protobuf' }
  const response = await request(`${url}/api/v1/write`, { method: 'POST', headers, body })
  const text = await response.body.text()
  if (response.statusCode >= 300) throw new Error(`${response.statusCode} ${text}`)
}

async function sendScrapes(url: string, labels: readonly Labels[], firstScrape: number): Promise<void> {
  let next = 0
  const scrapeCount = Math.min(SAMPLES_PER_REQUEST, scrapes - firstScrape)
  const sender = async (): Promise<void> => {
    for (let firstSeries = next; firstSeries < labels.length; firstSeries = next) {
      next += SERIES_PER_REQUEST
      await send(url, bodyOf(labels, { firstSeries, seriesCount: SERIES_PER_REQUEST, firstScrape, scrapeCount }))
    }
  }
  await Promise.all(Array.from({ length: SENDERS }, sender))
}

/** A scrape of all series every 15 s, its requests spread over them. */
async function sendLive(server: Contender, labels: readonly Labels[]): Promise<void> {
  const startMs = performance.now()
  const requests = Math.ceil(labels.length / SERIES_PER_LIVE_REQUEST)
  for (let i = 0; i < LIVE_SCRAPES * requests; i++) {
    const firstSeries = (i % requests) * SERIES_PER_LIVE_REQUEST
    const part = { firstSeries, seriesCount: SERIES_PER_LIVE_REQUEST, firstScrape: scrapes + Math.floor(i / requests) }
    await send(server.url, bodyOf(labels, { ...part, scrapeCount: 1 }))
    const dueMs = startMs + ((i + 1) * INTERVAL_MS) / requests
    await new Promise((resolve) => setTimeout(resolve, dueMs - performance.now()))
    if (i % requests === requests - 1) report(`live, ${((i + 1) / requests) * 15} s`, server)
  }
}

/** Of the resident set `anonymous` is the process's own; the rest are pages of files, mostly the engine's library, which the system can take back. */
function report(what: string, server: Contender): void {
  const status = readFileSync(`/proc/${server.process.pid}/status`, 'utf8')
  const megabytes = (field: string): string =>
    (Number(new RegExp(`${field}:\\s+(\\d+)`).exec(status)?.[1]) / 1024).toFixed(0).padStart(5)
  process.stdout.write(
    `${what.padEnd(24)} RSS ${megabytes('VmRSS')} MB (anonymous ${megabytes('RssAnon')}), highest ${megabytes('VmHWM')} MB\n`,
  )
}

/** What the server itself knows of its memory: the newest of its own samples. */
async function reportOwn({ url }: Contender): Promise<void> {
  const megabytes = async (metric: string): Promise<string> => {
    const { body } = await request(`${url}/api/v1/query?query=sum(${metric})`)
    const value = /"value":\[[\d.]+,"([^"]+)"\]/.exec(await body.text())?.[1]
    return (Number(value) / 1024 ** 2).toFixed(0)
  }
  process.stdout.write(
    `head ${await megabytes('tetrascope_head_size_bytes')} MB, heap of JavaScript ` +
      `${await megabytes('nodejs_heap_size_used_bytes')} of ${await megabytes('nodejs_heap_size_total_bytes')} MB, ` +
      `outside of it ${await megabytes('nodejs_external_memory_bytes')} MB\n`,
  )
}

const parent = mkdtempSync(path.join(tmpdir(), 'memory-'))
const directory = path.join(parent, 'tetrascope')
mkdirSync(directory)
writeFileSync(path.join(directory, 'tetrascope.yaml'), 'rules: { defaults: false }\n')
const server = await startBuilt(directory)
try {
  const labels = Array.from({ length: seriesCount }, (_, i) => labelsOf(i))
  const untilMs = performance.now() + LIMIT_MS
  report('empty', server)
  const cpu = cpuMs(server)
  let sent = 0
  for (; sent < scrapes && performance.now() < untilMs; sent += SAMPLES_PER_REQUEST) {
    await sendScrapes(server.url, labels, sent)
    const after = sent + SAMPLES_PER_REQUEST
    if (after % REPORT_EVERY === 0) report(`${(after * INTERVAL_MS) / 60_000} minutes`, server)
  }
  await sendLive(server, labels)
  await reportOwn(server)
  const sampleCount = seriesCount * (Math.min(sent, scrapes) + LIVE_SCRAPES)
  const cpuUs = ((cpuMs(server) - cpu) * 1000) / sampleCount
  process.stdout.write(
    `${(sampleCount / 1e6).toFixed(1)} M samples, ${cpuUs.toFixed(2)} us of processor time each, ` +
      `${((diskMb(server) * 1024 ** 2) / sampleCount).toFixed(2)} bytes of disk each\n`,
  )
} finally {
  await stop(server)
  rmSync(parent, { recursive: true, force: true })
}
