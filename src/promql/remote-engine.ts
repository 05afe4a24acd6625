import { z } from 'zod'
import { Labels } from '../model/labels.ts'
import type { SampleReader } from '../storage/sample-store.ts'
import { type ApiAnswer, type PrometheusApi, PrometheusApiError } from '../storage/prometheus/prometheus-api.ts'
import { queryData, valueOf } from '../storage/prometheus/answers.ts'
import type { EngineOptions, QueryOptions } from './engine.ts'
import { ExecutionError, ParseError, QueryCanceledError, QueryTimeoutError } from './errors.ts'
import type { QueryTimes } from './plan/duration.ts'
import { createEngine, type ExplainingEngine, type QueryExplanation } from './query-engine.ts'
import type { InstantSample, QueryResult, QueryValue, RangeSeries } from './value.ts'

const NO_STATS = { seriesTouched: 0, samplesTouched: 0, peakSamples: 0 }

/**
 * Has a Prometheus-compatible server run the queries, as they are: its language, its functions, its limits; ours come on top. `explain` runs the
 * query here, over the series that the server holds.
 */
export class RemoteEngine implements ExplainingEngine {
  readonly #api: PrometheusApi
  readonly #options: EngineOptions
  readonly #local: ExplainingEngine

  constructor(api: PrometheusApi, reader: SampleReader, options: EngineOptions) {
    this.#api = api
    this.#options = options
    this.#local = createEngine(reader, options)
  }

  async instant(query: string, timeMs: number, options: QueryOptions = {}): Promise<QueryResult> {
    return this.#run('query', { query, time: String(timeMs / 1000) }, options)
  }

  async range(
    query: string,
    startMs: number,
    endMs: number,
    stepMs: number,
    options: QueryOptions = {},
  ): Promise<QueryResult> {
    const times = { start: String(startMs / 1000), end: String(endMs / 1000), step: String(stepMs / 1000) }
    return this.#run('query_range', { query, ...times }, options)
  }

  explain(query: string, times: QueryTimes, options: QueryOptions = {}): Promise<QueryExplanation> {
    return this.#local.explain(query, times, options)
  }

  async #run(path: string, parameters: Readonly<Record<string, string>>, options: QueryOptions): Promise<QueryResult> {
    const timeoutMs = Math.min(options.timeoutMs ?? Infinity, this.#options.timeoutMs)
    const lookbackMs = options.lookbackMs ?? this.#options.lookbackMs
    const form = new URLSearchParams({
      ...parameters,
      timeout: `${timeoutMs}ms`,
      lookback_delta: `${lookbackMs}ms`,
    })
    const late = AbortSignal.timeout(timeoutMs)
    const signal = options.signal === undefined ? late : AbortSignal.any([late, options.signal])
    try {
      return resultOf(await this.#api.call(path, form, signal))
    } catch (error) {
      if (late.aborted) throw new QueryTimeoutError('the remote server')
      if (options.signal?.aborted === true) throw new QueryCanceledError('the remote server')
      throw engineError(error)
    }
  }
}

function engineError(error: unknown): unknown {
  if (error instanceof z.ZodError)
    return new ExecutionError(`the metrics store gave an answer that cannot be read: ${error.message}`)
  if (!(error instanceof PrometheusApiError)) return error
  switch (error.errorType) {
    case 'bad_data':
      return new ParseError(error.message.replace(/^invalid parameter "query": /, ''), { start: 0, end: 0 })
    case 'timeout':
      return new QueryTimeoutError('the remote server')
    case 'canceled':
      return new QueryCanceledError('the remote server')
    default:
      return new ExecutionError(error.message)
  }
}

function resultOf({ data, warnings, infos }: ApiAnswer): QueryResult {
  return { value: valueFrom(queryData.parse(data)), warnings, infos, stats: NO_STATS }
}

function valueFrom(data: z.output<typeof queryData>): QueryValue {
  switch (data.resultType) {
    case 'scalar':
      return { type: 'scalar', timestampMs: toMs(data.result[0]), value: valueOf(data.result[1]) }
    case 'string':
      return { type: 'string', timestampMs: toMs(data.result[0]), value: data.result[1] }
    case 'vector':
      return {
        type: 'vector',
        samples: data.result.flatMap(({ metric, value }): InstantSample[] =>
          value === undefined
            ? []
            : [{ labels: Labels.from(metric), timestampMs: toMs(value[0]), value: valueOf(value[1]), histogram: null }],
        ),
      }
    case 'matrix':
      return {
        type: 'matrix',
        series: data.result.map(
          ({ metric, values = [] }): RangeSeries => ({
            labels: Labels.from(metric),
            timestampsMs: Float64Array.from(values, ([seconds]) => toMs(seconds)),
            values: Float64Array.from(values, ([, text]) => valueOf(text)),
            histograms: null,
          }),
        ),
      }
  }
}

function toMs(seconds: number): number {
  return Math.round(seconds * 1000)
}
