import { goPow } from '../../float-arithmetic.ts'
import type { ArithmeticOp, ComparisonOp, TrimOp } from '../../parser/ast.ts'
import { quote } from '../../parser/quote.ts'
import type { ValueOp } from '../../plan/node.ts'
import { compare } from '../../scalar-operation.ts'

/** An operator between two values. */
export type Arithmetic = (left: number, right: number) => number
export type Comparison = (left: number, right: number) => boolean

export function isComparison(op: ValueOp): op is ComparisonOp {
  return op === '==' || op === '!=' || op === '>' || op === '<' || op === '>=' || op === '<='
}

export function isTrim(op: ValueOp): op is TrimOp {
  return op === '</' || op === '>/'
}

/** As functions of their own, so that a loop over steps calls one that never changes. */
export function arithmetic(op: ArithmeticOp): Arithmetic {
  switch (op) {
    case '+':
      return (left, right) => left + right
    case '-':
      return (left, right) => left - right
    case '*':
      return (left, right) => left * right
    case '/':
      return (left, right) => left / right
    case '%':
      return (left, right) => left % right
    case '^':
      return goPow
    case 'atan2':
      return Math.atan2
  }
}

export function comparison(op: ComparisonOp): Comparison {
  return (left, right) => compare(op, left, right)
}

/** What is said when an operator is given samples that it is not made for: the trim operators take histograms only. */
export function incompatibleFloats(op: TrimOp): string {
  return `incompatible sample types encountered for binary operator ${quote(op)}: float ${op} float`
}
