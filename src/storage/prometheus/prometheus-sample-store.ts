import { compareText, Labels, METRIC_NAME } from '../../model/labels.ts'
import { Matcher } from '../../model/matcher.ts'
import type { SampleBatch } from '../../model/sample.ts'
import type { Exemplar, MetricMetadata, MetricType, Series } from '../../model/series.ts'
import type { Counter, InstrumentRegistry } from '../../telemetry/instruments.ts'
import type { Clock } from '../../util/clock.ts'
import type { Cancellation, Cardinality, SampleStore, SelectHints, TimeRange } from '../sample-store.ts'
import { exemplars, labelSets, metadata, queryData, texts, tsdbStatus, valueOf } from './answers.ts'
import { encodeWriteRequest } from './encode-write-request.ts'
import type { PrometheusApi } from './prometheus-api.ts'

const SERIES_PER_BLOCK = 500
const DAY_MS = 86_400_000
/** Further apart than this no two samples lie; servers refuse ranges without a bound. */
const MAX_RANGE_MS = 10 * 365 * DAY_MS
const EVERY_SERIES = new Matcher(METRIC_NAME, '!=', '')
const LEGACY_NAME = /^[a-zA-Z_][a-zA-Z0-9_]*$/
const TYPES: ReadonlySet<string> = new Set<MetricType>([
  'counter',
  'gauge',
  'histogram',
  'gaugehistogram',
  'summary',
  'info',
  'stateset',
])

export interface PrometheusSampleStoreOptions {
  readonly api: PrometheusApi
  readonly clock: Clock
  readonly instruments: InstrumentRegistry
}

/**
 * Samples in a Prometheus-compatible server: written by remote write, read through its query API. Series come without stale markers, which
 * that API does not give; queries go to the server as they are (see `RemoteEngine`) and so know them. Exemplars are read but not
 * written. `start` has nothing to do; `stop` closes the connections.
 */
export class PrometheusSampleStore implements SampleStore {
  readonly #api: PrometheusApi
  readonly #clock: Clock
  readonly #unsentExemplars: Counter

