import type { Evaluation } from '../../model/evaluation.ts'
import { textOf } from '../../model/span.ts'
import type { RequestStore, RequestTotals } from '../../storage/request-store.ts'
import type { TimeRange } from '../../storage/sample-store.ts'
import type { EvaluationStore, EvaluationTotals } from '../../storage/store.ts'
import { groupBy } from '../../util/group-by.ts'
import type { Direction } from '../evaluator.ts'
import { EVALUATORS } from '../evaluators.ts'
import { inputOf } from '../input-of.ts'
import type { TruthMonitor } from '../truth/truth-monitor.ts'
import { compositeOf } from './composite.ts'
import type { EvaluatorReport, ModelReport, QualityReport, WorstExample } from './quality-report.ts'
import { comparedRate, rateOf } from './rates.ts'

/** Evaluators of which examples are shown, those that flagged most. */
const EXAMPLE_EVALUATORS = 8
const EXAMPLES_PER_EVALUATOR = 3
/** The worst are chosen among the newest so many that were flagged. */
const CANDIDATES = 200
const EXCERPT_LENGTH = 300

export interface QualityReporterOptions {
  readonly evaluations: Pick<EvaluationStore, 'evaluations' | 'evaluationTotals'>
  readonly requests: Pick<RequestStore, 'request' | 'totals'>
  readonly truth: Pick<TruthMonitor, 'report'>
  /** Of evaluators that are not built in, by name, as they are now. */
  readonly directions?: () => ReadonlyMap<string, Direction>
}

export interface ReportQuestion {
  readonly endMs: number
  readonly windowMs: number
  /** Absent: all models. */
  readonly model?: string | undefined
}

/** Says how good the answers of a window were. */
export class QualityReporter {
  readonly #options: QualityReporterOptions

  constructor(options: QualityReporterOptions) {
    this.#options = options
  }

  /** Rejects with what the store says. */
  async report({ endMs, windowMs, model }: ReportQuestion): Promise<QualityReport> {
    const startMs = endMs - windowMs
    const [now, before] = await Promise.all([
      this.#facts({ minMs: startMs, maxMs: endMs - 1 }, model),
      this.#facts({ minMs: startMs - windowMs, maxMs: startMs - 1 }, model),
    ])
    const evaluators = evaluatorReports(now.evaluations, before.evaluations, this.#options.directions?.())
    return {
      startMs,
      endMs,
      model,
      requests: { now: now.requests, before: before.requests },
      evaluated: { now: mostCounted(now.evaluations), before: mostCounted(before.evaluations) },
      errors: comparedRate(rateOf(now.errors, now.requests), rateOf(before.errors, before.requests)),
      composite: { now: compositeOf(now.evaluations), before: compositeOf(before.evaluations) },
      evaluators,
      models: modelReports(now.totals, now.evaluations),
      worst: await this.#worst({ minMs: startMs, maxMs: endMs - 1 }, evaluators, model),
      truth: this.#options.truth
        .report({ minMs: startMs, maxMs: endMs - 1 })
        .filter((found) => model === undefined || found.model === model),
    }
  }

  async #facts(range: TimeRange, model: string | undefined): Promise<Facts> {
    const { evaluations, requests } = this.#options
    const [allEvaluations, allTotals] = await Promise.all([evaluations.evaluationTotals(range), requests.totals(range)])
    const ofModel = <T extends { readonly model: string }>(all: readonly T[]): T[] =>
      all.filter((found) => model === undefined || found.model === model)
    const totals = ofModel(allTotals)
    return {
      totals,
      evaluations: newestVersions(ofModel(allEvaluations)),
      requests: totals.reduce((sum, found) => sum + found.requests, 0),
      errors: totals.reduce((sum, found) => sum + found.errors, 0),
    }
  }

