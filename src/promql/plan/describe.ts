import { formatDuration } from '../../model/duration.ts'
import { formatShort } from '../parser/number.ts'
import { quote } from '../parser/quote.ts'
import type { AggregatePlan, Grouping, Plan, SelectorPlan, TimeShift } from './node.ts'

/** One line that says what a node of a plan does, without its inputs. */
export function describePlan(plan: Plan): string {
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
    case 'scalar-extreme':
      return `${plan.kind} ${plan.func}`
    case 'number':
      return `number ${formatShort(plan.value)}`
    case 'string':
      return `string ${quote(plan.value)}`
    case 'scalar-binary':
      return `scalar-binary ${plan.op}`
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

/** The whole plan, a line a node, inputs indented below it. */
export function planTree(plan: Plan, indent = ''): string {
  const inputs = inputsOf(plan).map((input) => planTree(input, `${indent}  `))
  return [indent + describePlan(plan), ...inputs].join('\n')
}

/** The plans whose values a plan uses, in the order of the query. */
function inputsOf(plan: Plan): readonly Plan[] {
  switch (plan.kind) {
    case 'range-function':
      return [plan.range, ...plan.args]
    case 'absent-over-time':
      return [plan.range]
    case 'adjust':
      return [plan.input, ...plan.args]
    case 'date':
      return plan.input === null ? [] : [plan.input]
    case 'histogram-quantile':
      return [...plan.quantiles, plan.input]
    case 'histogram-fraction':
      return [plan.lower, plan.upper, plan.input]
    case 'aggregate':
      return plan.param === null ? [plan.input] : [plan.param, plan.input]
    case 'vector-scalar':
      return plan.scalarFirst ? [plan.scalar, plan.vector] : [plan.vector, plan.scalar]
    case 'vector-vector':
    case 'set':
    case 'scalar-binary':
      return [plan.left, plan.right]
    case 'scalar-extreme':
      return plan.args
    case 'instant-selector':
    case 'sample-time':
    case 'range-selector':
    case 'number':
    case 'string':
    case 'time':
      return []
    default:
      return [plan.input]
  }
}
