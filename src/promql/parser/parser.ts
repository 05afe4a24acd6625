import type { Labels } from '../../model/labels.ts'
import type { Matcher } from '../../model/matcher.ts'
import type { Aggregation, BinaryExpr, BinaryOp, Call, Expr, NumberLiteral, ValueType, VectorMatching } from './ast.ts'
import { checkExpr } from './check.ts'
import { literalSeconds } from './duration-literal.ts'
import { functionSignature } from './function-signatures.ts'
import { parseMatching } from './matching-parser.ts'
import type { ParserOptions } from './parser-options.ts'
import { PostfixParser } from './postfix-parser.ts'
import { quote, unquote } from './quote.ts'
import { parseGroupingLabels, parseLabels, parseVectorSelector } from './selector-parser.ts'
import { beginsExpression, canNameMetric, isAggregationWord, type Token, type TokenKind } from './token.ts'
import { parseError, TokenStream, tokenPosition } from './token-stream.ts'
import { isSetOp, typeOf } from './type-of.ts'

/**
 * Parses and checks a PromQL expression (the language of Prometheus 3.x). Throws `ParseError` with Prometheus's message and position
 * for the first thing wrong with it.
 */
export function parseExpr(query: string, options: ParserOptions): Expr {
  const stream = new TokenStream(query)
  if (stream.peek().kind === 'end of input') {
    throw parseError(query, 'no expression found in input', { start: 0, end: 0 })
  }
  const parser = new ExprParser(stream, options)
  const expr = parser.expression()
  expectEnd(stream)
  checkExpr(expr, { text: query, droppedMatching: parser.droppedMatching })
  return expr
}

/**
 * Parses a series selector as in the API's `match[]`: `up{job="a"}`. Throws `ParseError`.
 * Whether it selects anything in particular (a matcher that does not match the empty string) is the caller's question.
 */
export function parseMetricSelector(text: string): readonly Matcher[] {
  const stream = new TokenStream(text)
  const { kind } = stream.peek()
  if (kind !== '{' && !canNameMetric(kind)) stream.fail()
  const { matchers } = parseVectorSelector(stream)
  expectEnd(stream)
  return matchers
}

/** Parses the labels of one series: `up{job="a"}`. Throws `ParseError`. */
export function parseMetric(text: string): Labels {
  const stream = new TokenStream(text)
  const labels = parseLabels(stream)
  expectEnd(stream)
  return labels
}

/**
 * Parses the labels of the series that `text` begins with; `end` is where they end. Unlike in a query, braces belong to a name only when
 * they follow at once, since values may follow it after a space. Throws `ParseError`.
 */
export function parseMetricPrefix(text: string): { readonly labels: Labels; readonly end: number } {
  const name = /^[a-zA-Z_:][\w:]*/.exec(text)?.[0] ?? ''
  if (name !== '' && text[name.length] !== '{') return { labels: parseMetric(name), end: name.length }
  const stream = new TokenStream(text)
  const labels = parseLabels(stream)
  stream.throwReported()
  return { labels, end: stream.lastEnd }
}

function expectEnd(stream: TokenStream): void {
  if (stream.peek().kind !== 'end of input') stream.fail()
  stream.throwReported()
}

const AGGREGATION = { inside: 'aggregation', expected: '' }

const PRECEDENCE: Partial<Readonly<Record<TokenKind, number>>> = {
  or: 1,
  and: 2,
  unless: 2,
  '==': 3,
  '!=': 3,
  '<': 3,
  '>': 3,
  '<=': 3,
  '>=': 3,
  '</': 3,
  '>/': 3,
  '+': 4,
  '-': 4,
  '*': 5,
  '/': 5,
  '%': 5,
  atan2: 5,
  '^': 6,
}

/** A sign binds like a product: `-a * b` is `(-a) * b`, `-a ^ b` is `-(a ^ b)`. */
const SIGN_PRECEDENCE = 5

