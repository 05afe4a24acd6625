import type { Counter, Gauge, InstrumentRegistry } from '../telemetry/instruments.ts'
import type { Comparison, EffectName, TestName } from './comparison.ts'
import type { EmbeddingDrift } from './embedding-drift.ts'

type Labels = 'feature' | 'model'

const EFFECTS: ReadonlyArray<readonly [name: EffectName, help: string]> = [
  [
    'psi',
    'Population stability index of a feature of the newest requests against the reference: < 0.1 none, 0.1-0.2 slight, > 0.2 severe',
  ],
  ['kl', 'Kullback-Leibler divergence of the newest requests from the reference, nats'],
  ['js', 'Jensen-Shannon distance of the newest requests from the reference, 0-1'],
  ['hellinger', 'Hellinger distance of the newest requests from the reference, 0-1'],
  ['tvd', 'Total variation distance of the newest requests from the reference, 0-1'],
  ['ks', 'Kolmogorov-Smirnov statistic of the newest requests against the reference, 0-1'],
  ['wasserstein', 'Wasserstein-1 distance of the newest requests from the reference, in the unit of the feature'],
  [
    'wasserstein_normed',
    'Wasserstein-1 distance of the newest requests from the reference, in standard deviations of the reference',
  ],
  ['energy', 'Energy distance of the newest requests from the reference'],
  ['cramers_v', "Cramér's V of a categorical feature between the newest requests and the reference, 0-1"],
]

/** Series for every model, feature and statistic; beyond this they are counted as "other". */
const MAX_SERIES = 5_000

/** The series that say how far requests have moved. */
export class DriftInstruments {
  readonly #effects: ReadonlyMap<EffectName, Gauge<Labels>>
  readonly #pValues: Gauge<Labels | 'test'>
  readonly #requests: Gauge<Labels | 'window'>
  readonly #embeddingPsi: Gauge<'model'>
  readonly #embeddingDistance: Gauge<'model'>
  readonly unwatched: Counter
  readonly otherLengths: Counter
  readonly failures: Counter<'step'>

  constructor(registry: InstrumentRegistry, maxModels: number) {
    const labelNames = ['feature', 'model'] as const
    this.#effects = new Map(
      EFFECTS.map(([name, help]) => [
        name,
        registry.gauge({ name: `llm_data_drift_${name}`, help, labelNames, maxSeries: MAX_SERIES }),
      ]),
    )
    this.#pValues = registry.gauge({
      name: 'llm_data_drift_p_value',
      help: 'How probable a difference at least as large is by chance. With many requests every difference is improbable: alert on effects',
      labelNames: ['feature', 'model', 'test'],
      maxSeries: MAX_SERIES,
    })
    this.#requests = registry.gauge({
      name: 'llm_data_drift_requests',
      help: 'Requests in the windows that are compared for drift',
      labelNames: ['feature', 'model', 'window'],
      maxSeries: MAX_SERIES,
    })
    this.#embeddingPsi = registry.gauge({
      name: 'llm_embedding_drift_psi',
      help: 'Mean population stability index of the projected dimensions of embeddings of the newest requests against the reference',
      labelNames: ['model'],
    })
    this.#embeddingDistance = registry.gauge({
      name: 'llm_embedding_drift_distance',
      help: 'Cosine distance of the centroid of embeddings of the newest requests from that of the reference, 0-2',
      labelNames: ['model'],
    })
    this.otherLengths = registry.counter({
      name: 'tetrascope_drift_embeddings_left_out_total',
      help: 'Embeddings of another length than the others of their model, which are not compared',
    })
    this.unwatched = registry.counter({
      name: 'tetrascope_drift_requests_unwatched_total',
      help: `Requests of models beyond the first ${maxModels}, which are not watched for drift`,
    })
    this.failures = registry.counter({
      name: 'tetrascope_drift_failures_total',
      help: 'Times that a reference could not be read or the windows could not be saved',
      labelNames: ['step'],
    })
    for (const step of ['load', 'reference', 'save'] as const) this.failures.add({ step }, 0)
  }

  /** Before all comparisons of one round: what is not compared any more has no value. */
  clear(): void {
    for (const gauge of [...this.#effects.values(), this.#pValues, this.#requests]) gauge.clear()
    for (const gauge of [this.#embeddingPsi, this.#embeddingDistance]) gauge.clear()
  }

  counted(labels: Readonly<Record<Labels, string>>, reference: number, current: number): void {
    this.#requests.set({ ...labels, window: 'reference' }, reference)
    this.#requests.set({ ...labels, window: 'current' }, current)
  }

  embedded({ model, referenceCount, currentCount, comparison }: EmbeddingDrift): void {
    this.counted({ model, feature: 'embedding' }, referenceCount, currentCount)
    if (comparison === undefined) return
    this.#embeddingPsi.set({ model }, comparison.psi)
    if (comparison.distance !== undefined) this.#embeddingDistance.set({ model }, comparison.distance)
  }

  compared(labels: Readonly<Record<Labels, string>>, { effects, tests }: Comparison): void {
    for (const [name, gauge] of this.#effects) {
      const effect = effects[name]
      if (effect !== undefined) gauge.set(labels, effect)
    }
    for (const test of Object.keys(tests) as TestName[]) {
      const result = tests[test]
      if (result !== undefined) this.#pValues.set({ ...labels, test }, result.pValue)
    }
  }
}
