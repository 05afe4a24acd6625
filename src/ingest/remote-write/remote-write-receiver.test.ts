import { spawn, type ChildProcess } from 'node:child_process'
import { mkdtemp, writeFile } from 'node:fs/promises'
import { createServer, type Server } from 'node:http'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { compressSync } from 'snappy'
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest'
import { freePort, hasProgram } from '../../../test/support/peer.ts'
import { encodeWriteRequest } from '../../storage/prometheus/encode-write-request.ts'
import { Labels } from '../../model/labels.ts'
import { Matcher } from '../../model/matcher.ts'
import { SampleBatchBuilder } from '../../model/sample.ts'
import { MemorySampleStore } from '../../storage/memory/memory-sample-store.ts'
import { StoreUnavailableError } from '../../storage/store.ts'
import { InstrumentRegistry } from '../../telemetry/instruments.ts'
import { RemoteWriteReceiver, type RemoteWriteHttpResponse } from './remote-write-receiver.ts'

const EVERYTHING = { minMs: 0, maxMs: Number.MAX_SAFE_INTEGER }
const HEADERS = { contentType: 'application/x-protobuf', contentEncoding: 'snappy' }

function receiverOf(samples: MemorySampleStore, maxSizeBytes = 1e7): RemoteWriteReceiver {
  return new RemoteWriteReceiver({ samples, instruments: new InstrumentRegistry(), maxSizeBytes })
}

function bodyOf(...sets: ReadonlyArray<Readonly<Record<string, string>>>): Buffer {
  const builder = new SampleBatchBuilder()
  for (const labels of sets) builder.add(Labels.from(labels), 5, 1)
  return encodeWriteRequest(builder.build())
}

async function namesIn(store: MemorySampleStore): Promise<string[]> {
  return store.labelValues('__name__', [], EVERYTHING)
}

describe('the remote write receiver', () => {
  test('answers 204 when everything is committed', async () => {
    const store = new MemorySampleStore()
    const response = await receiverOf(store).receive({ ...HEADERS, body: bodyOf({ __name__: 'up' }) })
    expect(response).toEqual({ status: 204, headers: {}, body: '' })
    expect(await namesIn(store)).toEqual(['up'])
  })

  test('takes the good part of a request and answers 400 for the rest, which the sender drops', async () => {
    const store = new MemorySampleStore()
    const body = bodyOf({ __name__: 'up' }, { job: 'nameless' })
    expect(await receiverOf(store).receive({ ...HEADERS, body })).toEqual({
      status: 400,
      headers: {},
      body: '1 series were left out: timeseries 1: no __name__ label, found {job="nameless"}',
    })
    expect(await namesIn(store)).toEqual(['up'])
  })

  test('asks the sender to come again when the store cannot take it', async () => {
    const store = new MemorySampleStore()
    store.write = () => Promise.reject(new StoreUnavailableError('disk full'))
    const response = await receiverOf(store).receive({ ...HEADERS, body: bodyOf({ __name__: 'up' }) })
    expect(response).toEqual({ status: 503, headers: { 'retry-after': '5' }, body: 'disk full' })
  })

  test.each<[string, Partial<typeof HEADERS> & { body?: Buffer }, RemoteWriteHttpResponse['status'], string]>([
    ['another compression', { contentEncoding: 'zstd' }, 415, 'content-encoding is "zstd", expected "snappy"'],
    [
      'another type',
      { contentType: 'text/plain' },
      415,
      'content-type is "text/plain", expected "application/x-protobuf"',
    ],
    [
      'remote write 2.0',
      { contentType: 'application/x-protobuf;proto=io.prometheus.write.v2.Request' },
      415,
      'only remote write 1.0 (prometheus.WriteRequest) is understood',
    ],
    ['too much', { body: compressSync(Buffer.alloc(2e7)) }, 413, 'send fewer samples at once'],
    ['rubbish', { body: Buffer.from('hello') }, 400, 'not a snappy block'],
  ])('refuses %s and says why', async (_, request, status, reason) => {
    const response = await receiverOf(new MemorySampleStore()).receive({ body: bodyOf(), ...HEADERS, ...request })
    expect(response.status).toBe(status)
    expect(response.body).toContain(reason)
  })
})

describe.skipIf(!hasProgram('prometheus'))('a real Prometheus as the sender', () => {
  const store = new MemorySampleStore()
  const receiver = receiverOf(store)
  const statuses: number[] = []
  let server: Server
  let prometheus: ChildProcess

  beforeAll(async () => {
    server = createServer((request, response) => {
      const chunks: Buffer[] = []
      request.on('data', (chunk: Buffer) => chunks.push(chunk))
      request.on('end', () => {
        const headers = {
          contentType: request.headers['content-type'] ?? '',
          contentEncoding: request.headers['content-encoding'] ?? '',
        }
        void receiver.receive({ ...headers, body: Buffer.concat(chunks) }).then(({ status, body }) => {
          statuses.push(status)
          response.writeHead(status).end(body)
        })
      })
    })
    const [receiverPort, port] = [await freePort(), await freePort()]
    await new Promise<void>((resolve) => server.listen(receiverPort, '127.0.0.1', resolve))
    prometheus = await startPrometheus(port, receiverPort)
  })

  afterAll(() => {
    prometheus.kill('SIGKILL')
    server.close()
  })

  test('brings its samples, its external labels and its metadata', async () => {
    const seen = async (name: string): Promise<boolean> => (await namesIn(store)).includes(name)
    await vi.waitUntil(() => seen('prometheus_build_info'), { timeout: 20_000, interval: 100 })
    await vi.waitUntil(async () => (await store.metadata()).length > 100, { timeout: 20_000, interval: 100 })
    const goroutines = (await store.metadata()).find(({ name }) => name === 'go_goroutines')
    expect(goroutines).toMatchObject({ type: 'gauge', help: 'Number of goroutines that currently exist.' })
    expect(new Set(statuses)).toEqual(new Set([204]))
    const up = await store.series([[new Matcher('__name__', '=', 'up')]], EVERYTHING)
    expect(up.map((labels) => [labels.get('job'), labels.get('site')])).toContainEqual(['self', 'test'])
  })
})

/** A Prometheus that scrapes itself each second and sends everything on at once. */
async function startPrometheus(port: number, receiverPort: number): Promise<ChildProcess> {
  const directory = await mkdtemp(path.join(tmpdir(), 'tetrascope-sender-'))
  const config = `
global: { scrape_interval: 1s, external_labels: { site: test } }
scrape_configs:
  - job_name: self
    static_configs: [{ targets: ['127.0.0.1:${port}'] }]
remote_write:
  - url: http://127.0.0.1:${receiverPort}/api/v1/write
    queue_config: { batch_send_deadline: 100ms }
    metadata_config: { send_interval: 1s }
`
  await writeFile(path.join(directory, 'prometheus.yml'), config)
  const args = [
    `--config.file=${directory}/prometheus.yml`,
    `--storage.tsdb.path=${directory}/data`,
    `--web.listen-address=127.0.0.1:${port}`,
  ]
  return spawn('prometheus', args, { stdio: 'ignore' })
}
