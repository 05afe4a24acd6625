/**
 * Remote write, side by side in one run: the same bodies to Prometheus, VictoriaMetrics and our receiver (decode, commit to the
 * embedded store, head), and how much of ours is decoding and the head. Run with
 * `UV_THREADPOOL_SIZE=16 npx tsx bench/metrics/remote-write.ts [series] [samples per series] [samples of a series in one request]`; peers that are not installed are left out.
 *
 * The whole program beside the others, and what its parts take, is in README.md (`side-by-side.ts`).
 */
import { type ChildProcess, spawn, spawnSync } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:http'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { request } from 'undici'
import { encodeWriteRequest } from '../../src/storage/prometheus/encode-write-request.ts'
import { LabelSetCache } from '../../src/ingest/remote-write/label-set-cache.ts'
import { RemoteWriteReceiver } from '../../src/ingest/remote-write/remote-write-receiver.ts'
import { decodeWriteRequest } from '../../src/ingest/remote-write/write-request.ts'
import { Labels } from '../../src/model/labels.ts'
import { SampleBatchBuilder } from '../../src/model/sample.ts'
import { openClickHouseStore } from '../../src/storage/clickhouse/clickhouse-store.ts'
import { retentionConfig, storageConfig } from '../../src/storage/config.ts'
import { Head } from '../../src/storage/head/head.ts'
import { createHeadSampleStore } from '../../src/storage/head/head-sample-store.ts'
import { InstrumentRegistry } from '../../src/telemetry/instruments.ts'
import { systemClock } from '../../src/util/clock.ts'

const INTERVAL_MS = 15_000
const SAMPLES_PER_REQUEST = 10_000
const SENDERS = 4
const PORT = 19_400

const seriesCount = Number(process.argv[2] ?? 21_000)
const samplesPerSeries = Number(process.argv[3] ?? 240)
/** One is what a Prometheus that scrapes sends; more is what one sends that catches up. */
const samplesAtOnce = Number(process.argv[4] ?? 20)
const seriesAtOnce = SAMPLES_PER_REQUEST / samplesAtOnce
const sampleCount = seriesCount * samplesPerSeries
const startMs = Math.floor(Date.now() / INTERVAL_MS) * INTERVAL_MS - samplesPerSeries * INTERVAL_MS
const directory = mkdtempSync(path.join(tmpdir(), 'tetrascope-bench-'))

function labelsOf(series: number): Labels {
  return Labels.from({
    __name__: series % 2 === 0 ? 'requests_total' : 'latency_seconds_bucket',
    instance: `10.0.${series >> 8}.${series & 255}:9100`,
    job: 'serving',
    model: `model-${series % 50}`,
    le: series % 2 === 0 ? '' : String((series % 20) / 10),
    pod: `serving-${series}`,
  })
}

/** Bodies of 10,000 samples, oldest first. */
function bodies(): Buffer[] {
  const labels = Array.from({ length: seriesCount }, (_, i) => labelsOf(i))
  const all: Buffer[] = []
  for (let from = 0; from < samplesPerSeries; from += samplesAtOnce) {
    for (let first = 0; first < seriesCount; first += seriesAtOnce) {
      const builder = new SampleBatchBuilder()
      for (const [i, set] of labels.slice(first, first + seriesAtOnce).entries()) {
        const series = builder.seriesOf(set)
        for (let sample = from; sample < Math.min(samplesPerSeries, from + samplesAtOnce); sample++) {
          builder.put(series, startMs + sample * INTERVAL_MS, sample * (10 + (i % 90)) + ((sample * 7919 + i) % 10))
        }
      }
      all.push(encodeWriteRequest(builder.build()))
    }
  }
  return all
}

/** Each sender takes every fourth body of a round, so that a series' samples arrive in order. Gives milliseconds. */
async function send(url: string, sent: readonly Buffer[]): Promise<number> {
  const perRound = Math.ceil(seriesCount / seriesAtOnce)
  const start = performance.now()
  for (let round = 0; round < sent.length; round += perRound) {
    const ofRound = sent.slice(round, round + perRound)
    await Promise.all(
      Array.from({ length: SENDERS }, (_, k) =>
        sendAll(
          url,
          ofRound.filter((_, i) => i % SENDERS === k),
        ),
      ),
    )
  }
  return performance.now() - start
}

async function sendAll(url: string, sent: readonly Buffer[]): Promise<void> {
  const headers = { 'content-encoding': 'snappy', 'content-type': 'application/x-protobuf' }
  for (const body of sent) {
    const response = await request(url, { method: 'POST', headers, body })
    const text = await response.body.text()
    if (response.statusCode >= 300) throw new Error(`${url}: ${response.statusCode} ${text}`)
  }
}

function report(name: string, ms: number, note = ''): void {
  console.log(`${name.padEnd(44)} ${(sampleCount / ms / 1000).toFixed(2)} M samples/s  ${note}`)
}

/** Processor time tells more than the clock when others are at work on the machine. */
function processorNote(cpuSeconds: number): string {
  return `${((cpuSeconds * 1e6) / sampleCount).toFixed(2)} µs processor time a sample`
}

