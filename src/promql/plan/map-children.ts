import type { Expr } from '../parser/ast.ts'
import { assertNever } from '../../util/assert-never.ts'

/** The same expression with `change` applied to each operand; leaves and the node itself stay as they are. Nodes are copied, never changed. */
export function mapChildren(expr: Expr, change: (child: Expr) => Expr): Expr {
  switch (expr.kind) {
    case 'number':
    case 'string':
    case 'vector-selector':
    case 'matrix-selector':
      return expr
    case 'subquery':
    case 'unary':
    case 'paren':
    case 'step-invariant':
      return { ...expr, expr: change(expr.expr) }
    case 'call':
      return { ...expr, args: expr.args.map(change) }
    case 'aggregation':
      return { ...expr, expr: change(expr.expr), param: expr.param === null ? null : change(expr.param) }
    case 'binary':
      return { ...expr, left: change(expr.left), right: change(expr.right) }
    default:
      return assertNever(expr)
  }
}

/** What is inside any number of parentheses. */
export function unwrapParens(expr: Expr): Expr {
  return expr.kind === 'paren' ? unwrapParens(expr.expr) : expr
}