const TAKES_PARAMETER: ReadonlySet<TokenKind> = new Set([
  'topk',
  'bottomk',
  'count_values',
  'quantile',
  'limitk',
  'limit_ratio',
])

/** A Pratt parser: operands with their postfixes, joined by operators of rising precedence. */
class ExprParser {
  /** What was written for vector matching between operands that are not both vectors, for the check. */
  readonly droppedMatching = new Map<BinaryExpr, VectorMatching>()
  readonly #binaryTypes = new Map<BinaryExpr, ValueType>()
  readonly #stream: TokenStream
  readonly #options: ParserOptions
  readonly #postfixes: PostfixParser

  constructor(stream: TokenStream, options: ParserOptions) {
    this.#stream = stream
    this.#options = options
    this.#postfixes = new PostfixParser(stream, options)
  }

  /** An expression of operators that bind tighter than `outerPrecedence`. */
  expression(outerPrecedence = 0): Expr {
    let left = this.#postfixes.parse(this.#operand())
    for (;;) {
      const { kind } = this.#stream.peek()
      const precedence = PRECEDENCE[kind] ?? 0
      if (precedence <= outerPrecedence) return left
      this.#stream.next()
      left = this.#binary(kind as BinaryOp, left, precedence)
    }
  }

  #operand(): Expr {
    const { kind } = this.#stream.peek()
    switch (kind) {
      case 'number':
      case 'duration':
        return this.#number()
      case 'string': {
        const token = this.#stream.next()
        return { kind: 'string', value: unquote(token.text), position: tokenPosition(token) }
      }
      case '+':
      case '-':
        return this.#stream.nested(() => this.#signed(kind))
      case '(':
        return this.#stream.nested(() => this.#paren())
      case '{':
        return parseVectorSelector(this.#stream)
      default:
        return canNameMetric(kind) ? this.#named() : this.#stream.fail()
    }
  }

  #number(): NumberLiteral {
    const token = this.#stream.next()
    const value = literalSeconds(this.#stream, token)
    return { kind: 'number', value, duration: token.kind === 'duration', position: tokenPosition(token) }
  }

