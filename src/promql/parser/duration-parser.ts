import type { DurationExpr, Position } from './ast.ts'
import { literalSeconds, MAX_DURATION_SECONDS } from './duration-literal.ts'
import type { ParserOptions } from './parser-options.ts'
import type { Token, TokenKind } from './token.ts'
import { type TokenStream, tokenPosition } from './token-stream.ts'

type Literal = Extract<DurationExpr, { kind: 'duration' }>
type BinaryOp = Extract<DurationExpr, { kind: 'duration-binary' }>['op']

const PRECEDENCE: Partial<Readonly<Record<TokenKind, number>>> = { '+': 1, '-': 1, '*': 2, '/': 2, '%': 2, '^': 3 }
const HIGHEST_PRECEDENCE = 3

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
    if (kind === 'number' || kind === 'duration') return this.#signed(sign, this.#literal())
    return this.#signed(sign, this.#operand(tokenPosition(sign)))
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

  /** `featureAt`: where to say that a function of durations is not enabled, when not at the function. */
  #operand(featureAt?: Position): DurationExpr {
    switch (this.#stream.peek().kind) {
      case 'number':
      case 'duration':
        return this.#inRange(this.#literal())
      case '+':
      case '-':
        return this.#signed(this.#stream.next(), this.#expression(HIGHEST_PRECEDENCE - 1))
      case 'step':
      case 'range':
        return this.#query(featureAt)
      case 'min_of':
      case 'max_of':
        return this.#call(featureAt)
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
    return token.kind === 'duration' ? literal : { ...literal, unitless: true }
  }

  #inRange(literal: Literal, position = literal.position): Literal {
    if (Math.abs(literal.ms / 1000) > MAX_DURATION_SECONDS) this.#stream.report('duration out of range', position)
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

  #query(featureAt?: Position): DurationExpr {
    const token = this.#stream.next()
    this.#stream.expect('(')
    this.#stream.expect(')')
    const position = { start: token.start, end: this.#stream.lastEnd }
    this.#requireFeature(featureAt ?? position)
    return { kind: 'duration-query', value: token.kind === 'step' ? 'step' : 'range', position }
  }

  #call(featureAt?: Position): DurationExpr {
    const token = this.#stream.next()
    this.#stream.expect('(')
    const left = this.#expression(0)
    this.#stream.expect(',')
    const right = this.#expression(0)
    this.#stream.expect(')')
    const position = { start: left.position.start, end: right.position.end }
    this.#requireFeature(featureAt ?? position)
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

/** A plain range or offset counts whole milliseconds and prints as a duration; inside arithmetic, fractions and form are kept. */
function toWholeMs(duration: DurationExpr): DurationExpr {
  if (duration.kind !== 'duration') return duration
  return { kind: 'duration', ms: Math.trunc(roundTo(duration.ms, 1e6)), position: duration.position }
}

function roundTo(value: number, parts: number): number {
  return Math.round(value * parts) / parts
}
