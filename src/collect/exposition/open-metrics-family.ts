import type { MetricType } from '../../model/series.ts'
import { LineError } from './exposition-error.ts'
import { HistogramPoint } from './open-metrics-histogram.ts'
import type { OpenMetricsSample } from './open-metrics-line.ts'

/** The suffixes of a type's samples; '' is the bare name of the family. */
const SUFFIXES: Readonly<Record<MetricType, readonly string[]>> = {
  counter: ['_total', '_created'],
  gauge: [''],
  histogram: ['_bucket', '_count', '_sum', '_created'],
  gaugehistogram: ['_bucket', '_gcount', '_gsum'],
  summary: ['', '_count', '_sum', '_created'],
  info: ['_info'],
  stateset: [''],
  unknown: [''],
}

/** Suffixes whose values count something: never NaN. */
const COUNTING = new Set(['_total', '_sum', '_count', '_bucket', '_gcount', '_gsum'])
/** Of these, the ones that cannot be negative. */
const NOT_NEGATIVE = new Set(['_total', '_sum', '_count', '_bucket', '_gcount'])
const WHOLE = new Set(['_count', '_gcount', '_bucket'])

/** One metric of a family: the samples that share all labels but `le`, `quantile` or the state. */
interface Metric {
  readonly key: string
  readonly hasTimestamps: boolean
  timestamp: number | undefined
  /** Latest time of each series, undefined for one without. */
  readonly series: Map<string, number | undefined>
  hasTotal: boolean
}

/** One metric family while its lines pass: the rules between lines of the specification of OpenMetrics 1.0. Methods throw `LineError`. */
export class OpenMetricsFamily {
  readonly name: string
  #type: MetricType | undefined
  #unit: string | undefined
  #hasHelp = false
  #metric: Metric | undefined
  #point: HistogramPoint | undefined
  readonly #endedMetrics = new Set<string>()

  constructor(name: string) {
    this.name = name
  }

  get type(): MetricType {
    return this.#type ?? 'unknown'
  }

  /** Every name that this family takes for itself. */
  get names(): string[] {
    return [...new Set([this.name, ...SUFFIXES[this.type].map((suffix) => this.name + suffix)])]
  }

  setType(type: MetricType): void {
    this.#checkBeforeSamples('TYPE', this.#type !== undefined)
    this.#type = type
  }

  setHelp(): void {
    this.#checkBeforeSamples('HELP', this.#hasHelp)
    this.#hasHelp = true
  }

  setUnit(unit: string): void {
    this.#checkBeforeSamples('UNIT', this.#unit !== undefined)
    this.#unit = unit
  }

  /** Whether a sample of this name belongs to the family. */
  owns(sampleName: string): boolean {
    return SUFFIXES[this.type].some((suffix) => sampleName === this.name + suffix)
  }

  add(sample: OpenMetricsSample): void {
    const suffix = sample.name.slice(this.name.length)
    this.#checkLabels(sample, suffix)
    this.#checkValue(sample, suffix)
    if (sample.exemplar !== undefined && !this.#mayHaveExemplar(suffix)) {
      throw new LineError('only buckets of histograms and totals of counters may have exemplars')
    }
    this.#enterMetric(sample, suffix)
    if (this.type === 'histogram' || this.type === 'gaugehistogram') this.#addToPoint(sample, suffix)
  }

  /** Checks what can only be seen when the family is complete. */
  finish(): void {
    this.#endMetric()
    if (this.#unit === undefined || this.#unit === '') return
    if (!this.name.endsWith(`_${this.#unit}`)) {
      throw new LineError(`the name ${this.name} does not end with its unit, _${this.#unit}`)
    }
    if (this.type === 'info' || this.type === 'stateset')
      throw new LineError(`a family of type ${this.type} has no unit`)
  }

  #checkBeforeSamples(keyword: string, isRepeated: boolean): void {
    if (isRepeated) throw new LineError(`a second # ${keyword} for ${this.name}`)
    if (this.#metric !== undefined) throw new LineError(`# ${keyword} stands after samples of ${this.name}`)
  }

  #checkLabels({ labels }: OpenMetricsSample, suffix: string): void {
    if (this.type === 'stateset' && !labels.has(this.name)) {
      throw new LineError(`a sample of a stateset needs the label ${this.name}`)
    }
    if (this.type === 'summary' && suffix === '') {
      const quantile = numberOf(labels.get('quantile'))
      if (!(quantile >= 0 && quantile <= 1)) throw new LineError('a summary needs a label quantile between 0 and 1')
    }
    if (suffix === '_bucket') {
      const le = labels.get('le')
      const bound = numberOf(le)
      // Of all numbers, only infinity has one spelling that everybody must use.
      if (Number.isNaN(bound) || (bound === Infinity && le !== '+Inf')) {
        throw new LineError('a bucket needs a label le with its upper bound, the last one "+Inf"')
      }
    }
  }

