import type { AtModifier, DurationExpr, Expr, MatrixSelector, Subquery, TimeModifiers, VectorSelector } from './ast.ts'
import { parseSignedNumber } from './duration-literal.ts'
import { DurationParser } from './duration-parser.ts'
import type { ParserOptions } from './parser-options.ts'
import type { Token } from './token.ts'
import type { TokenStream } from './token-stream.ts'

const OFFSET = { inside: 'offset', expected: 'number, duration, step(), or range()' }
const AT = { inside: '@', expected: 'timestamp' }
const RANGE = { inside: 'subquery or range selector', expected: 'number, duration, step(), or range()' }
const AFTER_RANGE = { inside: 'subquery or range', expected: '":" or "]"' }
const STEP = { inside: 'subquery selector', expected: 'number, duration, step(), range(), or "]"' }
const AFTER_STEP = { inside: 'subquery selector', expected: '"]"' }

const MODIFIER_NEEDS_SELECTOR =
  'modifier must be preceded by an instant vector selector or range vector selector or a subquery'

/** Reads what follows an operand and binds tightest: `[5m]`, `[5m:1m]`, `offset`, `@`, `anchored`, `smoothed`. */
export class PostfixParser {
  readonly #stream: TokenStream
  readonly #options: ParserOptions
  readonly #durations: DurationParser

  constructor(stream: TokenStream, options: ParserOptions) {
    this.#stream = stream
    this.#options = options
    this.#durations = new DurationParser(stream, options)
  }

  /** The operand with all its postfixes. */
  parse(operand: Expr): Expr {
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
    const seconds = parseSignedNumber(this.#stream)
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
