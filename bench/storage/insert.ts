/**
 * How fast the embedded store takes requests and samples, and how fast it gives samples back.
 * `UV_THREADPOOL_SIZE=16 npx tsx bench/storage/insert.ts`; bounded: well under a minute on two free cores.
 */
import { mkdtempSync, readdirSync, rmSync, statSync } from 'node:fs'
import { loadavg, tmpdir } from 'node:os'
import path from 'node:path'
import { Labels } from '../../src/model/labels.ts'
import { Matcher } from '../../src/model/matcher.ts'
import type { LlmSpan } from '../../src/model/request.ts'
import { SampleBatchBuilder, type SampleBatch } from '../../src/model/sample.ts'
import { openClickHouseStore } from '../../src/storage/clickhouse/clickhouse-store.ts'
import { retentionConfig } from '../../src/storage/config.ts'
import type { Store } from '../../src/storage/store.ts'
import { testRequest } from '../../test/support/test-request.ts'

const REQUESTS = 60_000
const SERIES = 10_000
const SAMPLES_PER_SERIES = 240
const INTERVAL_MS = 15_000
const WRITERS = 4
const WORDS = 'the model answers a question about orders invoices refunds and delivery times in several words'.split(
  ' ',
)

const dataDirectory = mkdtempSync(path.join(tmpdir(), 'tetrascope-bench-'))
const startMs = Math.floor(Date.now() / 86_400_000) * 86_400_000 - 86_400_000
const labels = Array.from({ length: SERIES }, (_, s) => labelsOf(s))

process.stdout.write(
  `load of the machine before: ${loadavg()
    .map((load) => load.toFixed(1))
    .join(' ')}\n`,
)
const store = await open()
try {
  await benchRequests()
  await benchSamples()
  await benchScrapes()
  await benchReads()
  await benchLists()
} finally {
  await store.close()
  process.stdout.write(`on disk, before all merges: ${Math.round(sizeOf(dataDirectory) / 2 ** 20)} MiB\n`)
  process.stdout.write(`resident memory at the end: ${Math.round(process.memoryUsage.rss() / 2 ** 20)} MiB\n`)
  rmSync(dataDirectory, { recursive: true, force: true })
}

function open(): Promise<Store> {
  const retention = retentionConfig.parse({ samples: '0', requests: '0' })
  return openClickHouseStore({ storage: { type: 'embedded' }, retention, dataDirectory })
}

async function benchRequests(): Promise<void> {
  const base = Array.from({ length: 1_000 }, (_, i) => testRequest({ prompt: words(i), response: words(i + 7) }).span)
  await measure('requests, 150 words each way, written', REQUESTS, () =>
    inParallel(REQUESTS / 1_000, (n) =>
      store.requests.writeSpans(
        base.map((span, i) => stamped(span, n * 1_000 + i)),
        base.map(() => 0.001),
      ),
    ),
  )
}

async function benchSamples(): Promise<void> {
  await measure('samples, 50,000 a batch, written', SERIES * SAMPLES_PER_SERIES, () =>
    inParallel(SAMPLES_PER_SERIES / 5, (n) => store.samples.write(sampleBatch(n * 5, 5))),
  )
}

/** One sample of each series, as scrapes bring them, each of which is a write of its own. */
async function benchScrapes(): Promise<void> {
  await measure('samples, 500 a scrape, written', 400 * 500, () =>
    Promise.all(Array.from({ length: 400 }, (_, n) => store.samples.write(scrape(n)))),
  )
}

async function benchReads(): Promise<void> {
  await benchRead('samples of 10,000 series, 1 h, read', new Matcher('model', '=~', '.+'), SERIES)
  await benchRead('samples of 1,000 of them, 1 h, read', new Matcher('model', '=', 'm3'), SERIES / 10)
  await benchRead('samples of one of them, 1 h, read', new Matcher('instance', '=', 'i77'), 1)
}