  async #worst(range: TimeRange, reports: readonly EvaluatorReport[], model?: string): Promise<WorstExample[]> {
    const chosen = reports.filter(({ flagged }) => flagged.now.hits > 0).slice(0, EXAMPLE_EVALUATORS)
    const found = await Promise.all(chosen.map((report) => this.#worstOf(range, report, model)))
    return found.flat()
  }

  async #worstOf(range: TimeRange, report: EvaluatorReport, model?: string): Promise<WorstExample[]> {
    const { evaluator, version, direction } = report
    const flagged = await this.#options.evaluations.evaluations({
      range,
      evaluator,
      verdict: 'flagged',
      limit: CANDIDATES,
    })
    const sign = direction === 'higher_is_better' ? 1 : -1
    const worst = flagged
      .filter((found) => found.evaluatorVersion === version && (model === undefined || found.model === model))
      .toSorted((a, b) => sign * (a.score - b.score))
      .slice(0, EXAMPLES_PER_EVALUATOR)
    return Promise.all(worst.map((evaluation) => this.#example(evaluation)))
  }

  async #example(evaluation: Evaluation): Promise<WorstExample> {
    const { evaluator, score, label, explanation, traceId, spanId, timeMs, model } = evaluation
    const span = (await this.#options.requests.request(traceId, spanId))?.span
    const prompt = span === undefined ? '' : inputOf(span).prompt
    const response = span === undefined ? '' : textOf(span.llm.outputMessages)
    const common = { evaluator, score, label, explanation, traceId, spanId, timeMs, model }
    return { ...common, prompt: excerpt(prompt), response: excerpt(response) }
  }
}

interface Facts {
  readonly totals: readonly RequestTotals[]
  readonly evaluations: readonly EvaluationTotals[]
  readonly requests: number
  readonly errors: number
}

/** Of an evaluator that has judged with several versions the newest: the same request must not count twice. */
function newestVersions(totals: readonly EvaluationTotals[]): EvaluationTotals[] {
  const newest = new Map<string, string>()
  for (const { evaluator, evaluatorVersion } of totals) {
    const known = newest.get(evaluator)
    const isNewer = known === undefined || evaluatorVersion.localeCompare(known, 'en', { numeric: true }) > 0
    if (isNewer) newest.set(evaluator, evaluatorVersion)
  }
  return totals.filter(({ evaluator, evaluatorVersion }) => newest.get(evaluator) === evaluatorVersion)
}

function evaluatorReports(
  now: readonly EvaluationTotals[],
  before: readonly EvaluationTotals[],
  directions: ReadonlyMap<string, Direction> = new Map(),
): EvaluatorReport[] {
  const earlier = groupBy(before, ({ evaluator }) => evaluator)
  return [...groupBy(now, ({ evaluator }) => evaluator)]
    .map(([evaluator, totals]) => {
      const [sum, past] = [summed(totals), summed(earlier.get(evaluator) ?? [])]
      return {
        evaluator,
        version: totals[0]?.evaluatorVersion ?? '',
        direction: directions.get(evaluator) ?? directionOf(evaluator),
        flagged: comparedRate(rateOf(sum.flagged, sum.count), rateOf(past.flagged, past.count)),
        meanScore: sum.count === 0 ? undefined : sum.scoreSum / sum.count,
        meanScoreBefore: past.count === 0 ? undefined : past.scoreSum / past.count,
      }
    })
    .toSorted((a, b) => (b.flagged.now.share ?? 0) - (a.flagged.now.share ?? 0))
}

function modelReports(totals: readonly RequestTotals[], evaluations: readonly EvaluationTotals[]): ModelReport[] {
  return totals
    .map(({ model, requests, errors }) => {
      const own = evaluations.filter((found) => found.model === model)
      return {
        model,
        requests,
        errors: rateOf(errors, requests),
        composite: compositeOf(own),
        flagged: own.map(({ evaluator, flagged, count }) => ({ evaluator, rate: rateOf(flagged, count) })),
      }
    })
    .toSorted((a, b) => b.requests - a.requests)
}

function summed(totals: readonly EvaluationTotals[]): { count: number; flagged: number; scoreSum: number } {
  const sum = { count: 0, flagged: 0, scoreSum: 0 }
  for (const { count, flagged, scoreSum } of totals) {
    sum.count += count
    sum.flagged += flagged
    sum.scoreSum += scoreSum
  }
  return sum
}

/** How many requests were evaluated: as many as the evaluator that applied to most of them has judged. */
function mostCounted(totals: readonly EvaluationTotals[]): number {
  const groups = groupBy(totals, ({ evaluator }) => evaluator)
  return Math.max(0, ...[...groups.values()].map((group) => summed(group).count))
}

function directionOf(name: string): Direction {
  return EVALUATORS.find((evaluator) => evaluator.name === name)?.direction ?? 'neutral'
}

function excerpt(text: string): string {
  const characters = Array.from(text.slice(0, 2 * EXCERPT_LENGTH))
  return characters.length > EXCERPT_LENGTH ? `${characters.slice(0, EXCERPT_LENGTH).join('')}…` : characters.join('')
}
