import { Labels } from '../../model/labels.ts'
import { type SampleBatch, SampleBatchBuilder } from '../../model/sample.ts'
import type { Exemplar, MetricMetadata, MetricType } from '../../model/series.ts'
import { textOf } from '../json-value.ts'
import { type OtlpConfig, otlpConfig } from './config.ts'
import { CumulativeState } from './cumulative-state.ts'
import { Rejections } from './decoded.ts'
import { classicBuckets, gridCounts } from './exponential-buckets.ts'
import { type NamedMetric, seriesName, unitName } from './metric-name.ts'
import type {
  ExponentialPoint,
  HistogramPoint,
  NumberPoint,
  OtlpExemplar,
  OtlpMetric,
  OtlpMetricData,
  OtlpPoint,
  SummaryPoint,
} from './otlp-metric.ts'
import type { OtlpResource } from './otlp-span.ts'
import { type Family, SeriesLabels } from './series-labels.ts'

export interface TranslatedMetrics {
  readonly batch: SampleBatch
  readonly metadata: readonly MetricMetadata[]
  readonly exemplars: readonly Exemplar[]
  /** Data points that cannot become samples, for `partialSuccess`. */
  readonly rejected: number
  readonly errorMessage: string
}

/**
 * Turns OTLP metrics into samples as Prometheus's OTLP receiver does: names with unit and type as suffixes, the resource as
 * `job`, `instance` and `target_info`, sums and histograms of delta temporality added up, exponential histograms as classic ones.
 * Holds what delta temporality needs to know between batches; use one for the whole process.
 */
export class MetricTranslator {
  readonly #state = new CumulativeState()
  #config: OtlpConfig

  constructor(config: OtlpConfig = otlpConfig.parse(undefined)) {
    this.#config = config
  }

  /** Holds from the next batch on; what deltas have added up to stays. */
  configure(config: OtlpConfig): void {
    this.#config = config
  }

  translate(metrics: readonly OtlpMetric[]): TranslatedMetrics {
    const batch = new MetricBatch(this.#state, this.#config)
    for (const metric of metrics) batch.take(metric)
    return batch.finish()
  }
}

class MetricBatch {
  readonly #state: CumulativeState
  readonly #config: OtlpConfig
  readonly #labels: SeriesLabels
  readonly #samples = new SampleBatchBuilder()
  readonly #metadata = new Map<string, MetricMetadata>()
  readonly #exemplars: Exemplar[] = []
  readonly #rejections = new Rejections()
  /** The newest time of each resource, at which its `target_info` is written. */
  readonly #resources = new Map<OtlpResource, number>()

  constructor(state: CumulativeState, config: OtlpConfig) {
    this.#state = state
    this.#config = config
    this.#labels = new SeriesLabels(config)
  }

