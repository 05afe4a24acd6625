import { parseDuration } from '../../model/duration.ts'
import type { DurationExpr, Position } from './ast.ts'
import { parseNumber } from './number.ts'
import type { ParserOptions } from './parser-options.ts'
import { quote } from './quote.ts'
import type { Token, TokenKind } from './token.ts'
import { type TokenStream, tokenPosition } from './token-stream.ts'

type Literal = Extract<DurationExpr, { kind: 'duration' }>
type BinaryOp = Extract<DurationExpr, { kind: 'duration-binary' }>['op']

/** Seconds that fit Go's `time.Duration`, 64-bit nanoseconds. */
const MAX_SECONDS = 2 ** 63 / 1e9

const PRECEDENCE: Partial<Readonly<Record<TokenKind, number>>> = { '+': 1, '-': 1, '*': 2, '/': 2, '%': 2, '^': 3 }
const HIGHEST_PRECEDENCE = 3

/** The seconds of a number (`300`, `0x1F`, `1e3`) or duration (`5m`) token. What is wrong with it is reported, and 0 taken. */
export function literalSeconds(stream: TokenStream, token: Token): number {
  try {
    return token.kind === 'duration' ? durationSeconds(token.text) : parseNumber(token.text)
  } catch (error) {
    stream.report(error instanceof Error ? error.message : String(error), tokenPosition(token))
    return 0
  }
}

function durationSeconds(text: string): number {
  const seconds = tryParseDuration(text) / 1000
  if (seconds > MAX_SECONDS) throw new Error('duration out of range')
  return seconds
}

function tryParseDuration(text: string): number {
  try {
    return parseDuration(text)
  } catch {
    throw new Error(`not a valid duration string: ${quote(text)}`)
  }
}

/** Reads the durations of range selectors, subqueries and offsets, with arithmetic when that is enabled. */
export class DurationParser {
  readonly #stream: TokenStream
  readonly #options: ParserOptions

  constructor(stream: TokenStream, options: ParserOptions) {
    this.#stream = stream
    this.#options = options
  }

  /** A range or step, as written in brackets: a plain one must be above 0. */
  positive(): DurationExpr {
    const duration = this.#expression(0)
    if (duration.kind === 'duration' && duration.ms <= 0) {
      this.#stream.report('duration must be greater than 0', duration.position)
    }
    return toWholeMs(duration)
  }

  /**
   * What follows `offset`. Without parentheses only one signed operand belongs to the offset, so that `x offset 5m - y` is a difference;
   * after an operand in parentheses arithmetic goes on.
   */
  offset(): DurationExpr {
    const { kind } = this.#stream.peek()
    if (kind === '+' || kind === '-') return toWholeMs(this.#signedOffset())
    const operand = this.#operand()
    return toWholeMs(kind === '(' ? this.#operatorsAfter(operand, 0) : operand)
  }

  #signedOffset(): DurationExpr {
    const sign = this.#stream.next()
    const { kind } = this.#stream.peek()
    if (kind === '+' || kind === '-') {
      return this.#operatorsAfter(this.#signed(sign, this.#expression(HIGHEST_PRECEDENCE - 1)), 0)
    }
    if (kind === '(') return this.#signed(sign, this.#parenthesised())
    return this.#signed(sign, this.#operand())
  }

  /** Binary operators that bind tighter than `precedence`. */
  #expression(precedence: number): DurationExpr {
    return this.#operatorsAfter(this.#operand(), precedence)
  }

