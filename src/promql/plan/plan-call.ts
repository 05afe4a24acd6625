import type { Call, Expr, Subquery, VectorSelector } from '../parser/ast.ts'
import { labelsOfAbsent } from './absent-labels.ts'
import {
  ADJUST_FUNCTIONS,
  DATE_FUNCTIONS,
  HISTOGRAM_PART_FUNCTIONS,
  isOneOf,
  MATH_FUNCTIONS,
  RANGE_FUNCTIONS,
  SORT_FUNCTIONS,
  type RangeFunctionName,
} from './function-names.ts'
import { mapChildren } from './map-children.ts'
import type { Plan, ScalarPlan, TimeShift, VectorPlan } from './node.ts'
import type { Planner } from './planner.ts'

/** Plans a call of a function whose arguments the parser has checked. Throws for a function that is not known. */
export function planCall(planner: Planner, call: Call): Plan {
  const { func, position } = call
  if (isOneOf(RANGE_FUNCTIONS, func)) return rangeFunction(planner, call, func)
  if (isOneOf(MATH_FUNCTIONS, func)) return { kind: 'math', func, input: vectorArg(planner, call), position }
  if (isOneOf(ADJUST_FUNCTIONS, func)) {
    const args = call.args.slice(1).map((arg) => planner.scalar(arg))
    return { kind: 'adjust', func, input: vectorArg(planner, call), args, position }
  }
  if (isOneOf(DATE_FUNCTIONS, func)) {
    return { kind: 'date', func, input: call.args.length === 0 ? null : vectorArg(planner, call), position }
  }
  if (isOneOf(HISTOGRAM_PART_FUNCTIONS, func)) {
    return { kind: 'histogram-part', func, input: vectorArg(planner, call), position }
  }
  if (isOneOf(SORT_FUNCTIONS, func)) {
    return { kind: 'sort', func, input: vectorArg(planner, call), labels: call.args.slice(1).map(textOf), position }
  }
  return scalarCall(planner, call) ?? vectorCall(planner, call)
}

function scalarCall(planner: Planner, call: Call): ScalarPlan | undefined {
  const { func, position } = call
  switch (func) {
    case 'pi':
      return { kind: 'number', value: Math.PI, position }
    case 'time':
      return { kind: 'time', position }
    case 'scalar':
      return { kind: 'scalar-of-vector', input: vectorArg(planner, call), position }
    case 'min_of':
    case 'max_of':
      return { kind: 'scalar-extreme', func, args: call.args.map((arg) => planner.scalar(arg)), position }
    default:
      return undefined
  }
}

function vectorCall(planner: Planner, call: Call): VectorPlan {
  const { func, args, position } = call
  switch (func) {
    case 'vector':
      return { kind: 'vector-of-scalar', input: planner.scalar(argument(args, 0)), position }
    case 'absent':
      return { kind: 'absent', input: vectorArg(planner, call), labels: labelsOfAbsent(argument(args, 0)), position }
    case 'absent_over_time': {
      const range = planner.range(argument(args, 0), func)
      return { kind: 'absent-over-time', range, labels: labelsOfAbsent(argument(args, 0)), position }
    }
    case 'timestamp':
    case 'start_timestamp':
      return sampleTime(planner, call, func)
    case 'histogram_quantile':
    case 'histogram_quantiles':
      return histogramQuantile(planner, call)
    case 'histogram_fraction':
      return {
        kind: 'histogram-fraction',
        lower: planner.scalar(argument(args, 0)),
        upper: planner.scalar(argument(args, 1)),
        input: planner.vector(argument(args, 2), func),
        position,
      }
    case 'label_replace':
    case 'label_join':
      return labelFunction(planner, call)
    case 'info':
      return info(planner, call)
    default:
      throw new Error(`function ${func} is not known to the planner`)
  }
}

function rangeFunction(planner: Planner, call: Call, func: RangeFunctionName): VectorPlan {
  const range = planner.range(argument(call.args.filter(isRange), 0), func)
  const args = call.args.filter((arg) => !isRange(arg)).map((arg) => planner.scalar(arg))
  return { kind: 'range-function', func, range, args, position: call.position }
}