  take(metric: OtlpMetric): void {
    const { data } = metric
    const reason = reasonToReject(metric)
    if (reason !== undefined) {
      this.#rejections.add(`metric ${JSON.stringify(metric.name)}: ${reason}`, pointCount(data))
      return
    }
    const name = seriesName(namedOf(metric), this.#config.translation_strategy)
    const family = this.#labels.familyOf(name, metric.resource, metric.scope)
    this.#describe(metric, family.name)
    switch (data.kind) {
      case 'none':
        return
      case 'gauge':
        for (const point of data.points) this.#add(metric, point, family, point.value)
        return
      case 'sum':
        for (const point of data.points) this.#takeSum(metric, point, family, data.temporality === 'delta')
        return
      case 'histogram':
        for (const point of data.points) this.#takeHistogram(metric, point, family, data.temporality === 'delta')
        return
      case 'exponential':
        for (const point of data.points) this.#takeExponential(metric, point, family, data.temporality === 'delta')
        return
      case 'summary':
        for (const point of data.points) this.#takeSummary(metric, point, family)
        return
    }
  }

  finish(): TranslatedMetrics {
    for (const [resource, timeMs] of this.#resources) this.#addTargetInfo(resource, timeMs)
    return {
      batch: this.#samples.build(),
      metadata: [...this.#metadata.values()],
      exemplars: this.#exemplars,
      rejected: this.#rejections.count,
      errorMessage: this.#rejections.message,
    }
  }

  #takeSum(metric: OtlpMetric, point: NumberPoint, family: Family, isDelta: boolean): void {
    const labels = this.#labels.of(family, point.attributes)
    const values = this.#cumulative(metric, labels, point, [point.value], isDelta)
    const [value] = values ?? []
    if (value === undefined) return
    this.#add(metric, point, family, value)
    for (const exemplar of point.exemplars) this.#exemplars.push(this.#exemplar(labels, exemplar))
  }

  #takeHistogram(metric: OtlpMetric, point: HistogramPoint, family: Family, isDelta: boolean): void {
    const { bounds, bucketCounts } = point
    if (bucketCounts.length > 0 && bucketCounts.length !== bounds.length + 1) {
      const found = `${bucketCounts.length} bucket counts for ${bounds.length} bounds`
      this.#rejections.add(`metric ${JSON.stringify(metric.name)}: ${found}, expected one more count than bounds`)
      return
    }
    const key = this.#labels.of(family, point.attributes).with({ bounds: bounds.join(',') })
    const totals = this.#cumulative(metric, key, point, [point.count, point.sum, ...bucketCounts], isDelta)
    if (totals === undefined) return
    const [count = 0, sum = NaN, ...counts] = totals
    this.#addHistogram(metric, { ...point, count, sum, bucketCounts: counts }, family)
  }

  /** Deltas are added up on the grid, because the range of an exponential histogram differs from point to point. */
  #takeExponential(metric: OtlpMetric, point: ExponentialPoint, family: Family, isDelta: boolean): void {
    const { scale, below, counts } = gridCounts(point)
    const key = this.#labels.of(family, point.attributes).with({ scale: String(scale) })
    const totals = this.#cumulative(metric, key, point, [point.count, point.sum, below, ...counts], isDelta)
    if (totals === undefined) return
    const [count = 0, sum = NaN, belowAll = 0, ...all] = totals
    const buckets = classicBuckets({ scale, below: belowAll, counts: all })
    this.#addHistogram(metric, { ...point, count, sum, ...buckets }, family)
  }

  #addHistogram(metric: OtlpMetric, point: HistogramPoint, family: Family): void {
    let below = 0
    point.bounds.forEach((bound, i) => {
      below += point.bucketCounts[i] ?? 0
      this.#add(metric, point, withSuffix(family, '_bucket'), below, { le: numberText(bound) })
    })
    this.#add(metric, point, withSuffix(family, '_bucket'), point.count, { le: '+Inf' })
    this.#add(metric, point, withSuffix(family, '_count'), point.count)
    if (!Number.isNaN(point.sum)) this.#add(metric, point, withSuffix(family, '_sum'), point.sum)
    for (const exemplar of point.exemplars) this.#exemplars.push(this.#bucketExemplar(family, point, exemplar))
  }

