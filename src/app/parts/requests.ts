import { DriftMonitor } from '../../drift/drift-monitor.ts'
import type { Direction } from '../../evaluation/evaluator.ts'
import { judgedAs } from '../../evaluation/judge/criterion.ts'
import { SELF_CONSISTENCY } from '../../evaluation/judge/self-consistency.ts'
import { QualityReporter } from '../../evaluation/report/quality-reporter.ts'
import { Reevaluation } from '../../evaluation/reevaluation.ts'
import { EvaluationRunner } from '../../evaluation/runner.ts'
import { TruthMonitor } from '../../evaluation/truth/truth-monitor.ts'
import { findPiiAndNames } from '../../evaluation/evaluators/pii/pii.ts'
import { findSecrets } from '../../evaluation/evaluators/secrets/find-secrets.ts'
import { Forgetting } from '../../ingest/forgetting.ts'
import { Intake } from '../../ingest/intake.ts'
import { Privacy } from '../../ingest/privacy/privacy.ts'
import type { SensitivePiece } from '../../ingest/privacy/protect-text.ts'
import { RequestSeries } from '../../ingest/request-series.ts'
import { BudgetTracker } from '../../pricing/budget-tracker.ts'
import type { Event } from '../../model/event.ts'
import { PriceTable } from '../../pricing/price-table.ts'
import type { EvaluationStore } from '../../storage/store.ts'
import type { Settings } from '../settings.ts'
import type { Base } from './base.ts'
import { Judging } from './judging.ts'
import type { Storing } from './storing.ts'

export interface Requests {
  readonly prices: PriceTable
  readonly budgets: BudgetTracker
  readonly requestSeries: RequestSeries
  readonly evaluation: EvaluationRunner
  readonly judging: Judging
  readonly reevaluation: Reevaluation
  readonly drift: DriftMonitor
  readonly truth: TruthMonitor
  readonly quality: QualityReporter
  readonly privacy: Privacy
  readonly forgetting: Forgetting
  readonly intake: Intake
  /** Tells those who judge requests of what became known about them. */
  readonly onEvents: (events: readonly Event[]) => void
  /** Takes over the section `evaluation` of changed settings: evaluators, sampling, the judge and its criteria, truth. */
  readonly evaluateBy: (settings: Settings) => Promise<void>
}

/** The way of a request, from its intake to those who look at it afterwards. */
export async function constructRequests(base: Base, { store }: Storing): Promise<Requests> {
  const { settings, clock, random, logger, instruments } = base
  const { config } = settings
  const prices = new PriceTable(config.pricing)
  const requestSeries = new RequestSeries(instruments)
  const { evaluations, requests, state } = store
  const budgets = new BudgetTracker({ budgets: config.budgets, state, registry: instruments, clock, logger })
  const drift = new DriftMonitor({ config: config.drift, state, requests, clock, logger, instruments })
  const { truth: truthSettings } = config.evaluation
  const truth = new TruthMonitor({ config: truthSettings, events: store.events, requests, instruments, clock, logger })
  let directions = directionsOf(settings)
  const quality = new QualityReporter({ evaluations, requests, truth, directions: () => directions })
  const privacy = new Privacy(config.privacy, findSensitive)
  const forgetting = await Forgetting.open({ state, requests, clock })
  const evaluation = new EvaluationRunner({
    config: settings.evaluation,
    evaluations: protectedEvaluations(evaluations, privacy, forgetting),
    requests,
    instruments,
    logger,
    clock,
    random,
    isForgotten: forgetting.covers,
    onEvaluated: (found) => {
      drift.onEvaluations(found)
      judging.onEvaluations(found)
    },
  })
  const reevaluation = new Reevaluation({
    config: settings.evaluation,
    evaluations: protectedEvaluations(evaluations, privacy, forgetting),
    requests,
    clock,
    logger,
  })
  const judging = new Judging(base, { store, prices, privacy, forgetting, evaluation })
  const listeners = { budgets, drift, evaluation, judging }
  const intake = constructIntake(base, store, { prices, privacy, forgetting, requestSeries }, listeners)
  const onEvents = (events: readonly Event[]): void => {
    void evaluation.onEvents(events)
    judging.onEvents(events)
  }
  const evaluateBy = async (changed: Settings): Promise<void> => {
    evaluation.apply(changed.evaluation)
    reevaluation.apply(changed.evaluation)
    truth.apply(changed.evaluation.truth)
    directions = directionsOf(changed)
    await judging.apply(changed)
  }
  return {
    prices,
    budgets,
    requestSeries,
    evaluation,
    reevaluation,
    judging,
    drift,
    truth,
    quality,
    privacy,
    forgetting,
    intake,
    onEvents,
    evaluateBy,
  }
}

/** Which way is worse, of evaluators that are not built in. */
function directionsOf({ evaluation, criteria }: Settings): ReadonlyMap<string, Direction> {
  return new Map([
    ...evaluation.custom.map(({ name, direction }) => [name, direction] as const),
    ...criteria.map((criterion) => [judgedAs(criterion), criterion.direction] as const),
    [SELF_CONSISTENCY, 'higher_is_better'],
  ])
}

/** What arrives is redacted, priced, committed and counted, and then told to those who look at it. */
function constructIntake(
  { clock, instruments }: Base,
  store: Storing['store'],
  { prices, privacy, forgetting, requestSeries }: Pick<Requests, 'prices' | 'privacy' | 'forgetting' | 'requestSeries'>,
  { budgets, drift, evaluation, judging }: Pick<Requests, 'budgets' | 'drift' | 'evaluation' | 'judging'>,
): Intake {
  return new Intake({
    store,
    costOf: (span) => prices.costOf(span, span.startMs)?.usd,
    series: requestSeries,
    registry: instruments,
    clock,
    onCounted: (counted) => {
      budgets.spend(counted)
      drift.onRequests(counted)
    },
    onRequests: (fresh) => {
      evaluation.onRequests(fresh)
      judging.onRequests(fresh)
    },
    redact: privacy.protectSpan,
    redactLog: privacy.protectLog,
    redactEvent: privacy.protectEvent,
    isForgotten: forgetting.covers,
  })
}

function protectedEvaluations(
  store: EvaluationStore,
  { protectEvaluation }: Privacy,
  { covers }: Forgetting,
): EvaluationStore {
  return {
    writeEvaluations: (evaluations) =>
      store.writeEvaluations(evaluations.filter((evaluation) => !covers(evaluation)).map(protectEvaluation)),
    evaluationsOf: (traceId, spanId) => store.evaluationsOf(traceId, spanId),
    evaluations: (query) => store.evaluations(query),
    evaluationTotals: (range) => store.evaluationTotals(range),
  }
}

/** What redaction takes out of texts: what the evaluators of personal data and of secrets find. */
function findSensitive(text: string): readonly SensitivePiece[] {
  return [
    ...findPiiAndNames(text).map(({ type, start, end }) => ({ kind: type, start, end })),
    ...findSecrets(text).map(({ start, end }) => ({ kind: 'SECRET', start, end })),
  ]
}
