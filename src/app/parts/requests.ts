import { DriftMonitor } from '../../drift/drift-monitor.ts'
import { findPiiAndNames } from '../../evaluation/evaluators/pii/pii.ts'
import { findSecrets } from '../../evaluation/evaluators/secrets/find-secrets.ts'
import { Forgetting } from '../../ingest/forgetting.ts'
import { Intake } from '../../ingest/intake.ts'
import { Privacy } from '../../ingest/privacy/privacy.ts'
import type { SensitivePiece } from '../../ingest/privacy/protect-text.ts'
import { RequestSeries } from '../../ingest/request-series.ts'
import { BudgetTracker } from '../../pricing/budget-tracker.ts'
import { PriceTable } from '../../pricing/price-table.ts'
import type { Base } from './base.ts'
import { constructEvaluating, type Evaluating } from './evaluating.ts'
import type { Storing } from './storing.ts'

export interface Requests extends Evaluating {
  readonly prices: PriceTable
  readonly budgets: BudgetTracker
  readonly requestSeries: RequestSeries
  readonly drift: DriftMonitor
  readonly privacy: Privacy
  readonly forgetting: Forgetting
  readonly intake: Intake
}

/** The way of a request, from its intake to those who look at it afterwards. */
export async function constructRequests(base: Base, storing: Storing): Promise<Requests> {
  const { settings, clock, logger, instruments } = base
  const { config } = settings
  const { store } = storing
  const { requests, state } = store
  const prices = new PriceTable(config.pricing)
  const requestSeries = new RequestSeries(instruments)
  const budgets = new BudgetTracker({ budgets: config.budgets, state, registry: instruments, clock, logger })
  const drift = new DriftMonitor({ config: config.drift, state, requests, clock, logger, instruments })
  const privacy = new Privacy(config.privacy, findSensitive)
  const forgetting = await Forgetting.open({ state, requests, clock })
  const evaluating = constructEvaluating(base, storing, { prices, privacy, forgetting, drift })
  const listeners = { budgets, drift, ...evaluating }
  const intake = constructIntake(base, store, { prices, privacy, forgetting, requestSeries }, listeners)
  return { prices, budgets, requestSeries, drift, privacy, forgetting, intake, ...evaluating }
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

/** What redaction takes out of texts: what the evaluators of personal data and of secrets find. */
function findSensitive(text: string): readonly SensitivePiece[] {
  return [
    ...findPiiAndNames(text).map(({ type, start, end }) => ({ kind: type, start, end })),
    ...findSecrets(text).map(({ start, end }) => ({ kind: 'SECRET', start, end })),
  ]
}
