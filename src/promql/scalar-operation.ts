import type { ArithmeticOp, ComparisonOp } from './parser/ast.ts'
import { goPow } from './float-arithmetic.ts'

/** An operator between two scalars; comparisons give 1 or 0. */
export function computeScalar(op: ArithmeticOp | ComparisonOp, left: number, right: number): number {
  switch (op) {
    case '+':
      return left + right
    case '-':
      return left - right
    case '*':
      return left * right
    case '/':
      return left / right
    case '%':
      return left % right
    case '^':
      return goPow(left, right)
    case 'atan2':
      return Math.atan2(left, right)
    default:
      return compare(op, left, right) ? 1 : 0
  }
}

export function compare(op: ComparisonOp, left: number, right: number): boolean {
  switch (op) {
    case '==':
      return left === right
    case '!=':
      return left !== right
    case '>':
      return left > right
    case '<':
      return left < right
    case '>=':
      return left >= right
    case '<=':
      return left <= right
  }
}
