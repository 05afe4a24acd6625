import type { Counter, Gauge, Histogram } from 'prom-client'
import { createInstruments, type Instruments } from './instruments.ts'
import { nearestName } from './nearest-name.ts'

/** Kept word for word: dashboards and rules ask for these. */
export interface LlmInstruments {
  readonly llm_requests_total: Counter<'model' | 'status'>
  readonly llm_request_latency_ms: Histogram<'model'>
  readonly llm_ttft_ms: Histogram<'model'>
  readonly llm_tokens_generated_total: Counter<'model'>
  readonly llm_active_requests: Gauge<'model'>
  readonly llm_gpu_utilization_percent: Gauge<'gpu_id'>
  readonly llm_gpu_memory_used_gb: Gauge<'gpu_id'>
  readonly llm_model_accuracy_percent: Gauge<'model'>
  readonly llm_data_drift_psi: Gauge<'feature'>
}

export type LlmMetricName = keyof LlmInstruments

/** Counts a call that is over; `tokens` are those of its answer. */
export interface FinishedCall {
  readonly model: string
  readonly status: 'success' | 'error'
  readonly latencyMs: number
  readonly ttftMs?: number | undefined
  readonly tokens?: number | undefined
}

const LATENCY_BUCKETS_MS = [50, 100, 200, 500, 1000, 2000, 5000, 10000]
const TTFT_BUCKETS_MS = [20, 50, 100, 200, 500, 1000]

export class LlmMetrics {
  readonly instruments: Instruments
  readonly all: LlmInstruments

  constructor(instruments: Instruments) {
    this.instruments = instruments
    this.all = registered(instruments)
  }

  /**
   * One of the standard instruments by a name that comes from elsewhere (a configuration, a message). Throws for an unknown one
   * and says which are known.
   */
  named(name: string): LlmInstruments[LlmMetricName] {
    if (isName(name, this.all)) return this.all[name]
    const known = Object.keys(this.all)
    const meant = nearestName(name, known)
    const hint = meant === undefined ? '' : ` (did you mean ${meant}?)`
    throw new Error(`metric: found ${JSON.stringify(name)}, expected one of ${known.join(', ')}${hint}`)
  }

  /** Counts and times one call in all the instruments that it concerns. */
  finished(call: FinishedCall): void {
    const { model } = call
    this.all.llm_requests_total.inc({ model, status: call.status })
    this.all.llm_request_latency_ms.observe({ model }, call.latencyMs)
    if (call.ttftMs !== undefined) this.all.llm_ttft_ms.observe({ model }, call.ttftMs)
    if (call.tokens !== undefined) this.all.llm_tokens_generated_total.inc({ model }, call.tokens)
  }

  /** The answer to `GET /metrics`. */
  metricsText(openMetrics = false): Promise<string> {
    return this.instruments.metricsText(openMetrics)
  }
}

/** The standard instruments of an LLM application, in a set of their own or among other instruments. */
export function llmInstruments(instruments: Instruments = createInstruments()): LlmMetrics {
  return new LlmMetrics(instruments)
}

function isName(name: string, all: LlmInstruments): name is LlmMetricName {
  return Object.hasOwn(all, name)
}

function registered(set: Instruments): LlmInstruments {
  const model = ['model'] as const
  const gpu = ['gpu_id'] as const
  return {
    llm_requests_total: set.counter({
      name: 'llm_requests_total',
      help: 'LLM requests',
      labels: ['model', 'status'] as const,
    }),
    llm_request_latency_ms: set.histogram({
      name: 'llm_request_latency_ms',
      help: 'Time from a request to the end of its answer',
      labels: model,
      buckets: LATENCY_BUCKETS_MS,
    }),
    llm_ttft_ms: set.histogram({
      name: 'llm_ttft_ms',
      help: 'Time to first token',
      labels: model,
      buckets: TTFT_BUCKETS_MS,
    }),
    llm_tokens_generated_total: set.counter({
      name: 'llm_tokens_generated_total',
      help: 'Output tokens',
      labels: model,
    }),
    llm_active_requests: set.gauge({ name: 'llm_active_requests', help: 'Requests under way', labels: model }),
    llm_gpu_utilization_percent: set.gauge({
      name: 'llm_gpu_utilization_percent',
      help: 'How busy the GPU is',
      labels: gpu,
    }),
    llm_gpu_memory_used_gb: set.gauge({ name: 'llm_gpu_memory_used_gb', help: 'GPU memory in use', labels: gpu }),
    llm_model_accuracy_percent: set.gauge({
      name: 'llm_model_accuracy_percent',
      help: 'Right answers in percent',
      labels: model,
    }),
    llm_data_drift_psi: set.gauge({
      name: 'llm_data_drift_psi',
      help: 'Population stability index against the reference',
      labels: ['feature'] as const,
    }),
  }
}
