import type { Labels } from '../../model/labels.ts'
import type { Matcher } from '../../model/matcher.ts'
import type {
  Aggregation,
  AtModifier,
  BinaryExpr,
  BinaryOp,
  Call,
  DurationExpr,
  Expr,
  MatrixSelector,
  NumberLiteral,
  Subquery,
  TimeModifiers,
  VectorMatching,
  VectorSelector,
} from './ast.ts'
import { checkExpr } from './check.ts'
import { literalSeconds } from './duration-literal.ts'
import { DurationParser } from './duration-parser.ts'
import { functionSignature } from './function-signatures.ts'
import type { ParserOptions } from './parser-options.ts'
import { quote, unquote } from './quote.ts'
import { parseGroupingLabels, parseLabels, parseVectorSelector } from './selector-parser.ts'
import { canNameMetric, isAggregationWord, type Token, type TokenKind } from './token.ts'
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

function expectEnd(stream: TokenStream): void {
  if (stream.peek().kind !== 'end of input') stream.fail()
  stream.throwReported()
}

const AGGREGATION = { inside: 'aggregation', expected: '' }
const OFFSET = { inside: 'offset', expected: 'number, duration, step(), or range()' }
const AT = { inside: '@', expected: 'timestamp' }
const RANGE = { inside: 'subquery or range selector', expected: 'number, duration, step(), or range()' }
const AFTER_RANGE = { inside: 'subquery or range', expected: '":" or "]"' }
const STEP = { inside: 'subquery selector', expected: 'number, duration, step(), range(), or "]"' }
const AFTER_STEP = { inside: 'subquery selector', expected: '"]"' }

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

const MODIFIER_NEEDS_SELECTOR =
  'modifier must be preceded by an instant vector selector or range vector selector or a subquery'

/** A Pratt parser: operands with their postfixes, joined by operators of rising precedence. */
class ExprParser {
  /** What was written for vector matching between operands that are not both vectors, for the check. */
  readonly droppedMatching = new Map<BinaryExpr, VectorMatching>()
  readonly #stream: TokenStream
  readonly #options: ParserOptions
  readonly #durations: DurationParser

  constructor(stream: TokenStream, options: ParserOptions) {
    this.#stream = stream
    this.#options = options
    this.#durations = new DurationParser(stream, options)
  }

