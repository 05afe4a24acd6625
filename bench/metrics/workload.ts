/** The load of the comparison: 10,000 counters, 10,000 buckets and 1,000 gauges, 240 samples each at 15 s, and eight queries over them. */
import { Labels } from '../../src/model/labels.ts'
import { SampleBatchBuilder } from '../../src/model/sample.ts'
import { encodeWriteRequest } from '../../src/storage/prometheus/encode-write-request.ts'

export const SAMPLES = 240
export const INTERVAL_MS = 15_000
const SERIES_PER_REQUEST = 500
const SAMPLES_PER_REQUEST = 20
const BOUNDS = ['0.1', '0.25', '0.5', '1', '2.5', '5', '10', '30', '60', '+Inf']

export interface NamedQuery {
  readonly name: string
  readonly query: string
  /** Its answer takes a millisecond or two. */
  readonly isSmall?: boolean
}

export const QUERIES: readonly NamedQuery[] = [
  { name: 'sum by (model)(rate())', query: 'sum by (model) (rate(requests_total[5m]))' },
  { name: 'histogram_quantile', query: 'histogram_quantile(0.95, sum by (le, model) (rate(latency_bucket[5m])))' },
  {
    name: 'error ratio',
    query: 'sum by (model) (rate(requests_total{code="500"}[5m])) / sum by (model) (rate(requests_total[5m]))',
  },
  { name: 'topk', query: 'topk(5, rate(requests_total[5m]))' },
  { name: 'raw 1,000 series', query: 'temperature' },
  { name: 'max_over_time', query: 'max_over_time(temperature[5m])' },
  { name: 'quantile_over_time', query: 'quantile_over_time(0.95, requests_total[5m])' },
  { name: 'one series', query: 'requests_total{id="42"}', isSmall: true },
]

export interface Workload {
  readonly sampleCount: number
  readonly startMs: number
  readonly endMs: number
  /** Remote write bodies in rounds: those of a round may be sent side by side, rounds follow each other in time. */
  readonly rounds: ReadonlyArray<readonly Buffer[]>
}

/** The last hour up to now. */
export function createWorkload(): Workload {
  const endMs = Math.floor(Date.now() / INTERVAL_MS) * INTERVAL_MS
  const startMs = endMs - (SAMPLES - 1) * INTERVAL_MS
  const labels = [...allSeries()]
  const values = labels.map(valuesOf)
  const rounds = Array.from({ length: SAMPLES / SAMPLES_PER_REQUEST }, (_, round) =>
    Array.from({ length: Math.ceil(labels.length / SERIES_PER_REQUEST) }, (_unused, request) => {
      const builder = new SampleBatchBuilder()
      const first = request * SERIES_PER_REQUEST
      for (let i = first; i < Math.min(labels.length, first + SERIES_PER_REQUEST); i++) {
        const series = builder.newSeries(labels[i] ?? Labels.empty)
        for (let k = round * SAMPLES_PER_REQUEST; k < (round + 1) * SAMPLES_PER_REQUEST; k++) {
          builder.put(series, startMs + k * INTERVAL_MS, values[i]?.[k] ?? 0)
        }
      }
      return Buffer.from(encodeWriteRequest(builder.build()))
    }),
  )
  return { sampleCount: labels.length * SAMPLES, startMs, endMs, rounds }
}

function* allSeries(): Generator<Labels> {
  for (let i = 0; i < 10_000; i++)
    yield seriesLabels('requests_total', i, String(i), { code: Math.floor(i / 20) % 10 === 0 ? '500' : '200' })
  for (let i = 0; i < 10_000; i++) {
    const set = Math.floor(i / BOUNDS.length)
    yield seriesLabels('latency_bucket', set, String(set), { le: BOUNDS[i % BOUNDS.length] ?? '+Inf' })
  }
  for (let i = 0; i < 1_000; i++) yield seriesLabels('temperature', i, String(i), {})
}

function seriesLabels(name: string, i: number, id: string, more: Readonly<Record<string, string>>): Labels {
  return Labels.from({ __name__: name, job: 'llm', instance: `host-${i % 100}`, model: `model-${i % 20}`, id, ...more })
}

/** Counters grow by a few each time; the gauge is noise with two decimals. */
function valuesOf(labels: Labels, seed: number): Float64Array {
  const isGauge = labels.metricName === 'temperature'
  let state = (Math.imul(seed + 1, 2_654_435_761) >>> 0) & 0x7fffffff
  let value = 0
  return Float64Array.from({ length: SAMPLES }, () => {
    state = (Math.imul(state, 1_103_515_245) + 12_345) & 0x7fffffff
    const random = state >>> 8
    value = isGauge ? (random % 10_000) / 100 : value + (random % 10)
    return value
  })
}
