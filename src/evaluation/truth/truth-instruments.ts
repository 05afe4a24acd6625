import type { Counter, Gauge, InstrumentRegistry } from '../../telemetry/instruments.ts'
import type { Classification } from './classification.ts'
import type { ModelTruth } from './truth-report.ts'

type FairnessLabels = 'model' | 'attribute' | 'criterion'

const PERCENT = 100
const KNOWN = 'answers whose truth is known'

/** What is said of each model as a whole. */
const MODEL_FIGURES: ReadonlyArray<{
  readonly name: string
  readonly help: string
  readonly valueOf: (found: Classification) => number
}> = [
  {
    name: 'llm_model_accuracy_percent',
    help: `Right share of the ${KNOWN}`,
    valueOf: ({ accuracy }) => PERCENT * accuracy,
  },
  {
    name: 'llm_model_accuracy_lower_percent',
    help: `Lower 95 % bound of the right share of the ${KNOWN} (Wilson)`,
    valueOf: ({ accuracyInterval }) => PERCENT * accuracyInterval.lower,
  },
  {
    name: 'llm_model_accuracy_upper_percent',
    help: `Upper 95 % bound of the right share of the ${KNOWN} (Wilson)`,
    valueOf: ({ accuracyInterval }) => PERCENT * accuracyInterval.upper,
  },
  { name: 'llm_model_accuracy_samples', help: `Number of ${KNOWN}`, valueOf: ({ samples }) => samples },
  { name: 'llm_model_f1_percent', help: `F1 of the ${KNOWN}`, valueOf: ({ f1 }) => PERCENT * f1 },
  {
    name: 'llm_model_precision_percent',
    help: `Precision of the ${KNOWN}`,
    valueOf: ({ precision }) => PERCENT * precision,
  },
  { name: 'llm_model_recall_percent', help: `Recall of the ${KNOWN}`, valueOf: ({ recall }) => PERCENT * recall },
]

/** The series that say how right the models are. */
export class TruthInstruments {
  readonly #gauges: Gauge<string>[] = []
  readonly #models: ReadonlyArray<readonly [Gauge<'model'>, (found: Classification) => number]>
  readonly #calibration: Gauge<'model'>
  readonly #prompts: readonly [
    accuracy: Gauge<'model' | 'prompt' | 'version'>,
    samples: Gauge<'model' | 'prompt' | 'version'>,
  ]
  readonly #segments: readonly [
    accuracy: Gauge<'model' | 'attribute' | 'value'>,
    samples: Gauge<'model' | 'attribute' | 'value'>,
  ]
  readonly #gap: Gauge<FairnessLabels>
  readonly #gapLower: Gauge<FairnessLabels>
  readonly #gapSamples: Gauge<FairnessLabels>
  /** Truths about requests that are not known, at the last look. */
  readonly unmatched: Gauge
  readonly failures: Counter

  constructor(registry: InstrumentRegistry) {
    const gauge = <L extends string>(name: string, help: string, ...labelNames: L[]): Gauge<L> => {
      const created = registry.gauge({ name, help, labelNames })
      this.#gauges.push(created)
      return created
    }
    this.#models = MODEL_FIGURES.map(({ name, help, valueOf }) => [gauge(name, help, 'model'), valueOf] as const)
    this.#calibration = gauge('llm_model_calibration_error', 'Expected calibration error, 0-1', 'model')
    this.#prompts = [
      gauge(
        'llm_prompt_accuracy_percent',
        `Right share of the ${KNOWN}, by version of the prompt`,
        'model',
        'prompt',
        'version',
      ),
      gauge(
        'llm_prompt_accuracy_samples',
        `Number of ${KNOWN}, by version of the prompt`,
        'model',
        'prompt',
        'version',
      ),
    ]
    this.#segments = [
      gauge('llm_segment_accuracy_percent', `Right share of the ${KNOWN}, by segment`, 'model', 'attribute', 'value'),
      gauge('llm_segment_accuracy_samples', `Number of ${KNOWN}, by segment`, 'model', 'attribute', 'value'),
    ]
    const labels = ['model', 'attribute', 'criterion'] as const
    this.#gap = gauge('llm_fairness_gap_percent', 'Difference between the best and the worst group', ...labels)
    this.#gapLower = gauge(
      'llm_fairness_gap_lower_percent',
      'Lower 95 % bound of the difference between the best and the worst group; below 0 the gap may be chance',
      ...labels,
    )
    this.#gapSamples = gauge('llm_fairness_gap_samples', `Number of ${KNOWN} in the compared groups`, ...labels)
    this.unmatched = registry.gauge({
      name: 'tetrascope_truth_unmatched',
      help: 'Ground truths in the window whose request is not known (yet)',
    })
    this.failures = registry.counter({
      name: 'tetrascope_truth_failures_total',
      help: 'Times that ground truths could not be read',
    })
  }

  /** States all models anew; what has left the window has no value any more. */
  state(models: readonly ModelTruth[]): void {
    for (const gauge of this.#gauges) gauge.clear()
    for (const truth of models) this.#stateModel(truth)
  }

  #stateModel({ model, classification, calibration, promptVersions, segments, fairness }: ModelTruth): void {
    for (const [gauge, valueOf] of this.#models) gauge.set({ model }, valueOf(classification))
    if (calibration !== undefined) this.#calibration.set({ model }, calibration.error)
    for (const { prompt, version, classification: found } of promptVersions) {
      this.#prompts[0].set({ model, prompt, version }, PERCENT * found.accuracy)
      this.#prompts[1].set({ model, prompt, version }, found.samples)
    }
    for (const { attribute, value, classification: found } of segments) {
      this.#segments[0].set({ model, attribute, value }, PERCENT * found.accuracy)
      this.#segments[1].set({ model, attribute, value }, found.samples)
    }
    for (const { attribute, criterion, gap, interval, samples } of fairness) {
      this.#gap.set({ model, attribute, criterion }, PERCENT * gap)
      this.#gapLower.set({ model, attribute, criterion }, PERCENT * interval.lower)
      this.#gapSamples.set({ model, attribute, criterion }, samples)
    }
  }
}