  /** An expression of operators that bind tighter than `outerPrecedence`. */
  expression(outerPrecedence = 0): Expr {
    let left = this.#postfixes(this.#operand())
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
    const name = this.#stream.peek()
    if (!canBeCalled(name.kind)) return parseVectorSelector(this.#stream)
    const selector = parseVectorSelector(this.#stream)
    if (selector.position.end !== name.start + name.text.length) return selector
    const next = this.#stream.peek().kind
    if (isAggregationWord(name.kind)) {
      return next === '(' || next === 'by' || next === 'without' ? this.#aggregation(name) : selector
    }
    return next === '(' ? this.#call(name) : selector
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
    const written = this.#matching()
    const right = this.expression(op === '^' ? precedence - 1 : precedence)
    const position = { start: left.position.start, end: right.position.end }
    if (!this.#options.binopFill && (written.fill.left !== null || written.fill.right !== null)) {
      this.#stream.report('binop fill modifiers are experimental and not enabled', position)
    }
    const bothVectors = typeOf(right) === 'vector' && typeOf(left) === 'vector'
    const matching = bothVectors ? forOperator(op, written) : null
    const binary: BinaryExpr = { kind: 'binary', op, left, right, returnBool, matching, position }
    if (!bothVectors) this.droppedMatching.set(binary, written)
    return binary
  }

  #matching(): VectorMatching {
    const { kind } = this.#stream.peek()
    if (kind !== 'on' && kind !== 'ignoring') return { ...NO_MATCHING, fill: this.#fill() }
    this.#stream.next()
    const labels = parseGroupingLabels(this.#stream)
    const side = this.#stream.peek().kind
    const grouped = side === 'group_left' || side === 'group_right'
    const include = grouped ? this.#include() : []
    const cardinality = grouped ? (side === 'group_left' ? 'many-to-one' : 'one-to-many') : 'one-to-one'
    return { cardinality, on: kind === 'on', labels, include, fill: this.#fill() }
  }

  #include(): string[] {
    this.#stream.next()
    return this.#stream.peek().kind === '(' ? parseGroupingLabels(this.#stream) : []
  }

  #fill(): VectorMatching['fill'] {
    if (this.#stream.accept('fill')) {
      const value = this.#fillValue()
      return { left: value, right: value }
    }
    const first = this.#stream.peek().kind
    if (first !== 'fill_left' && first !== 'fill_right') return NO_MATCHING.fill
    this.#stream.next()
    const value = this.#fillValue()
    const other = this.#stream.accept(first === 'fill_left' ? 'fill_right' : 'fill_left') ? this.#fillValue() : null
    return first === 'fill_left' ? { left: value, right: other } : { left: other, right: value }
  }

  #fillValue(): number {
    this.#stream.expect('(')
    const value = this.#signedNumber()
    this.#stream.expect(')')
    return value
  }

  #signedNumber(): number {
    const negative = this.#stream.accept('-')
    if (!negative) this.#stream.accept('+')
    const { kind } = this.#stream.peek()
    if (kind !== 'number' && kind !== 'duration') this.#stream.fail()
    const value = literalSeconds(this.#stream, this.#stream.next())
    return negative ? -value : value
  }

  #postfixes(operand: Expr): Expr {
    let expr = operand
    for (;;) {
      switch (this.#stream.peek().kind) {
        case '[':
          expr = this.#bracket(expr)
          break
        case 'offset':
          expr = this.#offset(expr)
          break
        case '@':
          expr = this.#at(expr)
          break
        case 'anchored':
        case 'smoothed':
          expr = this.#extension(expr)
          break
        default:
          return expr
      }
    }
  }

  #bracket(expr: Expr): Expr {
    const open = this.#stream.next()
    const range = this.#stream.within(RANGE, () => this.#durations.positive())
    if (this.#stream.accept(']')) return this.#matrix(expr, open, range)
    if (this.#stream.peek().kind !== ':') this.#stream.fail(AFTER_RANGE)
    this.#stream.next()
    const step = this.#stream.within(STEP, () => (this.#stream.peek().kind === ']' ? null : this.#durations.positive()))
    if (this.#stream.peek().kind !== ']') this.#stream.fail(AFTER_STEP)
    this.#stream.next()
    const position = { start: expr.position.start, end: this.#stream.lastEnd }
    return { kind: 'subquery', expr, range, step, offset: null, at: null, position }
  }

  #matrix(expr: Expr, open: Token, range: DurationExpr): MatrixSelector {
    const end = this.#stream.lastEnd
    const problem = rangeProblem(expr)
    if (problem !== undefined) this.#stream.report(problem, { start: open.start, end })
    const position = { start: expr.position.start, end }
    const vector = expr.kind === 'vector-selector' ? expr : emptySelector(expr)
    return { kind: 'matrix-selector', vector, range, position }
  }

  #offset(expr: Expr): Expr {
    this.#stream.next()
    const offset = this.#stream.within(OFFSET, () => this.#durations.offset())
    const modified = modifiersOf(expr)
    if (modified === undefined) {
      this.#stream.report(`offset ${MODIFIER_NEEDS_SELECTOR}`, expr.position)
      return expr
    }
    if (modified.offset !== null) this.#stream.report('offset may not be set multiple times', expr.position)
    const isNone = offset.kind === 'duration' && offset.ms === 0
    return this.#withModifiers(expr, { at: modified.at, offset: isNone ? null : offset })
  }

  #at(expr: Expr): Expr {
    this.#stream.next()
    const at = this.#stream.within(AT, () => this.#atModifier(expr))
    const modified = modifiersOf(expr)
    if (modified === undefined) {
      this.#stream.report(`@ ${MODIFIER_NEEDS_SELECTOR}`, expr.position)
      return expr
    }
    if (modified.at !== null) this.#stream.report('@ <timestamp> may not be set multiple times', expr.position)
    return this.#withModifiers(expr, { at, offset: modified.offset })
  }

