import { formatDuration } from '../../model/duration.ts'
import { formatShort } from '../parser/number.ts'
import type { AggregatePlan, Grouping, RangePlan, SelectorPlan, TimeShift, VectorPlan } from './node.ts'

/** One line that says what a node of a plan does, without its inputs. */
export function describePlan(plan: VectorPlan | RangePlan): string {
  switch (plan.kind) {
    case 'instant-selector':
      return `instant-selector ${selectorText(plan.selector)}`
    case 'sample-time':
      return `${plan.func} ${selectorText(plan.selector)}`
    case 'range-selector':
      return `range-selector ${selectorText(plan.selector, `[${formatDuration(plan.rangeMs)}]`)}`
    case 'subquery':
      return `subquery [${formatDuration(plan.rangeMs)}:${formatDuration(plan.stepMs)}]${shiftText(plan)}`
    case 'aggregate':
      return `aggregate ${plan.op}${paramText(plan)}${groupingText(plan.grouping)}`
    case 'count-values':
      return `count-values ${plan.label}${groupingText(plan.grouping)}`
    case 'vector-scalar':
    case 'vector-vector':
    case 'set':
      return `${plan.kind} ${plan.op}${'returnBool' in plan && plan.returnBool ? ' bool' : ''}`
    case 'range-function':
    case 'math':
    case 'adjust':
    case 'date':
    case 'histogram-part':
    case 'evaluation-time':
    case 'sort':
      return `${plan.kind} ${plan.func}`
    case 'label-replace':
    case 'label-join':
      return `${plan.kind} ${plan.target}`
    default:
      return plan.kind
  }
}

function selectorText(selector: SelectorPlan, range = ''): string {
  const extension = selector.extension === 'none' ? '' : ` ${selector.extension}`
  return `{${selector.matchers.map(String).join(',')}}${range}${extension}${shiftText(selector)}`
}

function shiftText({ offsetMs, atMs }: TimeShift): string {
  const at = atMs === null ? '' : ` @ ${(atMs / 1000).toFixed(3)}`
  return at + (offsetMs === 0 ? '' : ` offset ${formatDuration(offsetMs)}`)
}

function paramText({ param }: AggregatePlan): string {
  if (param === null) return ''
  return param.kind === 'number' ? ` ${formatShort(param.value)}` : ' (scalar)'
}

function groupingText({ labels, without }: Grouping): string {
  if (labels.length === 0 && !without) return ''
  return ` ${without ? 'without' : 'by'} (${labels.join(', ')})`
}