function ownCpuSeconds(): number {
  const { user, system } = process.cpuUsage()
  return (user + system) / 1e6
}

async function cpuSecondsOf(port: number): Promise<number> {
  const text = await (await request(`http://127.0.0.1:${port}/metrics`)).body.text()
  return Number(/^process_cpu_seconds_total (\S+)$/m.exec(text)?.[1] ?? NaN)
}

function cpuMs(run: () => void): number {
  const before = process.cpuUsage()
  run()
  const { user, system } = process.cpuUsage(before)
  return (user + system) / 1000
}

function measureInProcess(sent: readonly Buffer[]): void {
  const labelSets = new LabelSetCache()
  report(
    'decode',
    cpuMs(() => sent.forEach((body) => decodeWriteRequest(body, { labelSets }))),
    'processor time',
  )
  const head = new Head({ windowMs: 1e9, maxSizeBytes: 4e9, graceMs: 0, minTimeMs: 0 })
  const appendAll = (): void => {
    for (const body of sent) head.append(decodeWriteRequest(body, { labelSets }).batch)
  }
  report('decode and append to the head', cpuMs(appendAll), 'processor time')
}

async function measureOurs(sent: readonly Buffer[]): Promise<void> {
  const instruments = new InstrumentRegistry()
  const dataDirectory = path.join(directory, 'tetrascope')
  const store = await openClickHouseStore({
    storage: storageConfig.parse(undefined),
    retention: retentionConfig.parse(undefined),
    dataDirectory,
  })
  const samples = createHeadSampleStore({
    backing: store.samples,
    clock: systemClock,
    instruments,
    warmUpMs: 7_200_000,
  })
  await samples.start()
  const receiver = new RemoteWriteReceiver({ samples, instruments })
  const server = createServer((incoming, response) => {
    const chunks: Buffer[] = []
    incoming.on('data', (chunk: Buffer) => chunks.push(chunk))
    incoming.on('end', () => {
      const headers = { contentType: 'application/x-protobuf', contentEncoding: 'snappy' }
      void receiver
        .receive({ ...headers, body: Buffer.concat(chunks) })
        .then(({ status, body }) => response.writeHead(status).end(body))
    })
  })
  await new Promise<void>((resolve) => server.listen(PORT, '127.0.0.1', resolve))
  const before = ownCpuSeconds()
  const ms = await send(`http://127.0.0.1:${PORT}/api/v1/write`, sent)
  report('tetrascope over HTTP, committed', ms, `${processorNote(ownCpuSeconds() - before)}, sender included`)
  server.close()
  samples.stop()
  await store.close()
}

async function measurePeer(
  command: string,
  args: readonly string[],
  port: number,
  sent: readonly Buffer[],
): Promise<void> {
  if (spawnSync('which', [command]).status !== 0) return console.log(`${command} is not installed`)
  const child = spawn(command, args, { stdio: 'ignore' })
  try {
    await untilReady(`http://127.0.0.1:${port}/api/v1/query?query=1`, child)
    const before = await cpuSecondsOf(port)
    const ms = await send(`http://127.0.0.1:${port}/api/v1/write`, sent)
    report(`${command} over HTTP`, ms, processorNote((await cpuSecondsOf(port)) - before))
  } finally {
    child.kill('SIGKILL')
  }
}

async function untilReady(url: string, child: ChildProcess): Promise<void> {
  while (child.exitCode === null) {
    const ready = await request(url).then(
      ({ statusCode, body }) => body.dump().then(() => statusCode === 200),
      () => false,
    )
    if (ready) return
    await new Promise((resolve) => setTimeout(resolve, 100))
  }
  throw new Error(`${child.spawnfile} ended with ${child.exitCode}`)
}

const sent = bodies()
const megabytes = sent.reduce((total, { length }) => total + length, 0) / 2 ** 20
console.log(
  `${seriesCount} series x ${samplesPerSeries} samples, ${sent.length} requests, ${megabytes.toFixed(1)} MB compressed`,
)
writeFileSync(path.join(directory, 'prometheus.yml'), '')
try {
  measureInProcess(sent)
  if (process.argv[5] === 'decode') process.exit(0)
  await measureOurs(sent)
  const [prometheusPort, victoriaPort] = [PORT + 1, PORT + 2]
  const prometheusArgs = [
    `--config.file=${directory}/prometheus.yml`,
    `--storage.tsdb.path=${directory}/prometheus`,
    `--web.listen-address=127.0.0.1:${prometheusPort}`,
    '--web.enable-remote-write-receiver',
  ]
  await measurePeer('prometheus', prometheusArgs, prometheusPort, sent)
  const victoriaArgs = [`-storageDataPath=${directory}/victoria`, `-httpListenAddr=127.0.0.1:${victoriaPort}`]
  await measurePeer('victoria-metrics', victoriaArgs, victoriaPort, sent)
} finally {
  rmSync(directory, { recursive: true, force: true })
}
process.exit(0)
