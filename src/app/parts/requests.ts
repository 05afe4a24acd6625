import { DriftMonitor } from '../../drift/drift-monitor.ts'
import { EvaluationRunner } from '../../evaluation/runner.ts'
import { Intake } from '../../ingest/intake.ts'
import { RequestSeries } from '../../ingest/request-series.ts'
import { BudgetTracker } from '../../pricing/budget-tracker.ts'
import { PriceTable } from '../../pricing/price-table.ts'
import type { Base } from './base.ts'
import type { Storing } from './storing.ts'

export interface Requests {
  readonly prices: PriceTable
  readonly budgets: BudgetTracker
  readonly requestSeries: RequestSeries
  readonly evaluation: EvaluationRunner
  readonly drift: DriftMonitor
  readonly intake: Intake
}

/** The way of a request, from its intake to those who look at it afterwards. */
export function constructRequests(base: Base, { store }: Storing): Requests {
  const { settings, clock, random, logger, instruments } = base
  const { config } = settings
  const prices = new PriceTable(config.pricing)
  const requestSeries = new RequestSeries(instruments)
  const { evaluations, requests, state } = store
  const budgets = new BudgetTracker({ budgets: config.budgets, state, registry: instruments, clock, logger })
  const evaluation = new EvaluationRunner({
    config: config.evaluation,
    evaluations,
    requests,
    instruments,
    logger,
    clock,
    random,
  })
  const drift = new DriftMonitor({ config: config.drift, clock, instruments })
  const intake = new Intake({
    store,
    costOf: (span) => prices.costOf(span, span.startMs)?.usd,
    series: requestSeries,
    registry: instruments,
    clock,
    onCounted: (counted) => {
      budgets.spend(counted)
      drift.onRequests(counted)
    },
    onRequests: (fresh) => evaluation.onRequests(fresh),
  })
  return { prices, budgets, requestSeries, evaluation, drift, intake }
}
