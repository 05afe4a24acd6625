import { mkdtemp } from 'node:fs/promises'
import { createServer, type IncomingMessage, type Server } from 'node:http'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { afterEach, describe, expect, test, vi } from 'vitest'
import { decodeWriteRequest } from '../../ingest/remote-write/write-request.ts'
import { Labels } from '../../model/labels.ts'
import { type SampleBatch, SampleBatchBuilder } from '../../model/sample.ts'
import type { Exemplar } from '../../model/series.ts'
import { createSpoolInstruments } from '../../storage/spool/spool-instruments.ts'
import { InstrumentRegistry } from '../../telemetry/instruments.ts'
import { silentLogger } from '../../telemetry/log.ts'
import { systemClock } from '../../util/clock.ts'
import { remoteWriteConfig } from './config.ts'
import { createRemoteWriteInstruments } from './remote-write-instruments.ts'
import { RemoteWriteQueue } from './remote-write-queue.ts'

const closers: Array<() => Promise<unknown>> = []
afterEach(async () => {
  for (const close of closers.splice(0).reverse()) await close()
})

/** A receiver that decodes with our own decoder and answers with the next of the given statuses, then 204. */
class Receiver {
  readonly requests: Array<{ readonly headers: IncomingMessage['headers']; readonly samples: readonly string[] }> = []
  readonly metadata: string[] = []
  readonly exemplars: string[] = []
  statuses: number[] = []
  readonly #server: Server = createServer((request, response) => {
    const chunks: Buffer[] = []
    request.on('data', (chunk: Buffer) => chunks.push(chunk))
    request.on('end', () => {
      const { batch, metadata, exemplars } = decodeWriteRequest(Buffer.concat(chunks))
      this.requests.push({ headers: request.headers, samples: samplesOf(batch) })
      const status = this.statuses.shift() ?? 204
      if (status === 204) this.accepted.push(...samplesOf(batch))
      if (status === 204) this.exemplars.push(...exemplars.map(exemplarText))
      this.metadata.push(...metadata.map(({ name }) => name))
      response.writeHead(status).end(status === 204 ? '' : 'because of the test')
    })
  })
  readonly accepted: string[] = []

  async listen(): Promise<string> {
    await new Promise<void>((resolve) => this.#server.listen(0, '127.0.0.1', resolve))
    closers.push(() => new Promise((resolve) => this.#server.close(resolve)))
    const address = this.#server.address()
    if (address === null || typeof address === 'string') throw new Error('no port')
    return `http://127.0.0.1:${address.port}/write`
  }

  async took(count: number): Promise<void> {
    await vi.waitUntil(() => this.accepted.length >= count, { timeout: 10_000 })
  }
}

function exemplarText({ seriesLabels, labels, value, timestampMs }: Exemplar): string {
  return `${seriesLabels.toString()} # ${labels.toString()} ${value} @ ${timestampMs}`
}

function exemplarOf(name: string, traceId: string, timestampMs: number): Exemplar {
  return {
    seriesLabels: Labels.from({ __name__: name }),
    labels: Labels.from({ trace_id: traceId }),
    value: 0.5,
    timestampMs,
  }
}

function samplesOf(batch: SampleBatch): string[] {
  return Array.from(batch.series, (series, i) => {
    const value = batch.stale[i] === 1 ? 'stale' : batch.values[i]
    return `${batch.labels[series]?.toString()} ${value} @ ${batch.timestampsMs[i]}`
  })
}

function batchOf(
  samples: ReadonlyArray<readonly [name: string, timestampMs: number, value: number | 'stale']>,
): SampleBatch {
  const builder = new SampleBatchBuilder()
  for (const [name, timestampMs, value] of samples) {
    const labels = Labels.from({ __name__: name })
    if (value === 'stale') builder.addStale(labels, timestampMs)
    else builder.add(labels, timestampMs, value)
  }
  return builder.build()
}

interface Started {
  readonly queue: RemoteWriteQueue
  readonly count: (result: string, of?: 'samples' | 'exemplars') => number
}

async function start(
  config: Record<string, unknown>,
  directory?: string,
  externalLabels: Record<string, string> = {},
): Promise<Started> {
  const registry = new InstrumentRegistry()
  const queue = await RemoteWriteQueue.start({
    config: remoteWriteConfig.parse({
      ...config,
      queue_config: {
        batch_send_deadline: '10ms',
        min_backoff: '1ms',
        max_backoff: '5ms',
        ...Object(config['queue_config']),
      },
    }),
    directory: directory ?? (await newDirectory()),
    externalLabels,
    userAgent: 'tetrascope/test',
    clock: systemClock,
    random: () => 0.5,
    instruments: createRemoteWriteInstruments(registry),
    spoolInstruments: createSpoolInstruments(registry),
    logger: silentLogger,
  })
  closers.push(() => queue.stop())
  const count: Started['count'] = (result, of = 'samples') =>
    registry
      .snapshot()
      .filter(({ metadata }) => metadata.name === `tetrascope_remote_write_${of}_total`)
      .flatMap(({ samples }) => samples)
      .find(({ labels }) => labels.get('result') === result)?.value ?? 0
  return { queue, count }
}

function newDirectory(): Promise<string> {
  return mkdtemp(path.join(tmpdir(), 'tetrascope-remote-write-'))
}

describe('a remote write queue', () => {
  test('sends samples and stale markers as remote write 1.0 asks', async () => {
    const receiver = new Receiver()
    const { queue, count } = await start({ url: await receiver.listen(), headers: { 'X-Scope-OrgID': 'us' } })
    await queue.offer(
      batchOf([
        ['up', 5, 1],
        ['up', 6, 'stale'],
        ['x', 5, NaN],
      ]),
    )
    await receiver.took(3)
    expect([...receiver.accepted].sort()).toEqual(['up 1 @ 5', 'up stale @ 6', 'x NaN @ 5'])
    expect(receiver.requests[0]?.headers).toMatchObject({
      'content-encoding': 'snappy',
      'content-type': 'application/x-protobuf',
      'x-prometheus-remote-write-version': '0.1.0',
      'user-agent': 'tetrascope/test',
      'x-scope-orgid': 'us',
    })
    await vi.waitUntil(() => count('sent') === 3)
  })

  test('proves who it is', async () => {
    const receiver = new Receiver()
    const url = await receiver.listen()
    const basic = await start({ url, basic_auth: { username: 'u', password: 'p' } })
    await basic.queue.offer(batchOf([['up', 5, 1]]))
    await receiver.took(1)
    const bearer = await start({ url, authorization: { credentials: 'token' } })
    await bearer.queue.offer(batchOf([['up', 6, 1]]))
    await receiver.took(2)
    expect(receiver.requests.map(({ headers }) => headers.authorization)).toEqual(['Basic dTpw', 'Bearer token'])
  })

  test('adds external labels where a series does not have them', async () => {
    const receiver = new Receiver()
    const { queue } = await start({ url: await receiver.listen() }, undefined, { site: 'a' })
    const builder = new SampleBatchBuilder()
    builder.add(Labels.from({ __name__: 'up' }), 5, 1)
    builder.add(Labels.from({ __name__: 'up', site: 'b' }), 5, 2)
    await queue.offer(builder.build())
    await receiver.took(2)
    expect([...receiver.accepted].sort()).toEqual(['up{site="a"} 1 @ 5', 'up{site="b"} 2 @ 5'])
  })

  test('tries again when the receiver fails, and keeps the order of each series', async () => {
    const receiver = new Receiver()
    receiver.statuses = [500, 503, 502]
    const { queue, count } = await start({
      url: await receiver.listen(),
      queue_config: { min_shards: 4, max_samples_per_send: 3 },
    })
    for (let time = 1; time <= 20; time++)
      await queue.offer(batchOf(['a', 'b', 'c', 'd'].map((name) => [name, time, time])))
    await receiver.took(80)
    for (const name of ['a', 'b', 'c', 'd']) {
      const times = receiver.accepted
        .filter((sample) => sample.startsWith(name))
        .map((sample) => Number(sample.split('@ ')[1]))
      expect(times).toEqual(Array.from({ length: 20 }, (_, i) => i + 1))
    }
    expect(count('retried')).toBeGreaterThan(0)
    await vi.waitUntil(() => count('sent') === 80)
  })

  test('does not send again what the receiver refuses for good', async () => {
    const receiver = new Receiver()
    receiver.statuses = [400, 429]
    const { queue, count } = await start({ url: await receiver.listen() })
    for (const time of [1, 2, 3]) {
      await queue.offer(batchOf([['up', time, 1]]))
      await vi.waitUntil(() => receiver.requests.length === time)
    }
    await receiver.took(1)
    expect(receiver.accepted).toEqual(['up 1 @ 3'])
    expect(count('refused')).toBe(2)
  })

  test('tries again after 429 where that is asked for', async () => {
    const receiver = new Receiver()
    receiver.statuses = [429]
    const { queue } = await start({ url: await receiver.listen(), queue_config: { retry_on_http_429: true } })
    await queue.offer(batchOf([['up', 1, 1]]))
    await receiver.took(1)
  })

  test('leaves out samples past their age limit', async () => {
    const receiver = new Receiver()
    const { queue, count } = await start({ url: await receiver.listen(), queue_config: { sample_age_limit: '1h' } })
    await queue.offer(
      batchOf([
        ['up', 5, 1],
        ['up', Date.now(), 2],
      ]),
    )
    await receiver.took(1)
    expect(receiver.accepted).toHaveLength(1)
    await vi.waitUntil(() => count('too_old') === 1)
  })

  test('sends after a restart what it could not send before', async () => {
    const [receiver, directory] = [new Receiver(), await newDirectory()]
    const url = await receiver.listen()
    receiver.statuses = Array.from({ length: 10_000 }, () => 500)
    const before = await start({ url }, directory)
    for (let time = 1; time <= 5; time++) await before.queue.offer(batchOf([['up', time, time]]))
    await vi.waitUntil(() => before.count('retried') > 0)
    await before.queue.stop()
    receiver.statuses = []
    await start({ url }, directory)
    await receiver.took(5)
    expect(receiver.accepted).toEqual([1, 2, 3, 4, 5].map((time) => `up ${time} @ ${time}`))
  })

  test('adds shards when one cannot keep up', async () => {
    const receiver = new Receiver()
    const { queue } = await start({
      url: await receiver.listen(),
      queue_config: { capacity: 20, max_samples_per_send: 10, max_shards: 4 },
    })
    const names = Array.from({ length: 40 }, (_, i) => `metric_${i}`)
    for (let time = 1; time <= 20; time++) await queue.offer(batchOf(names.map((name) => [name, time, time])))
    await receiver.took(800)
    for (const name of names) {
      const times = receiver.accepted
        .filter((sample) => sample.startsWith(`${name} `))
        .map((sample) => Number(sample.split('@ ')[1]))
      expect(times).toEqual(Array.from({ length: 20 }, (_, i) => i + 1))
    }
  })

  test('sends exemplars where that is asked for, with the labels of their series as these are sent', async () => {
    const receiver = new Receiver()
    const rules = [{ source_labels: ['__name__'], regex: 'secret.*', action: 'drop' }]
    const sending = { url: await receiver.listen(), send_exemplars: true, write_relabel_configs: rules }
    const { queue, count } = await start(sending, undefined, { site: 'here' })
    await queue.offer(batchOf([['x_bucket', 5, 1]]))
    await queue.offerExemplars([exemplarOf('x_bucket', 'a', 5), exemplarOf('secret_bucket', 'b', 5)])
    await vi.waitUntil(() => receiver.exemplars.length > 0)
    expect(receiver.exemplars).toEqual(['x_bucket{site="here"} # {trace_id="a"} 0.5 @ 5'])
    await vi.waitUntil(() => count('sent', 'exemplars') === 1)
    expect(count('dropped_by_rule', 'exemplars')).toBe(1)
    expect(receiver.accepted).toEqual(['x_bucket{site="here"} 1 @ 5'])
  })

  test('keeps exemplars to itself where nothing is said', async () => {
    const receiver = new Receiver()
    const { queue } = await start({ url: await receiver.listen() })
    await queue.offerExemplars([exemplarOf('x_bucket', 'a', 5)])
    await queue.offer(batchOf([['x_bucket', 6, 1]]))
    await receiver.took(1)
    expect(receiver.exemplars).toEqual([])
  })

  test('sends exemplars after a restart behind the samples of their series, and leaves out old ones', async () => {
    const [receiver, directory] = [new Receiver(), await newDirectory()]
    const sending = { url: await receiver.listen(), send_exemplars: true, queue_config: { sample_age_limit: '1h' } }
    receiver.statuses = Array.from({ length: 10_000 }, () => 500)
    const before = await start(sending, directory)
    const nowMs = Date.now()
    await before.queue.offer(batchOf([['x_bucket', nowMs, 1]]))
    await before.queue.offerExemplars([exemplarOf('x_bucket', 'old', 5), exemplarOf('x_bucket', 'new', nowMs)])
    await vi.waitUntil(() => before.count('retried') > 0)
    await before.queue.stop()
    receiver.statuses = []
    const { count } = await start(sending, directory)
    await vi.waitUntil(() => receiver.exemplars.length > 0)
    expect(receiver.accepted).toEqual([`x_bucket 1 @ ${nowMs}`])
    expect(receiver.exemplars).toEqual([`x_bucket # {trace_id="new"} 0.5 @ ${nowMs}`])
    await vi.waitUntil(() => count('too_old', 'exemplars') === 1)
  })

  test('sends metadata from time to time', async () => {
    const receiver = new Receiver()
    const { queue } = await start({ url: await receiver.listen(), metadata_config: { send_interval: '5ms' } })
    queue.offerMetadata([{ name: 'x_total', type: 'counter', help: 'All x.', unit: '' }])
    await vi.waitUntil(() => receiver.metadata.includes('x_total'))
  })
})
