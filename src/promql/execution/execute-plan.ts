import { Labels } from '../../model/labels.ts'
import type { SampleReader } from '../../storage/sample-store.ts'
import type { Features } from '../engine.ts'
import type { Plan } from '../plan/node.ts'
import { isRangePlan, isScalarPlan } from '../plan/planner.ts'
import type { QueryResult, QueryValue } from '../value.ts'
import { Annotations } from './annotations.ts'
import { OperatorBuilder } from './build.ts'
import { timesOf, type Grid } from './grid.ts'
import type { Pace } from './pace.ts'
import type { Probe } from './probe.ts'
import type { SecondThread } from './second-thread/second-thread.ts'
import { Accounts, CompareAllSignal, type QueryContext } from './query-context.ts'
import { rangeResult } from './range-result.ts'
import { matrixResult, vectorResult } from './result.ts'

export interface PlannedQuery {
  /** The text, for the positions in warnings. */
  readonly query: string
  readonly plan: Plan
  readonly grid: Grid
  /** The result is a vector at one time and not a matrix of one step. */
  readonly instant: boolean
  readonly probe: Probe
}

export interface Resources {
  readonly reader: SampleReader
  readonly features: Features
  readonly lookbackMs: number
  readonly maxSamples: number
  readonly pace: Pace
  readonly secondThread: SecondThread | undefined
}

/** Computes a plan. Throws `ExecutionError`, `QueryTimeoutError`, `QueryCanceledError` and what the reader throws. */
export async function executePlan(planned: PlannedQuery, resources: Resources): Promise<QueryResult> {
  try {
    return await execute(planned, resources, false)
  } catch (error) {
    if (!(error instanceof CompareAllSignal)) throw error
    planned.probe.restart()
    return execute(planned, resources, true)
  }
}

async function execute(planned: PlannedQuery, resources: Resources, compareAll: boolean): Promise<QueryResult> {
  const annotations = new Annotations()
  const accounts = new Accounts(resources.maxSamples)
  const context = contextOf(resources, { annotations, accounts, compareAll })
  const value = await compute(planned, context)
  const { seriesTouched, samplesTouched, peakSamples } = accounts
  return {
    value,
    warnings: annotations.texts('warning', planned.query),
    infos: annotations.texts('info', planned.query),
    stats: { seriesTouched, samplesTouched, peakSamples },
  }
}

/**
 * Field by field, because a spread makes an object of a shape that no other has: code that was compiled for one query's
 * context would be thrown away at the next.
 */
function contextOf(
  { reader, features, lookbackMs, pace, secondThread }: Resources,
  { annotations, accounts, compareAll }: Pick<QueryContext, 'annotations' | 'accounts' | 'compareAll'>,
): QueryContext {
  return { reader, features, lookbackMs, pace, secondThread, annotations, accounts, compareAll }
}

async function compute({ plan, grid, instant, probe }: PlannedQuery, context: QueryContext): Promise<QueryValue> {
  const builder = new OperatorBuilder(context, probe)
  if (plan.kind === 'string') return { type: 'string', timestampMs: grid.startMs, value: plan.value }
  if (isRangePlan(plan)) return rangeResult(context, plan, builder.range(plan, grid), endOf(plan, grid))
  if (!isScalarPlan(plan)) {
    const operator = builder.vector(plan, grid)
    return instant ? vectorResult(context, operator, grid.startMs) : matrixResult(context, operator, grid)
  }
  const values = await builder.scalar(plan, grid).values()
  if (instant) return { type: 'scalar', timestampMs: grid.startMs, value: values[0] ?? NaN }
  const series = [{ labels: Labels.empty, timestampsMs: timesOf(grid), values, histograms: null }]
  return { type: 'matrix', series: values.length === 0 ? [] : series }
}

/** The end of the only window of a range vector. */
function endOf(plan: Plan & { readonly kind: 'range-selector' | 'subquery' }, grid: Grid): number {
  const { atMs, offsetMs } = plan.kind === 'subquery' ? plan : plan.selector
  return (atMs ?? grid.startMs) - offsetMs
}