  #operatorsAfter(first: DurationExpr, outerPrecedence: number): DurationExpr {
    let left = first
    for (;;) {
      const token = this.#stream.peek()
      const precedence = PRECEDENCE[token.kind] ?? 0
      if (precedence <= outerPrecedence) return left
      this.#stream.next()
      const right = this.#expression(token.kind === '^' ? precedence - 1 : precedence)
      this.#requireFeature(left.position)
      left = this.#binary(token, left, right)
    }
  }

  #binary(operator: Token, left: DurationExpr, right: DurationExpr): DurationExpr {
    const op = operator.kind as BinaryOp
    if ((op === '/' || op === '%') && right.kind === 'duration' && right.ms === 0) {
      this.#stream.report(op === '/' ? 'division by zero' : 'modulo by zero', tokenPosition(operator))
    }
    return {
      kind: 'duration-binary',
      op,
      left,
      right,
      position: { start: left.position.start, end: right.position.end },
    }
  }

  #operand(): DurationExpr {
    switch (this.#stream.peek().kind) {
      case 'number':
      case 'duration':
        return this.#literal()
      case '+':
      case '-':
        return this.#signed(this.#stream.next(), this.#expression(HIGHEST_PRECEDENCE - 1))
      case 'step':
      case 'range':
        return this.#query()
      case 'min_of':
      case 'max_of':
        return this.#call()
      case '(':
        return this.#parenthesised(true)
      default:
        return this.#stream.fail()
    }
  }

  #literal(): Literal {
    const token = this.#stream.next()
    const seconds = literalSeconds(this.#stream, token)
    const literal = { kind: 'duration', ms: seconds * 1000, position: tokenPosition(token) } as const
    return this.#inRange(token.kind === 'duration' ? literal : { ...literal, unitless: true }, literal.position)
  }

  #inRange(literal: Literal, position: Position): Literal {
    if (Math.abs(literal.ms / 1000) > MAX_SECONDS) this.#stream.report('duration out of range', position)
    return literal
  }

  /** A sign becomes part of a plain duration; a plus before anything else means nothing. */
  #signed(sign: Token, operand: DurationExpr): DurationExpr {
    const position = { start: sign.start, end: operand.position.end }
    if (operand.kind === 'duration') {
      const ms = sign.kind === '-' ? -operand.ms : operand.ms
      return this.#inRange({ ...operand, ms, position }, tokenPosition(sign))
    }
    return sign.kind === '-' ? { kind: 'duration-unary', op: '-', operand, position } : operand
  }

  #query(): DurationExpr {
    const token = this.#stream.next()
    this.#stream.expect('(')
    this.#stream.expect(')')
    const position = { start: token.start, end: this.#stream.lastEnd }
    this.#requireFeature(position)
    return { kind: 'duration-query', value: token.kind === 'step' ? 'step' : 'range', position }
  }

  #call(): DurationExpr {
    const token = this.#stream.next()
    this.#stream.expect('(')
    const left = this.#expression(0)
    this.#stream.expect(',')
    const right = this.#expression(0)
    this.#stream.expect(')')
    const position = { start: left.position.start, end: right.position.end }
    this.#requireFeature(position)
    return { kind: 'duration-call', func: token.kind === 'min_of' ? 'min' : 'max', args: [left, right], position }
  }

  /** Parentheses around parentheses are not kept, as Prometheus does not keep them. */
  #parenthesised(needsFeature = false): DurationExpr {
    const { start } = this.#stream.next()
    const inner = this.#stream.nested(() => this.#expression(0))
    this.#stream.expect(')')
    if (needsFeature) this.#requireFeature(inner.position)
    if (inner.kind === 'duration-paren') return inner
    const position = inner.kind === 'duration' ? { start, end: this.#stream.lastEnd } : inner.position
    return { kind: 'duration-paren', inner, position }
  }

  #requireFeature(position: Position): void {
    if (this.#options.durationExpressions) return
    this.#stream.report('experimental duration expression is not enabled', position)
  }
}

/** A plain range or offset counts whole milliseconds; inside arithmetic, fractions are kept. */
function toWholeMs(duration: DurationExpr): DurationExpr {
  if (duration.kind !== 'duration') return duration
  const ms = Math.trunc(roundTo(duration.ms, 1e6))
  return ms === duration.ms ? duration : { ...duration, ms }
}

function roundTo(value: number, parts: number): number {
  return Math.round(value * parts) / parts
}
