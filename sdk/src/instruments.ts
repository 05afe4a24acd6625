import { Counter, Gauge, Histogram, type Metric, type OpenMetricsContentType, Registry, Summary } from 'prom-client'

export interface InstrumentOptions<L extends string = string> {
  /** A name as Prometheus has it: letters, digits and `_`. */
  readonly name: string
  readonly help: string
  readonly labels?: readonly L[] | undefined
}

/**
 * The instruments of an application. Asking twice for the same one gives the same; asking for another kind or other labels under
 * a name that is taken throws, since one of the two would be lost.
 */
export class Instruments {
  // The two formats differ in how counters are named, and a registry of prom-client knows one of them.
  readonly #text = new Registry()
  readonly #openMetrics = new Registry<OpenMetricsContentType>()
  readonly #known = new Map<string, { readonly instrument: unknown; readonly shape: string }>()

  constructor() {
    this.#openMetrics.setContentType(Registry.OPENMETRICS_CONTENT_TYPE)
  }

  counter<L extends string = never>(options: InstrumentOptions<L>): Counter<L> {
    return this.#once('counter', options, Counter<L>, (configuration) => new Counter<L>(configuration))
  }

  gauge<L extends string = never>(options: InstrumentOptions<L>): Gauge<L> {
    return this.#once('gauge', options, Gauge<L>, (configuration) => new Gauge<L>(configuration))
  }

  /** `buckets` are upper bounds, rising, without +Inf. */
  histogram<L extends string = never>(
    options: InstrumentOptions<L> & { readonly buckets: readonly number[] },
  ): Histogram<L> {
    const buckets = [...options.buckets]
    return this.#once('histogram', options, Histogram<L>, (given) => new Histogram<L>({ ...given, buckets }))
  }

  /** `quantiles` between 0 and 1, over the last `maxAgeSeconds` (10 minutes). */
  summary<L extends string = never>(
    options: InstrumentOptions<L> & {
      readonly quantiles?: readonly number[] | undefined
      readonly maxAgeSeconds?: number | undefined
    },
  ): Summary<L> {
    const percentiles = [...(options.quantiles ?? [0.5, 0.9, 0.95, 0.99])]
    const maxAgeSeconds = options.maxAgeSeconds ?? 600
    return this.#once(
      'summary',
      options,
      Summary<L>,
      (given) => new Summary<L>({ ...given, percentiles, maxAgeSeconds, ageBuckets: 5 }),
    )
  }

  /** The answer to `GET /metrics`, in the text format of Prometheus or in OpenMetrics. */
  metricsText(openMetrics = false): Promise<string> {
    return (openMetrics ? this.#openMetrics : this.#text).metrics()
  }

  /** The `content-type` of `metricsText`. */
  contentType(openMetrics = false): string {
    return (openMetrics ? this.#openMetrics : this.#text).contentType
  }

  #once<L extends string, T extends Metric<L>>(
    kind: string,
    { name, help, labels = [] }: InstrumentOptions<L>,
    type: abstract new (...args: never[]) => T,
    create: (configuration: Configuration<L>) => T,
  ): T {
    const shape = `${kind}{${labels.join(',')}}`
    const known = this.#known.get(name)
    if (known !== undefined) {
      if (known.shape === shape && known.instrument instanceof type) return known.instrument
      throw new Error(`instrument ${name}: found ${shape}, but it exists as ${known.shape}`)
    }
    const instrument = create({ name, help, labelNames: [...labels], registers: [this.#text] })
    // A view of its own: a registry of OpenMetrics renames the counters that it writes, for all who hold them.
    const view: T = Object.create(instrument)
    this.#openMetrics.registerMetric(view)
    this.#known.set(name, { instrument, shape })
    return instrument
  }
}

interface Configuration<L extends string> {
  readonly name: string
  readonly help: string
  readonly labelNames: L[]
  readonly registers: Registry[]
}

/** A set of instruments of its own, with its own `/metrics`. */
export function createInstruments(): Instruments {
  return new Instruments()
}
