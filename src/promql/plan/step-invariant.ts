import type { BinaryExpr, Call, Expr, StepInvariant } from '../parser/ast.ts'
import { assertNever } from '../../util/assert-never.ts'
import { mapChildren, unwrapParens } from './map-children.ts'

/** Functions whose result depends on the time of evaluation, or on the times of the samples given to them. */
const TIME_DEPENDENT = new Set(
  'days_in_month day_of_month day_of_week day_of_year hour minute month year predict_linear time timestamp'.split(' '),
)

interface Marked {
  readonly expr: Expr
  /** The whole expression has the same value at every step. */
  readonly invariant: boolean
  /** It is worth computing once: not so for literals, nor for range selectors, which functions read themselves. */
  readonly wrap: boolean
}

/** Wraps the highest parts of the expression that `@` fixes in time, so that they are computed once; drops parentheses around operands. */
export function markStepInvariant(expr: Expr): Expr {
  const marked = mark(expr)
  return marked.wrap ? wrapped(marked.expr) : marked.expr
}

function mark(expr: Expr): Marked {
  switch (expr.kind) {
    case 'number':
    case 'string':
    case 'step-invariant':
      return { expr, invariant: true, wrap: false }
    case 'vector-selector':
      return { expr, invariant: expr.at !== null, wrap: expr.at !== null }
    case 'matrix-selector':
      return { expr, invariant: expr.vector.at !== null, wrap: false }
    case 'subquery': {
      const inner = mark(expr.expr)
      const body = inner.invariant ? wrapped(inner.expr) : inner.expr
      return { expr: { ...expr, expr: body }, invariant: expr.at !== null, wrap: false }
    }
    case 'aggregation': {
      const inner = mark(unwrapParens(expr.expr))
      const param = expr.param === null ? null : unwrapParens(expr.param)
      return { ...inner, expr: { ...expr, expr: inner.expr, param } }
    }
    case 'paren':
    case 'unary': {
      const inner = mark(expr.expr)
      return { ...inner, expr: mapChildren(expr, () => inner.expr) }
    }
    case 'binary':
      return markBinary(expr)
    case 'call':
      return markCall(expr)
    default:
      return assertNever(expr)
  }
}

function markBinary(expr: BinaryExpr): Marked {
  const left = mark(expr.left)
  const right = mark(expr.right)
  if (left.invariant && right.invariant) {
    return { expr: { ...expr, left: left.expr, right: right.expr }, invariant: true, wrap: true }
  }
  return { expr: { ...expr, left: wrapIfWorth(left), right: wrapIfWorth(right) }, invariant: false, wrap: false }
}

function markCall(expr: Call): Marked {
  const args = expr.args.map((arg) => mark(unwrapParens(arg)))
  const allInvariant = args.every((arg) => arg.invariant)
  // timestamp() of a selector gives the times of samples, which `@` fixes too.
  const fixedTimestamp = expr.func === 'timestamp' && args.every((arg) => arg.expr.kind === 'vector-selector')
  if (allInvariant && (fixedTimestamp || !TIME_DEPENDENT.has(expr.func))) {
    return { expr: { ...expr, args: args.map((arg) => arg.expr) }, invariant: true, wrap: true }
  }
  return { expr: { ...expr, args: args.map(wrapIfWorth) }, invariant: false, wrap: false }
}

function wrapIfWorth(marked: Marked): Expr {
  return marked.wrap ? wrapped(marked.expr) : marked.expr
}

function wrapped(expr: Expr): StepInvariant {
  return { kind: 'step-invariant', expr, position: expr.position }
}
