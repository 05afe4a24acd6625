import type { Call, Expr, TimeModifiers } from '../parser/ast.ts'
import { printExpr } from '../parser/printer.ts'

/** An instant query that must give the same result as another one. */
export interface InstantCase {
  readonly query: string
  readonly atMs: number
}

/** Functions whose result follows the evaluation time even when all that they are given is fixed by `@`. */
const FOLLOW_THE_TIME: ReadonlySet<string> = new Set([
  'days_in_month',
  'day_of_month',
  'day_of_week',
  'day_of_year',
  'end',
  'hour',
  'minute',
  'month',
  'year',
  'predict_linear',
  'range',
  'start',
  'step',
  'time',
  'timestamp',
])

/**
 * The query with its time fixed by `@` in every selector, at other times of evaluation: each must give what the query gives at `atMs`.
 * None when the query follows the time of evaluation in another way.
 */
export function atModifierCases(expr: Expr, atMs: number): InstantCase[] {
  if (followsTheTime(expr)) return []
  const query = printExpr(fixTime(expr, atMs))
  const times = atMs === 0 ? [-1_000, 0, 1_000] : [-10 * atMs, 0, Math.trunc(atMs / 5), atMs, 10 * atMs]
  return times.map((time) => ({ query, atMs: time }))
}

/** What stands in a subquery is not looked at: the subquery's own time is fixed, and with it all times inside. */
function followsTheTime(expr: Expr): boolean {
  switch (expr.kind) {
    case 'number':
    case 'string':
    case 'vector-selector':
    case 'matrix-selector':
    case 'subquery':
      return false
    case 'call':
      return callFollowsTheTime(expr)
    case 'aggregation':
      return followsTheTime(expr.expr) || (expr.param !== null && followsTheTime(expr.param))
    case 'binary':
      return followsTheTime(expr.left) || followsTheTime(expr.right)
    case 'unary':
    case 'paren':
    case 'step-invariant':
      return followsTheTime(expr.expr)
  }
}

function callFollowsTheTime({ func, args }: Call): boolean {
  return FOLLOW_THE_TIME.has(func) || args.some(followsTheTime)
}

function fixTime(expr: Expr, atMs: number): Expr {
  switch (expr.kind) {
    case 'number':
    case 'string':
      return expr
    case 'vector-selector':
    case 'subquery':
      return { ...expr, ...fixed(expr, atMs) }
    case 'matrix-selector':
      return { ...expr, vector: { ...expr.vector, ...fixed(expr.vector, atMs) } }
    case 'call':
      return { ...expr, args: expr.args.map((arg) => fixTime(arg, atMs)) }
    case 'aggregation':
      return { ...expr, expr: fixTime(expr.expr, atMs), param: expr.param && fixTime(expr.param, atMs) }
    case 'binary':
      return { ...expr, left: fixTime(expr.left, atMs), right: fixTime(expr.right, atMs) }
    case 'unary':
    case 'paren':
    case 'step-invariant':
      return { ...expr, expr: fixTime(expr.expr, atMs) }
  }
}

/** A timestamp that was written stays; `@ start()` and `@ end()` mean the evaluation time of an instant query. */
function fixed({ at }: TimeModifiers, atMs: number): Pick<TimeModifiers, 'at'> {
  return { at: at?.kind === 'timestamp' ? at : { kind: 'timestamp', timestampMs: atMs } }
}
