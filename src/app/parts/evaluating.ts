import type { DriftMonitor } from '../../drift/drift-monitor.ts'
import type { Direction } from '../../evaluation/evaluator.ts'
import { judgedAs } from '../../evaluation/judge/criterion.ts'
import { SELF_CONSISTENCY } from '../../evaluation/judge/self-consistency.ts'
import { Reevaluation } from '../../evaluation/reevaluation.ts'
import { QualityReporter } from '../../evaluation/report/quality-reporter.ts'
import { EvaluationRunner } from '../../evaluation/runner.ts'
import { TruthMonitor } from '../../evaluation/truth/truth-monitor.ts'
import type { Forgetting } from '../../ingest/forgetting.ts'
import type { Privacy } from '../../ingest/privacy/privacy.ts'
import type { Event } from '../../model/event.ts'
import type { PriceTable } from '../../pricing/price-table.ts'
import type { EvaluationStore } from '../../storage/store.ts'
import type { Settings } from '../settings.ts'
import type { Base } from './base.ts'
import { Judging } from './judging.ts'
import type { Storing } from './storing.ts'

export interface Evaluating {
  readonly evaluation: EvaluationRunner
  readonly reevaluation: Reevaluation
  readonly judging: Judging
  readonly truth: TruthMonitor
  readonly quality: QualityReporter
  /** Tells those who judge requests of what became known about them. */
  readonly onEvents: (events: readonly Event[]) => void
  /** Takes over the section `evaluation` of changed settings: evaluators, sampling, the judge and its criteria, truth. */
  readonly evaluateBy: (settings: Settings) => Promise<void>
}

interface Others {
  readonly prices: PriceTable
  readonly privacy: Privacy
  readonly forgetting: Forgetting
  readonly drift: DriftMonitor
}

/** Those who judge requests once they are stored, and who reports of it. */
export function constructEvaluating(base: Base, { store }: Storing, others: Others): Evaluating {
  const { settings, clock, random, logger, instruments } = base
  const { privacy, forgetting, drift } = others
  const { events, requests } = store
  const evaluations = protectedEvaluations(store.evaluations, privacy, forgetting)
  const { truth: truthSettings } = settings.config.evaluation
  const truth = new TruthMonitor({ config: truthSettings, events, requests, instruments, clock, logger })
  const evaluation = new EvaluationRunner({
    config: settings.evaluation,
    evaluations,
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
  const reevaluation = new Reevaluation({ config: settings.evaluation, evaluations, requests, clock, logger })
  const judging = new Judging(base, { store, ...others, evaluation })
  let directions = directionsOf(settings)
  const quality = new QualityReporter({ evaluations, requests, truth, directions: () => directions })
  const onEvents = (found: readonly Event[]): void => {
    void evaluation.onEvents(found)
    judging.onEvents(found)
  }
  const evaluateBy = async (changed: Settings): Promise<void> => {
    evaluation.apply(changed.evaluation)
    reevaluation.apply(changed.evaluation)
    truth.apply(changed.evaluation.truth)
    directions = directionsOf(changed)
    await judging.apply(changed)
  }
  return { evaluation, reevaluation, judging, truth, quality, onEvents, evaluateBy }
}

/** Which way is worse, of evaluators that are not built in. */
function directionsOf({ evaluation, criteria }: Settings): ReadonlyMap<string, Direction> {
  return new Map([
    ...evaluation.custom.map(({ name, direction }) => [name, direction] as const),
    ...criteria.map((criterion) => [judgedAs(criterion), criterion.direction] as const),
    [SELF_CONSISTENCY, 'higher_is_better'],
  ])
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