async function benchRead(name: string, matcher: Matcher, series: number): Promise<void> {
  const range = { minMs: startMs, maxMs: startMs + SAMPLES_PER_SERIES * INTERVAL_MS - 1 }
  const matchers = [new Matcher('__name__', '=', 'requests_total'), matcher]
  await measure(name, series * SAMPLES_PER_SERIES, async () => {
    let samples = 0
    for await (const block of store.samples.select(matchers, range, { func: '', rangeMs: 0, stepMs: 0 })) {
      for (const { timestampsMs } of block) samples += timestampsMs.length
    }
    if (samples !== series * SAMPLES_PER_SERIES) throw new Error(`read ${samples} samples`)
  })
}

async function benchLists(): Promise<void> {
  const range = { minMs: startMs, maxMs: startMs + 86_400_000 }
  const list = (text?: string): Promise<unknown> =>
    store.requests.listRequests({ range, filter: text === undefined ? {} : { text }, limit: 50 })
  await measure('lists of the 50 newest requests', 20, () => repeat(20, () => list()))
  await measure('searches for a text that is nowhere', 1, () => list('nowhere'))
  await measure('totals by model', 5, () => repeat(5, () => store.requests.totals(range)))
}

function stamped(span: LlmSpan, n: number): LlmSpan {
  const id = n.toString(16).padStart(16, '0')
  return {
    ...span,
    traceId: id + id,
    spanId: id,
    startMs: startMs + n,
    endMs: startMs + n + 900,
    userId: `u${n % 100}`,
  }
}

function words(seed: number): string {
  const chosen = Array.from(
    { length: 150 },
    (_, i) => `${WORDS[(seed * 7 + i * i) % WORDS.length] ?? ''}${(seed * i) % 90}`,
  )
  return Buffer.from(chosen.join(' ')).toString()
}

function sampleBatch(first: number, count: number): SampleBatch {
  const batch = new SampleBatchBuilder()
  labels.forEach((series, s) => {
    for (let i = first; i < first + count; i++) batch.add(series, startMs + i * INTERVAL_MS, s + i * 1.5)
  })
  return batch.build()
}

function scrape(n: number): SampleBatch {
  const batch = new SampleBatchBuilder()
  const first = (n * 500) % SERIES
  for (const series of labels.slice(first, first + 500))
    batch.add(series, startMs + 7_200_000 + n * INTERVAL_MS, Math.sin(n))
  return batch.build()
}

function labelsOf(s: number): Labels {
  const route = `/v1/${s % 20}`
  return Labels.from({
    __name__: 'requests_total',
    instance: `i${s}`,
    model: `m${s % 10}`,
    job: 'bench',
    route,
    zone: 'a',
  })
}

/** A few writers, each waiting for its answer before it sends more, as real senders do. */
async function inParallel(count: number, write: (n: number) => Promise<void>): Promise<void> {
  let next = 0
  const writer = async (): Promise<void> => {
    while (next < count) await write(next++)
  }
  await Promise.all(Array.from({ length: WRITERS }, writer))
}

async function repeat(times: number, work: () => Promise<unknown>): Promise<void> {
  for (let i = 0; i < times; i++) await work()
}

/** Wall time says what a user of a free machine sees, CPU time of the process is the same on a busy one. */
async function measure(what: string, count: number, work: () => Promise<unknown>): Promise<void> {
  const began = performance.now()
  const cpuBefore = process.cpuUsage()
  await work()
  const seconds = (performance.now() - began) / 1000
  const cpu = process.cpuUsage(cpuBefore)
  const cpuUs = (cpu.user + cpu.system) / count
  const rate = Math.round(count / seconds).toLocaleString('en')
  process.stdout.write(`${what.padEnd(40)} ${rate.padStart(12)} /s ${cpuUs.toPrecision(3).padStart(10)} µs CPU each\n`)
}

function sizeOf(directory: string): number {
  return readdirSync(directory, { recursive: true, encoding: 'utf8' })
    .map((file) => statSync(path.join(directory, file)))
    .reduce((sum, stat) => sum + (stat.isFile() ? stat.size : 0), 0)
}
