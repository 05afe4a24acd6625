import { Labels, METRIC_NAME } from '../model/labels.ts'
import type { MetricMetadata, MetricType } from '../model/series.ts'

/** Series that one instrument may have before further label values are counted together as "other". */
const DEFAULT_MAX_SERIES = 1_000

/** The label value under which everything beyond the limit is counted. */
export const OTHER = 'other'

export interface InstrumentOptions<L extends string = string> {
  readonly name: string
  readonly help: string
  readonly unit?: string
  readonly labelNames?: readonly L[]
  readonly maxSeries?: number
}

export interface HistogramOptions<L extends string = string> extends InstrumentOptions<L> {
  /** Upper bounds in ascending order, without +Inf. */
  readonly buckets: readonly number[]
}

/** One metric family as it stands now. `labels` include the metric name. */
export interface MetricSnapshot {
  readonly metadata: MetricMetadata
  readonly samples: ReadonlyArray<{ readonly labels: Labels; readonly value: number }>
}

type LabelValues<L extends string> = Readonly<Record<L, string>>

interface Instrument {
  snapshot(): MetricSnapshot
}

/** All instruments of the process that observe itself and the requests that pass through it. */
export class InstrumentRegistry {
  readonly #instruments = new Map<string, Instrument>()

  counter<L extends string = never>(options: InstrumentOptions<L>): Counter<L> {
    return this.#register(options.name, new Counter(options))
  }

  gauge<L extends string = never>(options: InstrumentOptions<L>): Gauge<L> {
    return this.#register(options.name, new Gauge(options))
  }

  histogram<L extends string = never>(options: HistogramOptions<L>): Histogram<L> {
    return this.#register(options.name, new Histogram(options))
  }

  snapshot(): MetricSnapshot[] {
    return [...this.#instruments.values()].map((instrument) => instrument.snapshot())
  }

  #register<T extends Instrument>(name: string, instrument: T): T {
    if (this.#instruments.has(name)) throw new Error(`instrument ${name} is registered twice`)
    this.#instruments.set(name, instrument)
    return instrument
  }
}

/** Between the label values of a series. */
const SEPARATOR = '\xff'

/** The children of an instrument by label values, bounded: beyond the limit all share one child labelled "other". */
class Children<L extends string, C> {
  readonly #labelNames: readonly L[]
  readonly #maxSeries: number
  readonly #create: (labels: Readonly<Record<string, string>>) => C
  readonly #children = new Map<string, C>()

  constructor(options: InstrumentOptions<L>, create: (labels: Readonly<Record<string, string>>) => C) {
    this.#labelNames = options.labelNames ?? []
    this.#maxSeries = options.maxSeries ?? DEFAULT_MAX_SERIES
    this.#create = create
    // Without labels the only series exists from the beginning, so that a counter starts at a visible 0.
    if (this.#labelNames.length === 0) this.#add([])
  }

  get(labels: LabelValues<L>): C {
    const known = this.#children.get(this.#keyOf(labels))
    if (known !== undefined) return known
    const values = this.#labelNames.map((name) => labels[name])
    return this.#add(this.#children.size < this.#maxSeries ? values : values.map(() => OTHER))
  }

  all(): C[] {
    return [...this.#children.values()]
  }

  clear(): void {
    this.#children.clear()
  }

  /** As `#add` joins them, without a list for each of the many times that something is counted. */
  #keyOf(labels: LabelValues<L>): string {
    let key: string | undefined
    for (const name of this.#labelNames) key = key === undefined ? labels[name] : key + SEPARATOR + labels[name]
    return key ?? ''
  }

  #add(values: readonly string[]): C {
    const key = values.join(SEPARATOR)
    const known = this.#children.get(key)
    if (known !== undefined) return known
    const child = this.#create(Object.fromEntries(this.#labelNames.map((name, i) => [name, values[i] ?? ''])))
    this.#children.set(key, child)
    return child
  }
}

/** A series of a counter or gauge. It keeps its label set, which is asked for with every scrape. */
interface NumberChild {
  readonly labels: Labels
  value: number
}

abstract class NumberInstrument<L extends string> implements Instrument {
  protected readonly children: Children<L, NumberChild>
  readonly #options: InstrumentOptions<L>
  readonly #type: MetricType

