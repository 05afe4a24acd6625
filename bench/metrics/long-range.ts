/**
 * Range queries over days that only the store on disk has, with and without leaf work done there.
 * `UV_THREADPOOL_SIZE=16 npx tsx bench/metrics/long-range.ts [days] [series] [rounds]`; samples every 15 s.
 * Prints wall and processor milliseconds and the samples that reached the engine, medians of the rounds.
 */
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { Labels } from '../../src/model/labels.ts'
import { SampleBatchBuilder } from '../../src/model/sample.ts'
import { createEngine } from '../../src/promql/query-engine.ts'
import { openClickHouseStore } from '../../src/storage/clickhouse/clickhouse-store.ts'
import { EmbeddedConnection } from '../../src/storage/clickhouse/embedded-connection.ts'
import { sql } from '../../src/storage/clickhouse/sql.ts'
import { retentionConfig } from '../../src/storage/config.ts'
import type { SampleReader } from '../../src/storage/sample-store.ts'
import type { Store } from '../../src/storage/store.ts'

const [days = 7, seriesCount = 1_000, rounds = 3] = process.argv.slice(2).map(Number)
const DAY_MS = 86_400_000
const MINUTE_MS = 60_000
const INTERVAL_MS = 15_000
const endMs = Math.floor(Date.now() / DAY_MS) * DAY_MS
const startMs = endMs - days * DAY_MS

const QUERIES: ReadonlyArray<readonly [query: string, stepMs: number]> = [
  ['sum by (model) (rate(requests_total[5m]))', 60 * MINUTE_MS],
  ['sum by (model) (rate(requests_total[1h]))', 60 * MINUTE_MS],
  ['sum by (model) (rate(requests_total[5m]))', 5 * MINUTE_MS],
  ['sum by (model) (requests_total)', 60 * MINUTE_MS],
  ['max by (model) (requests_total)', 5 * MINUTE_MS],
  ['max by (model) (max_over_time(requests_total[1h]))', 60 * MINUTE_MS],
  ['sum by (model) (count_over_time(requests_total[1h]))', 60 * MINUTE_MS],
  ['avg by (model) (avg_over_time(requests_total[5m]))', 60 * MINUTE_MS],
  ['avg by (model) (avg_over_time(requests_total[1h]))', 60 * MINUTE_MS],
]

const dataDirectory = mkdtempSync(path.join(tmpdir(), 'long-range-'))
try {
  await fill()
  const store = await open()
  for (const [query, stepMs] of QUERIES) {
    await measure(query, stepMs, store.samples, 'samples by hint')
    await measure(query, stepMs, withoutHints(store.samples), 'all samples')
  }
  await store.close()
} finally {
  rmSync(dataDirectory, { recursive: true, force: true })
}

function open(): Promise<Store> {
  const retention = retentionConfig.parse({ samples: '0', requests: '0' })
  return openClickHouseStore({ storage: { type: 'embedded' }, retention, dataDirectory })
}

/** The first sample of each series and day by way of the writer, the others multiplied from it by the engine. */
async function fill(): Promise<void> {
  const store = await open()
  for (let day = 0; day < days; day++) {
    const batch = new SampleBatchBuilder()
    for (let i = 0; i < seriesCount; i++) {
      const labels = Labels.from({ __name__: 'requests_total', id: String(i), model: `model-${i % 20}` })
      batch.add(labels, startMs + day * DAY_MS, day * 1e6 + i)
    }
    await store.samples.write(batch.build())
  }
  await store.close()
  const connection = await EmbeddedConnection.open({ path: dataDirectory, readers: 1, maxWaiting: 10 })
  for (let day = 0; day < days; day++) {
    await connection.command(sql`
      INSERT INTO samples SELECT series, time + toIntervalMillisecond(${INTERVAL_MS} * (number + 1)) AS time,
        value + floor((number + 1) * (5 + series % 7)) + sipHash64(series, number) % 5 AS value, 0 AS stale
      FROM samples CROSS JOIN numbers(${DAY_MS / INTERVAL_MS - 1}) AS n
      WHERE samples.time = fromUnixTimestamp64Milli(${startMs + day * DAY_MS}, 'UTC')
      ORDER BY series, time`)
  }
  await connection.command(sql`OPTIMIZE TABLE samples FINAL`)
  await connection.close()
}

function withoutHints(reader: SampleReader): SampleReader {
  const hints = { func: '', rangeMs: 0, stepMs: 0 }
  return new Proxy(reader, {
    get(target, name, receiver) {
      if (name !== 'select') return Reflect.get(target, name, receiver)
      const select: SampleReader['select'] = (matchers, range, _hints, signal) =>
        target.select(matchers, range, hints, signal)
      return select
    },
  })
}

async function measure(query: string, stepMs: number, reader: SampleReader, what: string): Promise<void> {
  const engine = createEngine(reader)
  const timings: { wall: number; cpu: number }[] = []
  let samples = 0
  for (let round = 0; round < rounds; round++) {
    const cpu = process.cpuUsage()
    const start = performance.now()
    // Off the edges of the day, as queries mostly are.
    const { stats } = await engine.range(query, startMs + 60 * MINUTE_MS + 7_000, endMs - 7_000, stepMs)
    const { user, system } = process.cpuUsage(cpu)
    samples = stats.samplesTouched
    timings.push({ wall: performance.now() - start, cpu: (user + system) / 1000 })
  }
  const { wall, cpu } = timings.toSorted((a, b) => a.cpu - b.cpu)[Math.floor(rounds / 2)] ?? { wall: NaN, cpu: NaN }
  const step = `${stepMs / MINUTE_MS} min`
  const figures = `${wall.toFixed(0).padStart(7)} ms ${cpu.toFixed(0).padStart(7)} ms CPU ${samples.toLocaleString('en').padStart(12)} samples`
  process.stdout.write(`${query.padEnd(56)} ${step.padEnd(7)} ${what.padEnd(16)} ${figures}\n`)
}