function sampleTime(planner: Planner, call: Call, func: 'timestamp' | 'start_timestamp'): VectorPlan {
  const arg = argument(call.args, 0)
  const { position } = call
  if (arg.kind === 'vector-selector') {
    const selector = planner.selector(arg)
    if (selector.atMs === null) return { kind: 'sample-time', func, selector, unseenMs: 0, position }
    // Prometheus reads from its store by `@` and offset, then looks for the sample by `@` alone: it sees what both have in common.
    const seen = { ...selector, offsetMs: Math.max(0, selector.offsetMs) }
    return { kind: 'sample-time', func, selector: seen, unseenMs: Math.abs(selector.offsetMs), position }
  }
  return { kind: 'evaluation-time', func, input: vectorArg(planner, call), position }
}

function histogramQuantile(planner: Planner, call: Call): VectorPlan {
  const { func, args, position } = call
  if (func === 'histogram_quantile') {
    const quantiles = [planner.scalar(argument(args, 0))]
    return {
      kind: 'histogram-quantile',
      quantiles,
      label: null,
      input: planner.vector(argument(args, 1), func),
      position,
    }
  }
  const quantiles = args.slice(2).map((arg) => planner.scalar(arg))
  const label = textOf(argument(args, 1))
  return { kind: 'histogram-quantile', quantiles, label, input: vectorArg(planner, call), position }
}

function labelFunction(planner: Planner, call: Call): VectorPlan {
  const { func, args, position } = call
  const input = vectorArg(planner, call)
  const [target = '', second = '', ...rest] = args.slice(1).map(textOf)
  if (func === 'label_join') return { kind: 'label-join', input, target, separator: second, sources: rest, position }
  const [source = '', regex = ''] = rest
  return { kind: 'label-replace', input, target, replacement: second, source, regex, position }
}

function info(planner: Planner, call: Call): VectorPlan {
  const selector = call.args[1]
  const shift = firstSelectorShift(planner, argument(call.args, 0), [])
  return {
    kind: 'info',
    input: vectorArg(planner, call),
    matchers: selector?.kind === 'vector-selector' ? selector.matchers : null,
    position: call.position,
    ...(shift ?? { offsetMs: 0, atMs: null }),
  }
}

/**
 * When the first selector of the expression reads: info series are taken from the same time. The `@` nearest to the
 * selector fixes it; offsets from the selector up to there add up.
 */
function firstSelectorShift(planner: Planner, expr: Expr, subqueries: readonly Subquery[]): TimeShift | undefined {
  if (expr.kind === 'vector-selector') return accumulatedShift(planner, expr, subqueries)
  if (expr.kind === 'matrix-selector') return accumulatedShift(planner, expr.vector, subqueries)
  const enclosing = expr.kind === 'subquery' ? [expr, ...subqueries] : subqueries
  let found: TimeShift | undefined
  mapChildren(expr, (child) => {
    found ??= firstSelectorShift(planner, child, enclosing)
    return child
  })
  return found
}

function accumulatedShift(planner: Planner, selector: VectorSelector, subqueries: readonly Subquery[]): TimeShift {
  let { offsetMs, atMs } = planner.shift(selector)
  for (const subquery of subqueries) {
    if (atMs !== null) break
    const outer = planner.shift(subquery)
    offsetMs += outer.offsetMs
    atMs = outer.atMs
  }
  return { offsetMs, atMs }
}

function isRange(expr: Expr): boolean {
  return expr.kind === 'matrix-selector' || expr.kind === 'subquery'
}

function vectorArg(planner: Planner, call: Call): VectorPlan {
  return planner.vector(argument(call.args, 0), call.func)
}

function argument(args: readonly Expr[], index: number): Expr {
  const arg = args[index]
  if (arg === undefined) throw new Error(`argument ${index + 1} is missing`)
  return arg
}

function textOf(expr: Expr): string {
  if (expr.kind !== 'string') throw new Error(`planned ${expr.kind} where a string belongs`)
  return expr.value
}