  constructor(options: InstrumentOptions<L>, type: MetricType) {
    this.#options = options
    this.#type = type
    this.children = new Children(options, (labels) => ({ labels: named(options.name, labels), value: 0 }))
  }

  snapshot(): MetricSnapshot {
    const samples = this.children.all().map(({ labels, value }) => ({ labels, value }))
    return { metadata: metadataOf(this.#options, this.#type), samples }
  }
}

/** A number that only grows. Its name ends in `_total`. */
export class Counter<L extends string = never> extends NumberInstrument<L> {
  constructor(options: InstrumentOptions<L>) {
    super(options, 'counter')
  }

  add(labels: LabelValues<L>, amount = 1): void {
    if (amount < 0) throw new Error(`a counter cannot fall: got ${amount}`)
    this.children.get(labels).value += amount
  }

  /** One series by itself, started at 0: who counts often keeps it and saves the search for it. */
  series(labels: LabelValues<L>): { add(amount?: number): void } {
    const child = this.children.get(labels)
    return {
      add: (amount = 1) => {
        if (amount < 0) throw new Error(`a counter cannot fall: got ${amount}`)
        child.value += amount
      },
    }
  }
}

/** A number that goes up and down. */
export class Gauge<L extends string = never> extends NumberInstrument<L> {
  constructor(options: InstrumentOptions<L>) {
    super(options, 'gauge')
  }

  set(labels: LabelValues<L>, value: number): void {
    this.children.get(labels).value = value
  }

  add(labels: LabelValues<L>, amount: number): void {
    this.children.get(labels).value += amount
  }

  /** Forgets all series, for gauges that are set anew as a whole. */
  clear(): void {
    this.children.clear()
  }
}

/** A histogram of one combination of label values, with the label sets of its series: one for each bucket, +Inf the last. */
interface HistogramChild {
  readonly buckets: readonly Labels[]
  readonly sumLabels: Labels
  readonly countLabels: Labels
  readonly counts: Float64Array
  sum: number
}

/** Counts observations in cumulative buckets; each observation counts once, and `le="+Inf"` equals `_count`. */
export class Histogram<L extends string = never> implements Instrument {
  readonly #options: HistogramOptions<L>
  readonly #children: Children<L, HistogramChild>

  constructor(options: HistogramOptions<L>) {
    this.#options = options
    this.#children = new Children(options, (labels) => histogramChild(options, labels))
  }

  observe(labels: LabelValues<L>, value: number): void {
    this.#count(this.#children.get(labels), value)
  }

  /** One series by itself: who observes often keeps it and saves the search for it. */
  series(labels: LabelValues<L>): { observe(value: number): void } {
    const child = this.#children.get(labels)
    return { observe: (value) => this.#count(child, value) }
  }

  #count(child: HistogramChild, value: number): void {
    const found = this.#options.buckets.findIndex((bound) => value <= bound)
    const bucket = found === -1 ? this.#options.buckets.length : found
    child.counts[bucket] = (child.counts[bucket] ?? 0) + 1
    child.sum += value
  }

  snapshot(): MetricSnapshot {
    const samples: { labels: Labels; value: number }[] = []
    for (const { buckets, sumLabels, countLabels, counts, sum } of this.#children.all()) {
      let cumulative = 0
      buckets.forEach((labels, i) => {
        cumulative += counts[i] ?? 0
        samples.push({ labels, value: cumulative })
      })
      samples.push({ labels: sumLabels, value: sum }, { labels: countLabels, value: cumulative })
    }
    return { metadata: metadataOf(this.#options, 'histogram'), samples }
  }
}

function histogramChild({ name, buckets }: HistogramOptions, labels: Readonly<Record<string, string>>): HistogramChild {
  return {
    buckets: [...buckets.map(String), '+Inf'].map((le) => named(`${name}_bucket`, { ...labels, le })),
    sumLabels: named(`${name}_sum`, labels),
    countLabels: named(`${name}_count`, labels),
    counts: new Float64Array(buckets.length + 1),
    sum: 0,
  }
}

function named(name: string, labels: Readonly<Record<string, string>>): Labels {
  return Labels.from({ ...labels, [METRIC_NAME]: name })
}

function metadataOf(options: InstrumentOptions, type: MetricType): MetricMetadata {
  return { name: options.name, type, help: options.help, unit: options.unit ?? '' }
}
