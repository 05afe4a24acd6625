import { Labels } from '../model/labels.ts'
import type { QueryEngine } from '../promql/engine.ts'
import type { InstantSample } from '../promql/value.ts'
import type { Logger } from '../telemetry/log.ts'

/** What rules need to be evaluated; the same for all. */
export interface EvaluationContext {
  readonly engine: QueryEngine
  readonly externalLabels: Labels
  readonly externalUrl: string
  readonly logger: Logger
}

/** When a rule is evaluated. */
export interface EvaluationTime {
  readonly timeMs: number
  /** The query looks this far into the past, for data that arrives late. */
  readonly queryOffsetMs: number
  /** Series or alerts that the rule may give; 0 is no limit. */
  readonly limit: number
  readonly signal: AbortSignal
}

/** One sample that a rule gives. */
export interface RuleSample {
  readonly labels: Labels
  readonly value: number
}

/** A rule could not be evaluated; the message says why, in Prometheus's words. */
export class RuleEvaluationError extends Error {
  constructor(message: string) {
    super(message)
    this.name = 'RuleEvaluationError'
  }
}

/** The rule's expression at its time as a vector; a scalar is a vector of one without labels. */
export async function queryVector(
  context: EvaluationContext,
  expr: string,
  time: Pick<EvaluationTime, 'timeMs' | 'queryOffsetMs' | 'signal'>,
): Promise<readonly InstantSample[]> {
  const timeMs = time.timeMs - time.queryOffsetMs
  const { value } = await context.engine.instant(expr, timeMs, { signal: time.signal })
  if (value.type === 'vector') return value.samples
  if (value.type === 'scalar')
    return [{ labels: Labels.empty, timestampMs: timeMs, value: value.value, histogram: null }]
  throw new RuleEvaluationError('rule result is not a vector or scalar')
}
