/**
 * Range queries of our engine over the head beside a real Prometheus, in one run: the same series, the same queries, round by round.
 * Run with `npx tsx bench/metrics/query.ts [rounds]`. Prometheus answers over HTTP; ours is the engine and the writing of the JSON, in the
 * same process. Prints medians of wall time, our processor time, and the ratio.
 */
import { writeValue } from '../../src/api/prometheus/result-json.ts'
import { Labels } from '../../src/model/labels.ts'
import type { SampleBatch } from '../../src/model/sample.ts'
import { createEngine } from '../../src/promql/query-engine.ts'
import type { QueryEngine } from '../../src/promql/engine.ts'
import type { SampleReader } from '../../src/storage/sample-store.ts'
import { Head } from '../../src/storage/head/head.ts'
import { MemorySampleStore } from '../../src/storage/memory/memory-sample-store.ts'
import { startPrometheus, type PrometheusPeer, type WrittenSeries } from '../../test/promql/prometheus-peer.ts'
import { hasProgram } from '../../test/support/peer.ts'

const ROUNDS = Number(process.argv[2] ?? 7)
const SAMPLES = 240
const INTERVAL_MS = 15_000
const END_MS = Math.floor(Date.now() / INTERVAL_MS) * INTERVAL_MS
const START_MS = END_MS - (SAMPLES - 1) * INTERVAL_MS
const STEP_MS = 15_000
/** Series in one remote write request. */
const BATCH = 500
const BOUNDS = ['0.1', '0.25', '0.5', '1', '2.5', '5', '10', '30', '60', '+Inf']

const QUERIES = [
  'sum by (model) (rate(requests_total[5m]))',
  'histogram_quantile(0.95, sum by (le, model) (rate(latency_bucket[5m])))',
  'sum(rate(requests_total{instance=~"host-1.*"}[5m])) / sum(rate(requests_total[5m]))',
  'topk(5, rate(requests_total[5m]))',
  'temperature',
  'max_over_time(temperature[5m])',
  'quantile_over_time(0.95, requests_total[5m])',
  'requests_total{id="42"}',
]

function* benchSeries(): Generator<Labels> {
  for (let i = 0; i < 10_000; i++) yield labelsOf('requests_total', i, {})
  for (let i = 0; i < 10_000; i++) yield labelsOf('latency_bucket', i, { le: BOUNDS[i % BOUNDS.length] ?? '+Inf' })
  for (let i = 0; i < 1_000; i++) yield labelsOf('temperature', i, {})
}

function labelsOf(name: string, i: number, more: Readonly<Record<string, string>>): Labels {
  const id = String(name === 'latency_bucket' ? Math.floor(i / BOUNDS.length) : i)
  return Labels.from({ __name__: name, job: 'llm', instance: `host-${i % 100}`, model: `model-${i % 20}`, id, ...more })
}

/** Counters grow by a few each time; the gauge is noise. */
function valuesOf(labels: Labels, seed: number): Float64Array {
  const gauge = labels.metricName === 'temperature'
  let state = seed + 1
  let value = 0
  return Float64Array.from({ length: SAMPLES }, () => {
    state = (Math.imul(state, 1_103_515_245) + 12_345) & 0x7fffffff
    value = gauge ? (state % 10_000) / 100 : value + (state % 10)
    return value
  })
}

function headReader(head: Head): SampleReader {
  const store = new MemorySampleStore()
  return Object.assign(store, {
    async *select(...[matchers, range]: Parameters<SampleReader['select']>) {
      yield* head.select(matchers, range)
    },
  })
}

async function load(head: Head, prometheus: PrometheusPeer | undefined): Promise<void> {
  let labels: Labels[] = []
  const flush = async (first: number): Promise<void> => {
    const values = labels.map((one, i) => valuesOf(one, first + i))
    head.append(batchOf(labels, values))
    await prometheus?.write(labels.map((one, i) => written(one, values[i] ?? new Float64Array(0))))
    labels = []
  }
  let count = 0
  for (const one of benchSeries()) {
    labels.push(one)
    count++
    if (labels.length === BATCH) await flush(count - BATCH)
  }
}

function batchOf(labels: readonly Labels[], values: readonly Float64Array[]): SampleBatch {
  const size = labels.length * SAMPLES
  const at = (i: number): number => Math.floor(i / SAMPLES)
  return {
    labels,
    series: Uint32Array.from({ length: size }, (_, i) => at(i)),
    timestampsMs: Float64Array.from({ length: size }, (_, i) => START_MS + (i % SAMPLES) * INTERVAL_MS),
    values: Float64Array.from({ length: size }, (_, i) => values[at(i)]?.[i % SAMPLES] ?? 0),
    stale: new Uint8Array(size),
    histograms: new Map(),
  }
}

function written(labels: Labels, values: Float64Array): WrittenSeries {
  return {
    labels: labels.toObject(),
    samples: Array.from(values, (value, i) => [START_MS + i * INTERVAL_MS, value] as const),
  }
}

interface Times {
  readonly ours: number[]
  readonly oursCpu: number[]
  readonly prometheus: number[]
}

function noTimes(): Times {
  return { ours: [], oursCpu: [], prometheus: [] }
}

const RANGE = { startMs: START_MS + 600_000 + 7_000, endMs: END_MS - 1_000 }

async function runOurs(engine: QueryEngine, query: string, times: Times): Promise<void> {
  const cpu = process.cpuUsage()
  const start = performance.now()
  const { value } = await engine.range(query, RANGE.startMs, RANGE.endMs, STEP_MS)
  for (const block of writeValue(value)) if (block.length === 0) break
  times.ours.push(performance.now() - start)
  const { user, system } = process.cpuUsage(cpu)
  times.oursCpu.push((user + system) / 1000)
}

async function runPrometheus(peer: PrometheusPeer, query: string, times: Times): Promise<void> {
  const start = performance.now()
  const body = new URLSearchParams({
    query,
    start: String(RANGE.startMs / 1000),
    end: String(RANGE.endMs / 1000),
    step: String(STEP_MS / 1000),
  })
  const response = await fetch(`${peer.url}/api/v1/query_range`, { method: 'POST', body })
  await response.arrayBuffer()
  if (!response.ok) throw new Error(`Prometheus refused ${query}: ${response.status}`)
  times.prometheus.push(performance.now() - start)
}

function median(values: readonly number[]): number {
  return [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)] ?? NaN
}

const prometheus = hasProgram('prometheus') ? await startPrometheus() : undefined
const head = new Head({ windowMs: 3 * 3_600_000, maxSizeBytes: 1e9, graceMs: 120_000, minTimeMs: START_MS - 1 })
try {
  await load(head, prometheus)
  const engine = createEngine(headReader(head))
  const results = new Map<string, Times>(QUERIES.map((query) => [query, noTimes()]))
  for (let round = 0; round <= ROUNDS; round++) {
    for (const [query, times] of results) {
      // The first round warms both up.
      const into = round === 0 ? noTimes() : times
      if (prometheus !== undefined) await runPrometheus(prometheus, query, into)
      await runOurs(engine, query, into)
    }
  }
  for (const [query, times] of results) {
    const ratio = median(times.prometheus) / median(times.ours)
    const [ours, cpu, theirs] = [times.ours, times.oursCpu, times.prometheus].map((all) =>
      median(all).toFixed(1).padStart(8),
    )
    process.stdout.write(`ours ${ours} ms (cpu ${cpu})  prometheus ${theirs} ms  ratio ${ratio.toFixed(1)}  ${query}\n`)
  }
} finally {
  await prometheus?.stop()
}