  #checkValue({ value }: OpenMetricsSample, suffix: string): void {
    if (this.type === 'stateset' && value !== 0 && value !== 1) throw new LineError('a state is 0 or 1')
    if (this.type === 'info' && value !== 1) throw new LineError('an info has the value 1')
    if (this.type === 'summary' && suffix === '' && value < 0) throw new LineError('a quantile cannot be negative')
    if (COUNTING.has(suffix) && Number.isNaN(value)) throw new LineError(`${suffix} cannot be NaN`)
    if (NOT_NEGATIVE.has(suffix) && value < 0) throw new LineError(`${suffix} cannot be negative`)
    if (WHOLE.has(suffix) && !Number.isInteger(value)) throw new LineError(`${suffix} must be a whole number`)
  }

  #mayHaveExemplar(suffix: string): boolean {
    return suffix === '_bucket' || (this.type === 'counter' && suffix === '_total')
  }

  /** Metrics may not be interleaved; within one, time only goes forward. */
  #enterMetric(sample: OpenMetricsSample, suffix: string): void {
    const key = sample.labels.drop(this.#pointLabels(suffix)).key
    if (this.#metric?.key !== key) this.#beginMetric(key, sample)
    const metric = this.#metric
    if (metric === undefined) return
    const { timestamp } = sample
    if ((timestamp !== undefined) !== metric.hasTimestamps) {
      throw new LineError('some samples of a metric have a timestamp and some have none')
    }
    if (timestamp !== undefined && timestamp < (metric.timestamp ?? timestamp)) {
      throw new LineError('the timestamps of a metric go backwards')
    }
    const series = `${sample.name} ${sample.labels.key}`
    if (metric.series.has(series) && metric.series.get(series) === timestamp) {
      throw new LineError('the same sample stands here twice')
    }
    metric.timestamp = timestamp
    metric.series.set(series, timestamp)
    metric.hasTotal ||= suffix === '_total'
  }

  #beginMetric(key: string, { timestamp }: OpenMetricsSample): void {
    this.#endMetric()
    if (this.#endedMetrics.has(key)) throw new LineError('the samples of a metric are not together')
    this.#metric = { key, hasTimestamps: timestamp !== undefined, timestamp, series: new Map(), hasTotal: false }
  }

  #endMetric(): void {
    this.#point?.finish()
    this.#point = undefined
    if (this.#metric === undefined) return
    if (this.type === 'counter' && !this.#metric.hasTotal)
      throw new LineError(`a counter needs a sample ${this.name}_total`)
    this.#endedMetrics.add(this.#metric.key)
  }

  /** Labels that tell samples of one metric apart. */
  #pointLabels(suffix: string): ReadonlySet<string> {
    if (suffix === '_bucket') return new Set(['le'])
    if (this.type === 'summary' && suffix === '') return new Set(['quantile'])
    return this.type === 'stateset' ? new Set([this.name]) : new Set()
  }

  #addToPoint(sample: OpenMetricsSample, suffix: string): void {
    if (this.#point !== undefined && this.#point.timestamp !== sample.timestamp) {
      this.#point.finish()
      this.#point = undefined
    }
    this.#point ??= new HistogramPoint(sample.timestamp)
    this.#point.add(sample, suffix)
  }
}

/** NaN for what is no number. */
function numberOf(text: string): number {
  if (text === '') return NaN
  return /^[+-]?inf(inity)?$/i.test(text) ? (text.startsWith('-') ? -Infinity : Infinity) : Number(text)
}