  #takeSummary(metric: OtlpMetric, point: SummaryPoint, family: Family): void {
    for (const { quantile, value } of point.quantiles) {
      this.#add(metric, point, family, value, { quantile: numberText(quantile) })
    }
    this.#add(metric, point, withSuffix(family, '_count'), point.count)
    this.#add(metric, point, withSuffix(family, '_sum'), point.sum)
  }

  /** The values as they stand since the start; undefined when a delta point came out of order or there is no room for its state. */
  #cumulative(
    metric: OtlpMetric,
    labels: Labels,
    point: OtlpPoint,
    values: number[],
    isDelta: boolean,
  ): readonly number[] | undefined {
    if (!isDelta || point.noValue) return values
    const added = this.#state.add(labels.key, point, values)
    if (typeof added !== 'string') return added
    this.#rejections.add(`metric ${JSON.stringify(metric.name)}: ${added}`)
    return undefined
  }

  #add(
    metric: OtlpMetric,
    point: OtlpPoint,
    family: Family,
    value: number,
    extra?: Readonly<Record<string, string>>,
  ): void {
    const timeMs = Math.floor(point.timeMs)
    const labels = this.#labels.of(family, point.attributes, extra)
    if (point.noValue) this.#samples.addStale(labels, timeMs)
    else this.#samples.add(labels, timeMs, value)
    this.#resources.set(metric.resource, Math.max(timeMs, this.#resources.get(metric.resource) ?? 0))
  }

  #describe(metric: OtlpMetric, name: string): void {
    const unit = unitName(metric.unit)
    this.#metadata.set(name, { name, type: typeOf(metric.data), help: metric.description, unit })
  }

  #addTargetInfo(resource: OtlpResource, timeMs: number): void {
    const labels = this.#labels.targetInfo(resource)
    if (labels === undefined) return
    this.#metadata.set('target_info', { name: 'target_info', type: 'gauge', help: 'Target metadata', unit: '' })
    this.#samples.add(labels, timeMs, 1)
  }

  #exemplar(seriesLabels: Labels, exemplar: OtlpExemplar): Exemplar {
    const labels: Record<string, string> = {}
    for (const [name, value] of Object.entries(exemplar.attributes))
      labels[this.#labels.labelName(name)] = textOf(value)
    if (exemplar.traceId !== '') labels['trace_id'] = exemplar.traceId
    if (exemplar.spanId !== '') labels['span_id'] = exemplar.spanId
    return {
      seriesLabels,
      labels: Labels.from(labels),
      value: exemplar.value,
      timestampMs: Math.floor(exemplar.timeMs),
    }
  }

  /** An exemplar belongs to the bucket that its value fell into. */
  #bucketExemplar(family: Family, point: HistogramPoint, exemplar: OtlpExemplar): Exemplar {
    const bound = point.bounds.find((candidate) => exemplar.value <= candidate) ?? Infinity
    const bucket = withSuffix(family, '_bucket')
    return this.#exemplar(this.#labels.of(bucket, point.attributes, { le: numberText(bound) }), exemplar)
  }
}

function reasonToReject(metric: OtlpMetric): string | undefined {
  if (metric.name === '') return 'it has no name'
  const { data } = metric
  if (data.kind === 'none') return 'it has no data of a known kind'
  if ('temporality' in data && data.temporality === 'unspecified') {
    return 'its aggregation_temporality is not given, expected delta or cumulative'
  }
  const timeless = data.points.find((point: OtlpPoint) => point.timeMs === 0)
  return timeless === undefined ? undefined : 'a data point has no time_unix_nano'
}

function pointCount(data: OtlpMetricData): number {
  return data.kind === 'none' ? 1 : Math.max(1, data.points.length)
}

function namedOf({ name, unit, data }: OtlpMetric): NamedMetric {
  if (data.kind === 'sum' && data.monotonic) return { name, unit, kind: 'counter' }
  return { name, unit, kind: data.kind === 'gauge' ? 'gauge' : 'other' }
}

function typeOf(data: OtlpMetricData): MetricType {
  switch (data.kind) {
    case 'gauge':
      return 'gauge'
    case 'sum':
      return data.monotonic ? 'counter' : 'gauge'
    case 'histogram':
    case 'exponential':
      return 'histogram'
    case 'summary':
      return 'summary'
    case 'none':
      return 'unknown'
  }
}

function withSuffix(family: Family, suffix: string): Family {
  return { ...family, name: family.name + suffix }
}

/** As Prometheus writes bounds: `0.5`, `1`, `+Inf`. */
function numberText(value: number): string {
  if (Number.isFinite(value)) return String(value)
  return value > 0 ? '+Inf' : '-Inf'
}
