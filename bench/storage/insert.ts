/**
 * How fast the embedded store takes requests and samples, and how fast it gives samples back.
 * `UV_THREADPOOL_SIZE=16 npx tsx bench/storage/insert.ts`; bounded: about half a minute.
 */
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
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
const WORDS = 'the model answers a question about orders invoices refunds and delivery times in several words '.split(
  ' ',
)

const dataDirectory = mkdtempSync(path.join(tmpdir(), 'tetrascope-bench-'))
const startMs = Math.floor(Date.now() / 86_400_000) * 86_400_000 - 86_400_000
let store = await open()
try {
  await benchRequests()
  await benchSamples()
  await benchScrapes()
  await benchReads()
  await idle()
} finally {
  await store.close()
  rmSync(dataDirectory, { recursive: true, force: true })
}

function open(): Promise<Store> {
  const retention = retentionConfig.parse({ samples: '0', requests: '0' })
  return openClickHouseStore({ storage: { type: 'embedded' }, retention, dataDirectory })
}

async function benchRequests(): Promise<void> {
  const batches = Array.from({ length: REQUESTS / 1_000 }, (_, i) => requestBatch(i))
  const seconds = await timed(() =>
    inParallel(batches, (batch) =>
      store.requests.writeSpans(
        batch,
        batch.map(() => 0.001),
      ),
    ),
  )
  report('requests, 150 words each way, written', REQUESTS / seconds, 'rows/s')
}

async function benchSamples(): Promise<void> {
  const batches = Array.from({ length: 48 }, (_, i) => sampleBatch(i * 5, 5))
  const seconds = await timed(() => inParallel(batches, (batch) => store.samples.write(batch)))
  report(`samples, ${SERIES} series, 50,000 a batch, written`, (SERIES * SAMPLES_PER_SERIES) / seconds, 'samples/s')
}

/** One sample of each series, as scrapes bring them, each of which is a write of its own. */
async function benchScrapes(): Promise<void> {
  const batches = Array.from({ length: 400 }, (_, i) => scrape(i))
  const seconds = await timed(() => Promise.all(batches.map((batch) => store.samples.write(batch))))
  report('samples, 500 a scrape, 400 scrapes at once, written', (400 * 500) / seconds, 'samples/s')
}

async function benchReads(): Promise<void> {
  for (const [name, matcher, hours] of [
    ['all series, 1 h', new Matcher('model', '=~', '.+'), 1],
    ['one model of ten, 1 h', new Matcher('model', '=', 'm3'), 1],
    ['one series, 1 h', new Matcher('instance', '=', 'i77'), 1],
  ] as const) {
    const range = { minMs: startMs, maxMs: startMs + hours * 3_600_000 }
    let samples = 0
    const seconds = await timed(async () => {
      const matchers = [new Matcher('__name__', '=', 'requests_total'), matcher]
      for await (const block of store.samples.select(matchers, range, { func: '', rangeMs: 0, stepMs: 0 })) {
        for (const { timestampsMs } of block) samples += timestampsMs.length
      }
    })
    report(`samples of ${name}, read`, samples / seconds, `samples/s (${samples} in ${Math.round(seconds * 1000)} ms)`)
  }
}

async function idle(): Promise<void> {
  report('resident memory after that', process.memoryUsage.rss() / 1e6, 'MB')
}

function requestBatch(batch: number): LlmSpan[] {
  return Array.from({ length: 1_000 }, (_, i) => {
    const { span } = testRequest({ prompt: words(batch * 1_000 + i), response: words(batch + i) })
    return {
      ...span,
      startMs: startMs + batch * 1_000 + i,
      endMs: startMs + batch * 1_000 + i + 900,
      userId: `u${i % 100}`,
    }
  })
}

function words(seed: number): string {
  let text = ''
  for (let i = 0; i < 150; i++)
    text += `${WORDS[(seed * 7 + i * i) % WORDS.length] ?? ''}${i % 10 === 0 ? seed + i : ''} `
  return text
}

function sampleBatch(first: number, count: number): SampleBatch {
  const batch = new SampleBatchBuilder()
  for (let s = 0; s < SERIES; s++) {
    for (let i = first; i < first + count; i++) batch.add(labelsOf(s), startMs + i * INTERVAL_MS, s + i * 1.5)
  }
  return batch.build()
}

function scrape(n: number): SampleBatch {
  const batch = new SampleBatchBuilder()
  const first = (n * 500) % SERIES
  for (let s = first; s < first + 500; s++)
    batch.add(labelsOf(s), startMs + 7_200_000 + n * INTERVAL_MS, Math.sin(s + n))
  return batch.build()
}

function labelsOf(s: number): Labels {
  const path = `/v1/${s % 20}`
  return Labels.from({
    __name__: 'requests_total',
    instance: `i${s}`,
    model: `m${s % 10}`,
    job: 'bench',
    path,
    zone: 'eu-1',
  })
}

/** A few writers, each waiting for its answer before it sends more, as real senders do. */
async function inParallel<T>(items: readonly T[], write: (item: T) => Promise<void>): Promise<void> {
  let next = 0
  const writer = async (): Promise<void> => {
    for (let item = items[next++]; item !== undefined; item = items[next++]) await write(item)
  }
  await Promise.all(Array.from({ length: WRITERS }, writer))
}

async function timed(work: () => Promise<unknown>): Promise<number> {
  const began = performance.now()
  await work()
  return (performance.now() - began) / 1000
}

function report(what: string, figure: number, unit: string): void {
  process.stdout.write(`${what.padEnd(60)} ${Math.round(figure).toLocaleString('en')} ${unit}\n`)
}