  constructor({ api, clock, instruments }: PrometheusSampleStoreOptions) {
    this.#api = api
    this.#clock = clock
    this.#unsentExemplars = instruments.counter({
      name: 'tetrascope_prometheus_store_unsent_exemplars_total',
      help: 'Exemplars that were not stored because the metrics store is a Prometheus-compatible server.',
    })
  }

  async start(): Promise<void> {
    return Promise.resolve()
  }

  stop(): void {
    void this.#api.close()
  }

  async write(batch: SampleBatch): Promise<void> {
    if (batch.values.length > 0) await this.#api.write(encodeWriteRequest(batch))
  }

  async writeMetadata(families: readonly MetricMetadata[]): Promise<void> {
    const nothing = { labels: [], series: new Uint32Array(0), timestampsMs: new Float64Array(0) }
    const batch = { ...nothing, values: new Float64Array(0), stale: new Uint8Array(0), histograms: new Map() }
    if (families.length > 0) await this.#api.write(encodeWriteRequest(batch, families))
  }

  async writeExemplars(found: readonly Exemplar[]): Promise<void> {
    this.#unsentExemplars.add({}, found.length)
    return Promise.resolve()
  }

  async *select(
    matchers: readonly Matcher[],
    range: TimeRange,
    _hints: SelectHints,
    cancellation?: Cancellation,
  ): AsyncGenerator<readonly Series[], void, undefined> {
    const { minMs, maxMs } = this.#bounded(range)
    if (maxMs < minMs) return
    // One more millisecond, because the window's left end is open since Prometheus 3 and closed before; what is too old is cut off.
    const query = `${selectorText(matchers)}[${maxMs - minMs + 1}ms]`
    const form = new URLSearchParams({ query, time: String(maxMs / 1000) })
    const data = queryData.parse((await this.#api.call('query', form, cancellation?.signal)).data)
    if (data.resultType !== 'matrix') return
    for (let from = 0; from < data.result.length; from += SERIES_PER_BLOCK) {
      yield data.result
        .slice(from, from + SERIES_PER_BLOCK)
        .map(({ metric, values = [] }) => seriesOf(metric, values, minMs))
        .filter(({ values }) => values.length > 0)
    }
  }

  async series(selectors: ReadonlyArray<readonly Matcher[]>, range: TimeRange): Promise<Labels[]> {
    const wanted = selectors.length === 0 ? [[EVERY_SERIES]] : selectors
    const { data } = await this.#api.call('series', this.#form(wanted, range))
    return labelSets.parse(data).map((set) => Labels.from(set))
  }

  async labelNames(selectors: ReadonlyArray<readonly Matcher[]>, range: TimeRange): Promise<string[]> {
    return texts.parse((await this.#api.call('labels', this.#form(selectors, range))).data).sort(compareText)
  }

  async labelValues(name: string, selectors: ReadonlyArray<readonly Matcher[]>, range: TimeRange): Promise<string[]> {
    const path = `label/${encodeURIComponent(name)}/values`
    const { data } = await this.#api.call(path, this.#form(selectors, range), undefined, 'GET')
    return texts.parse(data).sort(compareText)
  }

  async metadata(): Promise<MetricMetadata[]> {
    const { data } = await this.#api.call('metadata', new URLSearchParams(), undefined, 'GET')
    return Object.entries(metadata.parse(data)).flatMap(([name, [first]]) =>
      first === undefined ? [] : [{ name, type: typeOf(first.type), help: first.help, unit: first.unit }],
    )
  }

  async exemplars(selectors: ReadonlyArray<readonly Matcher[]>, range: TimeRange): Promise<Exemplar[]> {
    const found: Exemplar[] = []
    for (const matchers of selectors) {
      const form = this.#form([], range)
      form.set('query', selectorText(matchers))
      for (const { seriesLabels, exemplars: list } of exemplars.parse(
        (await this.#api.call('query_exemplars', form)).data,
      )) {
        const series = Labels.from(seriesLabels)
        for (const { labels, value, timestamp } of list) {
          found.push({
            seriesLabels: series,
            labels: Labels.from(labels),
            value,
            timestampMs: Math.round(timestamp * 1000),
          })
        }
      }
    }
    return found
  }

  async cardinality(limit: number): Promise<Cardinality> {
    const form = new URLSearchParams({ limit: String(limit) })
    const status = tsdbStatus.parse((await this.#api.call('status/tsdb', form, undefined, 'GET')).data)
    const pairs = (list: ReadonlyArray<{ name: string; value: number }>): Array<readonly [string, number]> =>
      list.slice(0, limit).map(({ name, value }) => [name, value])
    return {
      seriesCount: status.headStats?.numSeries ?? status.totalSeries ?? 0,
      labelPairCount: status.headStats?.numLabelPairs ?? 0,
      chunkCount: status.headStats?.chunkCount ?? 0,
      minTimeMs: status.headStats?.minTime,
      maxTimeMs: status.headStats?.maxTime,
      seriesCountByMetricName: pairs(status.seriesCountByMetricName),
      labelValueCountByLabelName: pairs(status.labelValueCountByLabelName),
      sizeBytesByLabelName: pairs(status.memoryInBytesByLabelName),
      seriesCountByLabelPair: pairs(status.seriesCountByLabelValuePair),
    }
  }

  async deleteSamples(selectors: ReadonlyArray<readonly Matcher[]>, range: TimeRange): Promise<void> {
    await this.#api.call('admin/tsdb/delete_series', this.#form(selectors, range))
  }

  #form(selectors: ReadonlyArray<readonly Matcher[]>, range: TimeRange): URLSearchParams {
    const { minMs, maxMs } = this.#bounded(range)
    const form = new URLSearchParams({ start: String(minMs / 1000), end: String(maxMs / 1000) })
    for (const matchers of selectors) form.append('match[]', selectorText(matchers))
    return form
  }

  #bounded({ minMs, maxMs }: TimeRange): TimeRange {
    const newestMs = Math.min(maxMs, this.#clock.now() + DAY_MS)
    return { minMs: Math.max(minMs, newestMs - MAX_RANGE_MS, 0), maxMs: newestMs }
  }
}

/** `{__name__="up",job=~"a|b"}`; names that are no legacy names in quotes. */
export function selectorText(matchers: readonly Matcher[]): string {
  const parts = matchers.map(({ name, type, value }) => {
    return `${LEGACY_NAME.test(name) ? name : JSON.stringify(name)}${type}${JSON.stringify(value)}`
  })
  return `{${parts.join(',')}}`
}

function seriesOf(
  metric: Readonly<Record<string, string>>,
  values: ReadonlyArray<readonly [seconds: number, value: string]>,
  minMs: number,
): Series {
  const timesMs = values.map(([seconds]) => Math.round(seconds * 1000))
  const first = timesMs.findIndex((timeMs) => timeMs >= minMs)
  const from = first === -1 ? values.length : first
  return {
    labels: Labels.from(metric),
    timestampsMs: Float64Array.from(timesMs.slice(from)),
    values: Float64Array.from(values.slice(from), ([, text]) => valueOf(text)),
    stale: null,
    histograms: null,
  }
}

function typeOf(text: string): MetricType {
  return TYPES.has(text) ? (text as MetricType) : 'unknown'
}
