import type { BinaryOp, ComparisonOp, Expr, SetOp, ValueType } from './ast.ts'
import { functionSignature } from './function-signatures.ts'

/** The type of an expression's value, from its form alone; what its parts must be is `check.ts`'s business. */
export function typeOf(expr: Expr): ValueType {
  switch (expr.kind) {
    case 'number':
      return 'scalar'
    case 'string':
      return 'string'
    case 'vector-selector':
    case 'aggregation':
      return 'vector'
    case 'matrix-selector':
    case 'subquery':
      return 'matrix'
    case 'call':
      return functionSignature(expr.func)?.returns ?? 'vector'
    case 'binary':
      // The right side first: it is short where operators are chained.
      return typeOf(expr.right) === 'scalar' && typeOf(expr.left) === 'scalar' ? 'scalar' : 'vector'
    case 'unary':
    case 'paren':
    case 'step-invariant':
      return typeOf(expr.expr)
  }
}

export function isSetOp(op: BinaryOp): op is SetOp {
  return op === 'and' || op === 'or' || op === 'unless'
}

export function isComparisonOp(op: BinaryOp): op is ComparisonOp {
  return op === '==' || op === '!=' || op === '<' || op === '>' || op === '<=' || op === '>='
}