  #atModifier(expr: Expr): AtModifier {
    const { kind } = this.#stream.peek()
    if (kind === 'start' || kind === 'end') {
      this.#stream.next()
      this.#stream.expect('(')
      this.#stream.expect(')')
      return { kind }
    }
    const seconds = this.#signedNumber()
    if (!(Math.abs(seconds) < 2 ** 63)) {
      this.#stream.report(`timestamp out of bounds for @ modifier: ${formatFixed(seconds)}`, expr.position)
    }
    const ms = Math.sign(seconds) * Math.round(Math.abs(seconds) * 1000)
    return { kind: 'timestamp', timestampMs: ms === 0 ? 0 : ms }
  }

  #withModifiers(expr: Expr, modifiers: TimeModifiers): Expr {
    const position = { start: expr.position.start, end: this.#stream.lastEnd }
    if (expr.kind === 'matrix-selector') return { ...expr, vector: { ...expr.vector, ...modifiers }, position }
    return { ...(expr as VectorSelector | Subquery), ...modifiers, position }
  }

  #extension(expr: Expr): Expr {
    const word = this.#stream.next().kind === 'anchored' ? 'anchored' : 'smoothed'
    const selector = expr.kind === 'matrix-selector' ? expr.vector : expr
    const problem = this.#extensionProblem(word, selector)
    if (problem !== undefined) this.#stream.report(problem, expr.position)
    if (selector.kind !== 'vector-selector') return expr
    const extended: VectorSelector = { ...selector, extension: word }
    return expr.kind === 'matrix-selector' ? { ...expr, vector: extended } : extended
  }

  #extensionProblem(word: 'anchored' | 'smoothed', selector: Expr): string | undefined {
    if (!this.#options.extendedRangeSelectors) return `${word} modifier is experimental and not enabled`
    if (selector.kind === 'subquery') return `${word} modifier is not supported for subqueries`
    if (selector.kind !== 'vector-selector') return `${word} modifier not implemented`
    const other = selector.extension !== 'none' && selector.extension !== word
    return other ? 'anchored and smoothed modifiers cannot be used together' : undefined
  }
}

const NO_MATCHING: VectorMatching = {
  cardinality: 'one-to-one',
  on: false,
  labels: [],
  include: [],
  fill: { left: null, right: null },
}

/** Set operators match many to many unless something else was written, which is then an error. */
function forOperator(op: BinaryOp, matching: VectorMatching): VectorMatching {
  if (!isSetOp(op) || matching.cardinality !== 'one-to-one') return matching
  return { ...matching, cardinality: 'many-to-many' }
}

function canBeCalled(kind: TokenKind): boolean {
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
      return isAggregationWord(kind)
  }
}

function beginsExpression(kind: TokenKind): boolean {
  switch (kind) {
    case 'number':
    case 'duration':
    case 'string':
    case '+':
    case '-':
    case '(':
    case '{':
      return true
    default:
      return canNameMetric(kind)
  }
}

function rangeProblem(expr: Expr): string | undefined {
  if (expr.kind !== 'vector-selector') return 'ranges only allowed for vector selectors'
  if (expr.offset !== null) return 'no offset modifiers allowed before range'
  if (expr.at !== null) return 'no @ modifiers allowed before range'
  return undefined
}

/** Stands in a tree that is about to be refused. */
function emptySelector({ position }: Expr): VectorSelector {
  return { kind: 'vector-selector', name: '', matchers: [], extension: 'none', offset: null, at: null, position }
}

function modifiersOf(expr: Expr): TimeModifiers | undefined {
  switch (expr.kind) {
    case 'vector-selector':
    case 'subquery':
      return expr
    case 'matrix-selector':
      return expr.vector
    default:
      return undefined
  }
}

/** As Go's `%f`. */
function formatFixed(value: number): string {
  if (Number.isNaN(value)) return 'NaN'
  if (!Number.isFinite(value)) return value > 0 ? '+Inf' : '-Inf'
  return Math.abs(value) < 1e21 ? value.toFixed(6) : `${BigInt(value)}.000000`
}
