import { mkdtemp, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest'
import { freePort, hasProgram, type Peer, startPeer } from '../../../test/support/peer.ts'
import { Labels } from '../../model/labels.ts'
import { type SampleBatch, SampleBatchBuilder } from '../../model/sample.ts'
import { createSpoolInstruments } from '../../storage/spool/spool-instruments.ts'
import { InstrumentRegistry } from '../../telemetry/instruments.ts'
import { silentLogger } from '../../telemetry/log.ts'
import { systemClock } from '../../util/clock.ts'
import { remoteWriteConfig } from './config.ts'
import { createRemoteWriteInstruments } from './remote-write-instruments.ts'
import { RemoteWriteQueue } from './remote-write-queue.ts'

interface Receiver {
  readonly program: string
  /** Arguments for a new instance with its data in the directory. */
  readonly args: (directory: string, port: number) => readonly string[]
  readonly ready: string
  readonly write: string
  /** Makes what was just written visible, where that would take seconds otherwise. */
  readonly flush?: string
}

const RECEIVERS: readonly Receiver[] = [
  {
    program: 'prometheus',
    args: (directory, port) => [
      `--config.file=${directory}/prometheus.yml`,
      `--storage.tsdb.path=${directory}/data`,
      `--web.listen-address=127.0.0.1:${port}`,
      '--web.enable-remote-write-receiver',
    ],
    ready: '/-/ready',
    write: '/api/v1/write',
  },
  {
    program: 'victoria-metrics',
    args: (directory, port) => [`-storageDataPath=${directory}/data`, `-httpListenAddr=127.0.0.1:${port}`],
    ready: '/health',
    write: '/api/v1/write',
    flush: '/internal/force_flush',
  },
]

const SCRAPES = 40
const INTERVAL_MS = 15_000
const startMs = Math.floor(Date.now() / INTERVAL_MS) * INTERVAL_MS - SCRAPES * INTERVAL_MS

/** One scrape of a counter on three instances and a gauge that jumps; the third instance ends in the middle. */
function scrape(i: number): SampleBatch {
  const builder = new SampleBatchBuilder()
  const timestampMs = startMs + i * INTERVAL_MS
  for (const instance of ['a', 'b', 'c']) {
    const labels = Labels.from({ __name__: 'requests_total', instance, note: 'ü "quoted"\n' })
    if (instance !== 'c' || i < 20) builder.add(labels, timestampMs, i * 7.25)
    else if (i === 20) builder.addStale(labels, timestampMs)
  }
  builder.add(Labels.from({ __name__: 'odd' }), timestampMs, [0, -0.5, 1e-3, 123_456.75, 0.1][i % 5] ?? 0)
  return builder.build()
}

describe.each(RECEIVERS)('$program', ({ program, args, ready, write, flush }) => {
  describe.skipIf(!hasProgram(program))('as the receiver', () => {
    let peer: Peer
    let url: string
    let queue: RemoteWriteQueue

    beforeAll(async () => {
      const [directory, port] = [await mkdtemp(path.join(tmpdir(), 'tetrascope-peer-')), await freePort()]
      await writeFile(path.join(directory, 'prometheus.yml'), '')
      url = `http://127.0.0.1:${port}`
      peer = await startPeer(program, args(directory, port), url + ready)
      const registry = new InstrumentRegistry()
      queue = await startQueue(url + write, path.join(directory, 'spool'), registry)
      const batches = Array.from({ length: SCRAPES }, (_, i) => scrape(i))
      for (const batch of batches) await queue.offer(batch)
      const total = batches.reduce((sum, { values }) => sum + values.length, 0)
      await vi.waitUntil(() => sentSamples(registry) === total, { timeout: 20_000 })
      if (flush !== undefined) await fetch(url + flush)
    })

    afterAll(async () => {
      await queue.stop()
      await peer.stop()
    })

    test('has every sample of each series, and none after its end', async () => {
      const counts = await query(url, 'count_over_time(requests_total[11m])')
      // Prometheus does not count the stale marker; VictoriaMetrics 1.79 does not either.
      expect(counts).toEqual({ a: '40', b: '40', c: '20' })
    })

    test('gives the values that were sent', async () => {
      expect(await query(url, 'count_over_time(odd[11m])')).toEqual({ '': String(SCRAPES) })
      expect(await query(url, 'last_over_time(requests_total{instance="a"}[11m])')).toEqual({
        a: String((SCRAPES - 1) * 7.25),
      })
      expect(await query(url, 'min_over_time(odd[11m])')).toEqual({ '': '-0.5' })
      expect(await query(url, 'max_over_time(odd[11m])')).toEqual({ '': '123456.75' })
    })

    test('keeps labels of any text', async () => {
      expect(await labelValues(url, 'note')).toEqual(['ü "quoted"\n'])
    })
  })
})

async function startQueue(url: string, directory: string, registry: InstrumentRegistry): Promise<RemoteWriteQueue> {
  return RemoteWriteQueue.start({
    config: remoteWriteConfig.parse({ url, queue_config: { batch_send_deadline: '20ms' } }),
    directory,
    externalLabels: {},
    userAgent: 'tetrascope/test',
    clock: systemClock,
    random: Math.random,
    instruments: createRemoteWriteInstruments(registry),
    spoolInstruments: createSpoolInstruments(registry),
    logger: silentLogger,
  })
}

function sentSamples(registry: InstrumentRegistry): number {
  const samples = registry.snapshot().flatMap((family) => family.samples)
  return samples.find(({ labels }) => labels.get('result') === 'sent')?.value ?? 0
}

/** The values of an instant query at the end of the data, by instance. */
async function query(url: string, expression: string): Promise<Record<string, string>> {
  const time = (startMs + SCRAPES * INTERVAL_MS) / 1000
  // VictoriaMetrics would remember that it had nothing yet; Prometheus does not know the parameter.
  const parameters = new URLSearchParams({ query: expression, time: String(time), nocache: '1' })
  const response = await fetch(`${url}/api/v1/query?${parameters.toString()}`)
  const { data } = (await response.json()) as {
    data: { result: Array<{ metric: { instance?: string }; value: [number, string] }> }
  }
  return Object.fromEntries(data.result.map(({ metric, value }) => [metric.instance ?? '', value[1]]))
}

async function labelValues(url: string, name: string): Promise<string[]> {
  const response = await fetch(`${url}/api/v1/label/${name}/values`)
  const { data } = (await response.json()) as { data: string[] }
  return data
}