  #signed(op: '+' | '-'): Expr {
    const { start } = this.#stream.next()
    const expr = this.expression(SIGN_PRECEDENCE)
    const position = { start, end: expr.position.end }
    if (expr.kind === 'number') return { ...expr, value: op === '-' ? -expr.value : expr.value, position }
    return { kind: 'unary', op, expr, position }
  }

  #paren(): Expr {
    const { start } = this.#stream.next()
    const expr = this.expression()
    this.#stream.expect(')')
    return { kind: 'paren', expr, position: { start, end: this.#stream.lastEnd } }
  }

  /** A word: an aggregation, a function call or the name of a metric, as the token after it tells. */
  #named(): Expr {
    const name = this.#stream.next()
    const next = this.#stream.peek().kind
    if (isAggregationWord(name.kind) && (next === '(' || next === 'by' || next === 'without')) {
      return this.#aggregation(name)
    }
    if (next === '(' && canNameFunction(name.kind)) return this.#call(name)
    return parseVectorSelector(this.#stream, name)
  }

  #call(name: Token): Call {
    const args = this.#stream.nested(() => this.#arguments())
    const signature = functionSignature(name.text)
    if (signature === undefined) {
      this.#stream.report(`unknown function with name ${quote(name.text)}`, tokenPosition(name))
    } else if (signature.experimental && !this.#options.experimentalFunctions) {
      this.#stream.report(`function ${quote(name.text)} is not enabled`, tokenPosition(name))
    }
    return { kind: 'call', func: name.text, args, position: { start: name.start, end: this.#stream.lastEnd } }
  }

  #arguments(): Expr[] {
    const args: Expr[] = []
    this.#stream.expect('(')
    if (this.#stream.accept(')')) return args
    args.push(this.expression())
    while (!this.#stream.accept(')')) {
      const comma = this.#stream.expect(',')
      if (beginsExpression(this.#stream.peek().kind)) args.push(this.expression())
      else this.#stream.report('trailing commas not allowed in function call args', tokenPosition(comma))
    }
    return args
  }

  #aggregation(name: Token): Aggregation {
    const { grouping, without, args } = this.#stream.within(AGGREGATION, () => this.#aggregationParts())
    const position = { start: name.start, end: this.#stream.lastEnd }
    const op = name.kind as Aggregation['op']
    const wanted = TAKES_PARAMETER.has(op) ? 2 : 1
    const problem = this.#aggregationProblem(op, args.length, wanted)
    if (problem !== undefined) this.#stream.report(problem, position)
    const expr = args[wanted - 1] ?? { kind: 'number', value: NaN, duration: false, position }
    return {
      kind: 'aggregation',
      op,
      expr,
      param: wanted === 2 ? (args[0] ?? null) : null,
      grouping,
      without,
      position,
    }
  }

  /** `by` and `without` may stand before or after the arguments. */
  #aggregationParts(): { grouping: string[]; without: boolean; args: Expr[] } {
    const before = this.#grouping()
    const args = this.#stream.nested(() => this.#arguments())
    return { ...(before ?? this.#grouping() ?? { grouping: [], without: false }), args }
  }

  #grouping(): { grouping: string[]; without: boolean } | undefined {
    const { kind } = this.#stream.peek()
    if (kind !== 'by' && kind !== 'without') return undefined
    this.#stream.next()
    return { grouping: parseGroupingLabels(this.#stream), without: kind === 'without' }
  }

  #aggregationProblem(op: Aggregation['op'], count: number, wanted: number): string | undefined {
    if (count === 0) return 'no arguments for aggregate expression provided'
    if (!this.#options.experimentalFunctions && (op === 'limitk' || op === 'limit_ratio')) {
      return `${op}() is experimental and must be enabled with --enable-feature=promql-experimental-functions`
    }
    if (count === wanted) return undefined
    return `wrong number of arguments for aggregate expression provided, expected ${wanted}, got ${count}`
  }

  #binary(op: BinaryOp, left: Expr, precedence: number): BinaryExpr {
    const returnBool = this.#stream.accept('bool')
    const written = parseMatching(this.#stream)
    // Only the power is right-associative and so nests with each further operator.
    const right = op === '^' ? this.#stream.nested(() => this.expression(precedence - 1)) : this.expression(precedence)
    const position = { start: left.position.start, end: right.position.end }
    if (!this.#options.binopFill && (written.fill.left !== null || written.fill.right !== null)) {
      this.#stream.report('binop fill modifiers are experimental and not enabled', position)
    }
    const types = [this.#typeOf(left), this.#typeOf(right)]
    const bothVectors = types.every((type) => type === 'vector')
    const matching = bothVectors ? forOperator(op, written) : null
    const binary: BinaryExpr = { kind: 'binary', op, left, right, returnBool, matching, position }
    this.#binaryTypes.set(binary, types.every((type) => type === 'scalar') ? 'scalar' : 'vector')
    if (!bothVectors) this.droppedMatching.set(binary, written)
    return binary
  }

  /** As `typeOf`, but without going down a long chain of operators again at each of them. */
  #typeOf(expr: Expr): ValueType {
    switch (expr.kind) {
      case 'binary':
        return this.#binaryTypes.get(expr) ?? typeOf(expr)
      case 'unary':
      case 'paren':
        return this.#typeOf(expr.expr)
      default:
        return typeOf(expr)
    }
  }
}

/** Set operators match many to many unless something else was written, which is then an error. */
function forOperator(op: BinaryOp, matching: VectorMatching): VectorMatching {
  if (!isSetOp(op) || matching.cardinality !== 'one-to-one') return matching
  return { ...matching, cardinality: 'many-to-many' }
}

function canNameFunction(kind: TokenKind): boolean {
  switch (kind) {
    case 'identifier':
    case 'start':
    case 'end':
    case 'step':
    case 'range':
    case 'max_of':
    case 'min_of':
      return true
    default:
      return false
  }
}
