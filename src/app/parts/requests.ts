import { DriftMonitor } from '../../drift/drift-monitor.ts'
import { EvaluationRunner } from '../../evaluation/runner.ts'
import { Intake } from '../../ingest/intake.ts'
import { RequestSeries } from '../../ingest/request-series.ts'
import { PriceTable } from '../../pricing/price-table.ts'
import type { Base } from './base.ts'
import type { Storing } from './storing.ts'

export interface Requests {
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
  const { evaluations, requests } = store
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
    onRequests: (fresh) => {
      evaluation.onRequests(fresh)
      drift.onRequests(fresh)
    },
  })
  return { requestSeries, evaluation, drift, intake }
}
