import { METRIC_NAME } from '../../model/labels.ts'
import type { Aggregation, BinaryExpr, Call, Expr, Position, ValueType, VectorMatching, VectorSelector } from './ast.ts'
import { functionSignature, type FunctionSignature } from './function-signatures.ts'
import { quote } from './quote.ts'
import { isSpaceCode } from './scan-number.ts'
import { parseError } from './token-stream.ts'
import { isComparisonOp, isSetOp, typeOf } from './type-of.ts'

export interface CheckContext {
  /** The query that was parsed. */
  readonly text: string
  /** Vector matching that was written between operands that are not both vectors. */
  readonly droppedMatching: ReadonlyMap<BinaryExpr, VectorMatching>
}

/** Checks types, numbers of arguments and everything else that the grammar leaves open. Throws `ParseError` for the first problem. */
export function checkExpr(expr: Expr, context: CheckContext): void {
  new Checker(context).check(expr)
}

/** How deep a tree may be: everything that walks it does so by recursion. A chain of that many operators is one too. */
const MAX_DEPTH = 1_000

/** Each method checks the parts first and in Prometheus's order, since the first problem is the one reported. */
class Checker {
  readonly #context: CheckContext
  #depth = 0

  constructor(context: CheckContext) {
    this.#context = context
  }

  /** Gives the type of the expression. */
  check(expr: Expr): ValueType {
    if (++this.#depth > MAX_DEPTH) this.#fail(`expression is more than ${MAX_DEPTH} operations deep`, expr.position)
    const type = this.#check(expr)
    this.#depth--
    return type
  }

  #check(expr: Expr): ValueType {
    switch (expr.kind) {
      case 'aggregation':
        this.#aggregation(expr)
        return 'vector'
      case 'binary':
        return this.#binary(expr)
      case 'call':
        this.#call(expr)
        return typeOf(expr)
      case 'unary':
        return this.#unary(this.check(expr.expr), expr.position)
      case 'subquery':
        this.#subquery(this.check(expr.expr), expr.position)
        return 'matrix'
      case 'vector-selector':
        this.#selector(expr, false)
        return 'vector'
      case 'matrix-selector':
        this.#selector(expr.vector, false)
        return 'matrix'
      case 'paren':
      case 'step-invariant':
        return this.check(expr.expr)
      case 'number':
        return 'scalar'
      case 'string':
        return 'string'
    }
  }

