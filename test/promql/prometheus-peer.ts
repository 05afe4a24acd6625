import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { compressSync } from 'snappy'
import { compareText } from '../../src/model/labels.ts'
import { STALE_BITS_HIGH, STALE_BITS_LOW } from '../../src/model/sample.ts'
import { ProtobufWriter } from '../../src/util/protobuf-wire.ts'
import { freePort, startPeer } from '../support/peer.ts'

/** A series to write: a stale marker is `'stale'`. */
export interface WrittenSeries {
  readonly labels: Readonly<Record<string, string>>
  readonly samples: ReadonlyArray<readonly [timestampMs: number, value: number | 'stale']>
}

/** A Prometheus of its own, empty at first, that takes remote writes. */
export interface PrometheusPeer {
  readonly url: string
  readonly pid: number
  write(series: readonly WrittenSeries[]): Promise<void>
  /** The API's answer, also when it is an error. */
  query(endpoint: 'query' | 'query_range', parameters: Readonly<Record<string, string>>): Promise<PrometheusAnswer>
  stop(): Promise<void>
}

export interface PrometheusAnswer {
  readonly status: 'success' | 'error'
  readonly error?: string
  readonly data?: { readonly resultType: string; readonly result: unknown }
}

/** Starts a Prometheus on a free port of this machine. */
export async function startPrometheus(): Promise<PrometheusPeer> {
  const folder = mkdtempSync(path.join(tmpdir(), 'prometheus-peer-'))
  const config = path.join(folder, 'prometheus.yml')
  writeFileSync(config, 'global: {}\n')
  const port = await freePort()
  const url = `http://127.0.0.1:${port}`
  const args = [
    `--config.file=${config}`,
    `--storage.tsdb.path=${path.join(folder, 'data')}`,
    `--web.listen-address=127.0.0.1:${port}`,
    '--web.enable-remote-write-receiver',
    '--log.level=error',
  ]
  const peer = await startPeer('prometheus', args, `${url}/-/ready`)
  return {
    url,
    pid: peer.process.pid ?? 0,
    write: (series) => remoteWrite(url, series),
    query: (endpoint, parameters) => ask(url, endpoint, parameters),
    async stop() {
      await peer.stop()
      rmSync(folder, { recursive: true, force: true })
    },
  }
}

async function ask(
  url: string,
  endpoint: string,
  parameters: Readonly<Record<string, string>>,
): Promise<PrometheusAnswer> {
  const response = await fetch(`${url}/api/v1/${endpoint}`, { method: 'POST', body: new URLSearchParams(parameters) })
  return (await response.json()) as PrometheusAnswer
}

/** Remote write 1.0. */
export async function remoteWrite(url: string, series: readonly WrittenSeries[]): Promise<void> {
  const response = await fetch(`${url}/api/v1/write`, {
    method: 'POST',
    headers: { 'content-encoding': 'snappy', 'content-type': 'application/x-protobuf' },
    body: new Uint8Array(compressSync(encodeWriteRequest(series))),
  })
  if (!response.ok) throw new Error(`remote write was refused: ${response.status} ${await response.text()}`)
}

function encodeWriteRequest(series: readonly WrittenSeries[]): Buffer {
  const writer = new ProtobufWriter(1 << 20)
  for (const { labels, samples } of series) {
    writer.message(1, (timeSeries) => {
      for (const [name, value] of Object.entries(labels).sort(([a], [b]) => compareText(a, b))) {
        timeSeries.message(1, (label) => {
          label.string(1, name)
          label.string(2, value)
        })
      }
      for (const [timestampMs, value] of samples) {
        timeSeries.message(2, (sample) => {
          if (value === 'stale') sample.fixed64Bits(1, STALE_BITS_HIGH, STALE_BITS_LOW)
          else sample.double(1, value)
          sample.int64(2, timestampMs)
        })
      }
    })
  }
  return writer.finish()
}
