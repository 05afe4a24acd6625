import { METRIC_NAME } from '../../model/labels.ts'
import type { Matcher } from '../../model/matcher.ts'
import { assertNever } from '../../util/assert-never.ts'
import type { AggregatePlan, RangePlan, SetPlan, VectorPlan, VectorVectorPlan } from './node.ts'

/**
 * Whether the series of the vector stay apart when their names are dropped, because they all have the same name or none.
 * Then an operator that drops the name can pass each series on without looking at the others. False where it is not known.
 */
export function hasOneName(plan: VectorPlan): boolean {
  switch (plan.kind) {
    case 'instant-selector':
      return fixesName(plan.selector.matchers)
    case 'range-function':
      return dropsName(plan.func) || rangeHasOneName(plan.range)
    case 'label-replace':
    case 'label-join':
      return plan.target !== METRIC_NAME && hasOneName(plan.input)
    case 'info':
    case 'sort':
    case 'step-invariant':
      return hasOneName(plan.input)
    case 'aggregate':
      return aggregateHasOneName(plan)
    case 'vector-scalar':
      return plan.returnBool || isArithmetic(plan.op) || hasOneName(plan.vector)
    case 'vector-vector':
      return binaryHasOneName(plan)
    case 'set':
      return setHasOneName(plan)
    case 'count-values':
      return false
    // Results without a name, already told apart.
    case 'sample-time':
    case 'absent-over-time':
    case 'absent':
    case 'math':
    case 'adjust':
    case 'date':
    case 'histogram-part':
    case 'histogram-quantile':
    case 'histogram-fraction':
    case 'evaluation-time':
    case 'vector-of-scalar':
    case 'negate':
      return true
    default:
      return assertNever(plan)
  }
}

export function rangeHasOneName(plan: RangePlan): boolean {
  return plan.kind === 'subquery' ? hasOneName(plan.input) : fixesName(plan.selector.matchers)
}

export function fixesName(matchers: readonly Matcher[]): boolean {
  return matchers.some(({ name, type, value }) => name === METRIC_NAME && type === '=' && value !== '')
}

function dropsName(func: string): boolean {
  return func !== 'last_over_time' && func !== 'first_over_time'
}

function isArithmetic(op: string): boolean {
  return ['+', '-', '*', '/', '%', '^', 'atan2'].includes(op)
}

function aggregateHasOneName(plan: AggregatePlan): boolean {
  const { op, grouping, input } = plan
  const keepsSeries = op === 'topk' || op === 'bottomk' || op === 'limitk' || op === 'limit_ratio'
  const keepsName = keepsSeries || (!grouping.without && grouping.labels.includes(METRIC_NAME))
  return !keepsName || hasOneName(input)
}

function binaryHasOneName(plan: VectorVectorPlan): boolean {
  if (plan.matching.include.includes(METRIC_NAME)) return false
  return plan.returnBool || isArithmetic(plan.op) || (hasOneName(plan.left) && hasOneName(plan.right))
}

function setHasOneName(plan: SetPlan): boolean {
  return plan.op !== 'or' && hasOneName(plan.left)
}
