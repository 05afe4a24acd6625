import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { Labels } from '../../src/model/labels.ts'
import { SampleBatchBuilder } from '../../src/model/sample.ts'
import { createEngine } from '../../src/promql/query-engine.ts'
import type { QueryResult } from '../../src/promql/value.ts'
import { openClickHouseStore } from '../../src/storage/clickhouse/clickhouse-store.ts'
import { retentionConfig } from '../../src/storage/config.ts'
import { createHeadSampleStore, type HeadSampleStore } from '../../src/storage/head/head-sample-store.ts'
import type { SampleReader } from '../../src/storage/sample-store.ts'
import type { Store } from '../../src/storage/store.ts'
import { InstrumentRegistry } from '../../src/telemetry/instruments.ts'
import { ManualClock } from '../../src/util/manual-clock.ts'
import { pick, seededRandom } from '../../src/util/random.ts'
import { DATA_STEP_MS, randomSeries } from './random-data.ts'

const START_MS = Date.UTC(2026, 2, 14, 20)
/** Past midnight, where another partition begins. */
const STEPS = 1_500
const END_MS = START_MS + STEPS * DATA_STEP_MS
const MINUTE_MS = 60_000

const EXPRESSIONS = [
  'temp',
  'timestamp(temp)',
  'sum by (job) (requests_total)',
  'count by (job) (temp offset 7m)',
  'temp @ end()',
  'max by (job) (max_over_time(temp[RANGE]))',
  'min_over_time(temp[RANGE])',
  'last_over_time(temp[RANGE])',
  'sum(present_over_time(load_now[RANGE]))',
  'sum by (path) (rate(requests_total[RANGE]))',
  'increase(errors_total[RANGE] offset -3m)',
  'delta(temp[RANGE])',
  'avg_over_time(temp[RANGE])',
  'count_over_time(requests_total[RANGE])',
  'quantile_over_time(0.9, temp[RANGE])',
  'max_over_time(temp[RANGE] @ start())',
  'max_over_time(rate(requests_total[RANGE])[30m:7m])',
  'histogram_quantile(0.9, sum by (le) (rate(lat_bucket[RANGE])))',
  'rate(requests_total[RANGE] smoothed)',
  'increase(requests_total[RANGE] anchored)',
]

describe('a query over what the store on disk was told to leave out', () => {
  let store: Store
  let dataDirectory: string
  const random = seededRandom(Number(process.env['SEED'] ?? 1))

  beforeAll(async () => {
    dataDirectory = await mkdtemp(path.join(tmpdir(), 'tetrascope-windows-'))
    const retention = retentionConfig.parse({ samples: '0', requests: '0' })
    store = await openClickHouseStore({ storage: { type: 'embedded' }, retention, dataDirectory, commitIntervalMs: 2 })
    const batch = new SampleBatchBuilder()
    for (const { labels, values } of randomSeries(random, { steps: STEPS, resetTo: 'zero' })) {
      const series = batch.newSeries(Labels.from(labels))
      values.forEach((value, i) => {
        const timeMs = START_MS + i * DATA_STEP_MS
        if (value === 'stale') batch.putStale(series, timeMs)
        else if (value !== null) batch.put(series, timeMs, value)
      })
    }
    await store.samples.write(batch.build())
  })

  afterAll(async () => {
    await store.close()
    await rm(dataDirectory, { recursive: true, force: true })
  })

  async function headFrom(minTimeMs: number): Promise<HeadSampleStore> {
    const head = createHeadSampleStore({
      backing: store.samples,
      clock: new ManualClock(END_MS),
      instruments: new InstrumentRegistry(),
      warmUpMs: END_MS - minTimeMs,
      windowMs: END_MS - minTimeMs,
    })
    await head.start()
    return head
  }

  test.each([1, 2, 3, 4, 5, 6])('gives what it gives over all samples, wherever the head begins (%d)', async () => {
    const head = await headFrom(START_MS + Math.floor(random() * STEPS * DATA_STEP_MS))
    for (const expression of EXPRESSIONS) {
      const query = expression.replace('RANGE', pick(random, ['1m', '5m', '7m', '31m', '1h']))
      const stepMs = pick(random, [15_000, MINUTE_MS, 4 * MINUTE_MS, 10 * MINUTE_MS, 13 * MINUTE_MS, 60 * MINUTE_MS])
      const startMs = START_MS + Math.floor(random() * 120) * MINUTE_MS + pick(random, [0, 1, 7_000])
      const ask = (reader: SampleReader): Promise<QueryResult> =>
        createEngine(reader).range(query, startMs, END_MS, stepMs)
      const expected = await ask(withoutHints(store.samples))
      const where = `${query} from ${startMs} every ${stepMs}`
      expect(plain(await ask(store.samples)), where).toEqual(plain(expected))
      expect(plain(await ask(head)), where).toEqual(plain(expected))
    }
    head.stop()
  })

  test('reads only the samples that count', async () => {
    const touched = async (query: string, stepMs: number): Promise<number> => {
      const { stats } = await createEngine(store.samples).range(query, START_MS + 60 * MINUTE_MS, END_MS, stepMs)
      return stats.samplesTouched
    }
    const hour = 60 * MINUTE_MS
    const all = await touched('count_over_time(lat_bucket[1h])', hour)
    expect(await touched('rate(lat_bucket[5m])', hour)).toBeLessThan(all / 10)
    expect(await touched('max_over_time(lat_bucket[1h])', hour)).toBeLessThan(all / 100)
    expect(await touched('lat_bucket', 10 * MINUTE_MS)).toBeLessThan(all / 30)
  })
})

/** With the texts of label sets in their place, for stores leave notes on them. */
function plain({ value }: QueryResult): unknown {
  if (value.type !== 'matrix') throw new Error(`the answer to a range query is a ${value.type}`)
  return value.series.map(({ labels, ...samples }) => ({ pairs: labels.pairs, ...samples }))
}

function withoutHints(reader: SampleReader): SampleReader {
  const hints = { func: '', rangeMs: 0, stepMs: 0 }
  const select: SampleReader['select'] = (matchers, range, _hints, cancellation) =>
    reader.select(matchers, range, hints, cancellation)
  return new Proxy(reader, {
    get: (target, name, receiver): unknown => (name === 'select' ? select : Reflect.get(target, name, receiver)),
  })
}
