import type { Expr, VectorSelector } from './ast.ts'

/** Every selector of an expression, in the order written. */
export function selectorsOf(expr: Expr): VectorSelector[] {
  switch (expr.kind) {
    case 'vector-selector':
      return [expr]
    case 'matrix-selector':
      return [expr.vector]
    case 'number':
    case 'string':
      return []
    case 'call':
      return expr.args.flatMap(selectorsOf)
    case 'aggregation':
      return [...(expr.param === null ? [] : selectorsOf(expr.param)), ...selectorsOf(expr.expr)]
    case 'binary':
      return [...selectorsOf(expr.left), ...selectorsOf(expr.right)]
    case 'subquery':
    case 'unary':
    case 'paren':
    case 'step-invariant':
      return selectorsOf(expr.expr)
  }
}
