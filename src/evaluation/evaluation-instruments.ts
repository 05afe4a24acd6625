import type { Evaluation, Verdict } from '../model/evaluation.ts'
import type { InstrumentRegistry } from '../telemetry/instruments.ts'
import type { ModelDiversity } from './diversity-windows.ts'

/** Evaluators times models times verdicts; beyond it series are counted as "other". */
const MAX_SERIES = 10_000

/** Models whose series are kept at hand, for each evaluator. */
const MAX_MODELS = 500

const DROP_REASONS = ['queue_full', 'worker_failed', 'stopped', 'store_failed', 'lookup_failed'] as const
export type DropReason = (typeof DROP_REASONS)[number]

/** Scores and verdicts of one evaluator about one model. Both verdicts start at 0: the first flagged request is an increase, and rates have both sides. */
type EvaluatorSeries = Readonly<Record<Verdict, { add(): void }>> & { readonly score: { observe(score: number): void } }

/** The series that evaluation writes: the scores of the requests, and its own work. */
export class EvaluationInstruments {
  readonly #score
  readonly #verdicts
  readonly #dropped
  readonly #failures
  readonly #reduced
  readonly #overlong
  readonly #waiting
  readonly #distinct
  readonly #nearDuplicates
  readonly #templates
  readonly #window
  readonly #series = new Map<string, Map<string, EvaluatorSeries>>()

  constructor(registry: InstrumentRegistry) {
    this.#score = registry.histogram({
      name: 'llm_evaluation_score',
      help: 'Scores of the evaluators, 0-1: how strongly the named thing is present.',
      labelNames: ['evaluator', 'model'],
      buckets: [0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 1],
      maxSeries: MAX_SERIES,
    })
    this.#verdicts = registry.counter({
      name: 'llm_evaluation_verdicts_total',
      help: 'Evaluated requests by evaluator and verdict.',
      labelNames: ['evaluator', 'verdict', 'model'],
      maxSeries: MAX_SERIES,
    })
    this.#dropped = registry.counter({
      name: 'tetrascope_evaluation_dropped_total',
      help: 'Requests (store_failed: results) that were not evaluated or whose results were lost, by reason.',
      labelNames: ['reason'],
    })
    this.#failures = registry.counter({
      name: 'tetrascope_evaluation_failures_total',
      help: 'Evaluations that failed because the evaluator threw, took too long, or could not be loaded.',
      labelNames: ['evaluator'],
    })
    this.#reduced = registry.counter({
      name: 'tetrascope_evaluation_reduced_total',
      help: 'Requests read only by the cheap evaluators because the queue was more than half full.',
    })
    this.#overlong = registry.counter({
      name: 'tetrascope_evaluation_overlong_total',
      help: 'Requests with a text of which only the beginning was evaluated.',
    })
    this.#waiting = registry.gauge({
      name: 'tetrascope_evaluation_queue_size',
      help: 'Requests that wait for evaluation.',
    })
    this.#distinct = registry.gauge({
      name: 'llm_output_distinct_ratio',
      help: 'Different words (n="1") and pairs of words (n="2") as a share of all in the last answers of a model.',
      labelNames: ['model', 'n'],
    })
    this.#nearDuplicates = registry.gauge({
      name: 'llm_output_near_duplicate_ratio',
      help: 'Share of the last answers of a model that nearly equal an earlier one.',
      labelNames: ['model'],
    })
    this.#templates = registry.gauge({
      name: 'llm_output_template_ratio',
      help: 'Share of the last answers of a model that begin like at least two others.',
      labelNames: ['model'],
    })
    this.#window = registry.gauge({
      name: 'llm_output_window_size',
      help: 'Answers that the ratios of distinct, duplicate and template output are taken over.',
      labelNames: ['model'],
    })
    for (const reason of DROP_REASONS) this.dropped(reason, 0)
  }

  /** Counts results. */
  evaluated(evaluations: readonly Evaluation[]): void {
    for (const { evaluator, model, score, verdict } of evaluations) {
      const series = this.#seriesOf(evaluator, model)
      series.score.observe(score)
      series[verdict].add()
    }
  }

  /** The series of a pair are kept: every request has some twenty results. */
  #seriesOf(evaluator: string, model: string): EvaluatorSeries {
    let models = this.#series.get(evaluator)
    if (models === undefined) this.#series.set(evaluator, (models = new Map()))
    const known = models.get(model)
    if (known !== undefined) return known
    const created = {
      score: this.#score.series({ evaluator, model }),
      ok: this.#verdicts.series({ evaluator, model, verdict: 'ok' }),
      flagged: this.#verdicts.series({ evaluator, model, verdict: 'flagged' }),
    }
    if (models.size < MAX_MODELS) models.set(model, created)
    return created
  }

  /** Sets the figures of one model's window of answers. */
  diversity({ model, answers, distinct1, distinct2, nearDuplicateShare, templateShare }: ModelDiversity): void {
    this.#distinct.set({ model, n: '1' }, distinct1)
    this.#distinct.set({ model, n: '2' }, distinct2)
    this.#nearDuplicates.set({ model }, nearDuplicateShare)
    this.#templates.set({ model }, templateShare)
    this.#window.set({ model }, answers)
  }

  dropped(reason: DropReason, count: number): void {
    this.#dropped.add({ reason }, count)
  }

  failed(evaluator: string): void {
    this.#failures.add({ evaluator })
  }

  reduced(): void {
    this.#reduced.add({})
  }

  overlong(): void {
    this.#overlong.add({})
  }

  waiting(count: number): void {
    this.#waiting.set({}, count)
  }
}