  #aggregation({ op, expr, param }: Aggregation): void {
    this.#expectType(expr, 'vector', 'aggregation expression')
    if (param !== null) this.#expectType(param, op === 'count_values' ? 'string' : 'scalar', 'aggregation parameter')
  }

  #expectType(expr: Expr, wanted: ValueType, where: string): void {
    const type = this.check(expr)
    if (type !== wanted)
      this.#fail(`expected type ${typeName(wanted)} in ${where}, got ${typeName(type)}`, expr.position)
  }

  #binary(expr: BinaryExpr): ValueType {
    const left = this.check(expr.left)
    const right = this.check(expr.right)
    const matching = expr.matching ?? this.#context.droppedMatching.get(expr)
    this.#operator(expr, left, right)
    if (matching !== undefined) this.#groupingLabels(expr, matching)
    this.#operand(expr.left, left)
    this.#operand(expr.right, right)
    if (matching !== undefined && expr.matching === null) this.#droppedMatching(expr, matching)
    if (isSetOp(expr.op)) this.#setOperands(expr, left === 'scalar' || right === 'scalar')
    return left === 'scalar' && right === 'scalar' ? 'scalar' : 'vector'
  }

  #setOperands(expr: BinaryExpr, hasScalar: boolean): void {
    if (expr.matching !== null) this.#setMatching(expr, expr.matching)
    if (!hasScalar) return
    this.#fail(`set operator ${quote(expr.op)} not allowed in binary scalar expression`, expr.position)
  }

  #operator(expr: BinaryExpr, left: ValueType, right: ValueType): void {
    if (expr.returnBool && !isComparisonOp(expr.op)) {
      this.#fail('bool modifier can only be used on comparison operators', this.#operatorPosition(expr))
    }
    if (isComparisonOp(expr.op) && !expr.returnBool && left === 'scalar' && right === 'scalar') {
      this.#fail('comparisons between scalars must use BOOL modifier', this.#operatorPosition(expr))
    }
  }

  #groupingLabels(expr: BinaryExpr, { on, labels, include }: VectorMatching): void {
    const both = on ? labels.find((label) => include.includes(label)) : undefined
    if (both === undefined) return
    this.#fail(`label ${quote(both)} must not occur in ON and GROUP clause at once`, this.#operatorPosition(expr))
  }

  #operand(operand: Expr, type: ValueType): void {
    if (type === 'scalar' || type === 'vector') return
    this.#fail('binary expression must contain only scalar and instant vector types', operand.position)
  }

  #droppedMatching({ position }: BinaryExpr, { labels, fill }: VectorMatching): void {
    if (labels.length > 0) this.#fail('vector matching only allowed between instant vectors', position)
    if (fill.left === null && fill.right === null) return
    this.#fail('filling in missing series only allowed between instant vectors', position)
  }

  #setMatching({ op, position }: BinaryExpr, { cardinality, fill }: VectorMatching): void {
    if (cardinality !== 'many-to-many') this.#fail(`no grouping allowed for ${quote(op)} operation`, position)
    if (fill.left === null && fill.right === null) return
    this.#fail('filling in missing series not allowed for set operators', position)
  }

  /** The stretch between the operands, without the space around it: the operator with its modifiers. */
  #operatorPosition({ left, right }: BinaryExpr): Position {
    const { text } = this.#context
    let start = left.position.end
    let end = right.position.start - 1
    while (isSpaceCode(text.charCodeAt(start))) start++
    while (isSpaceCode(text.charCodeAt(end))) end--
    return { start, end }
  }

  #call(call: Call): void {
    const signature = functionSignature(call.func)
    if (signature === undefined) return
    this.#argumentCount(call, signature)
    if (call.func === 'info') this.#infoSelector(call)
    for (const [i, arg] of call.args.entries()) {
      const wanted = signature.args[Math.min(i, signature.args.length - 1)] ?? 'vector'
      if (isInfoSelector(call, i)) this.#selector(arg as VectorSelector, true)
      else this.#expectType(arg, wanted, `call to function ${quote(call.func)}`)
    }
  }

  #argumentCount({ func, args, position }: Call, signature: FunctionSignature): void {
    const least = signature.variadic === 0 ? signature.args.length : signature.args.length - 1
    const most = signature.variadic < 0 ? Infinity : least + signature.variadic
    if (args.length >= least && args.length <= most) return
    const bound = signature.variadic === 0 ? '' : args.length < least ? 'at least ' : 'at most '
    const wanted = args.length < least ? least : most
    this.#fail(`expected ${bound}${wanted} argument(s) in call to ${quote(func)}, got ${args.length}`, position)
  }

  /** The second argument of `info` names labels by matchers and is no selector of series. */
  #infoSelector({ func, args, position }: Call): void {
    const selector = args[1]
    if (selector === undefined) return
    const type = typeOf(selector)
    if (type !== 'vector') {
      this.#fail(`expected type instant vector in call to function ${quote(func)}, got ${typeName(type)}`, position)
    }
    if (selector.kind !== 'vector-selector') this.#fail('expected label selectors only', selector.position)
    if (selector.name === '') return
    this.#fail('expected label selectors only, got vector selector instead', selector.position)
  }

  #unary(type: ValueType, position: Position): ValueType {
    if (type === 'scalar' || type === 'vector') return type
    const found = quote(typeName(type))
    return this.#fail(
      `unary expression only allowed on expressions of type scalar or instant vector, got ${found}`,
      position,
    )
  }

  #subquery(type: ValueType, position: Position): void {
    if (type !== 'vector') this.#fail(`subquery is only allowed on instant vector, got ${type} instead`, position)
  }

  #selector({ name, matchers, position }: VectorSelector, mayBeEmpty: boolean): void {
    if (name !== '') {
      const second = matchers.slice(1).find((matcher) => matcher.name === METRIC_NAME)
      if (second === undefined) return
      this.#fail(`metric name must not be set twice: ${quote(name)} or ${quote(second.value)}`, position)
    }
    if (mayBeEmpty || matchers.some((matcher) => !matcher.matches(''))) return
    this.#fail('vector selector must contain at least one non-empty matcher', position)
  }

  #fail(message: string, position: Position): never {
    throw parseError(this.#context.text, message, position)
  }
}

function isInfoSelector({ func, args }: Call, index: number): boolean {
  return func === 'info' && index === 1 && args[1]?.kind === 'vector-selector'
}

/** The types in the words of the documentation. */
function typeName(type: ValueType): string {
  switch (type) {
    case 'vector':
      return 'instant vector'
    case 'matrix':
      return 'range vector'
    case 'scalar':
    case 'string':
      return type
  }
}
