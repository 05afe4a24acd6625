import { ParseError } from '../errors.ts'
import type { Position } from './ast.ts'
import { Lexer } from './lexer.ts'
import { describeToken, type Token, type TokenKind } from './token.ts'

/** The construct that the parser is inside of, for the message of a syntax error: `unexpected X in <inside>, expected <expected>`. */
export interface Context {
  readonly inside: string
  readonly expected: string
}

const NO_CONTEXT: Context = { inside: '', expected: '' }

/** How deep parentheses, calls and signs may be nested: far beyond real queries, and safe for everything that walks the tree. */
const MAX_DEPTH = 500

/**
 * The tokens of one query with one token of look-ahead, and its errors. An error of meaning does not stop the parser, since Prometheus
 * reports whichever error comes first in the text: it is kept, and thrown when parsing ends for whatever reason.
 */
export class TokenStream {
  readonly text: string
  readonly #lexer: Lexer
  #token: Token | undefined
  #lastEnd = 0
  #context = NO_CONTEXT
  #depth = 0
  #firstError: ParseError | undefined

  constructor(text: string) {
    this.text = text
    this.#lexer = new Lexer(text)
  }

  /** The token to come. Throws when the text there is no token. */
  peek(): Token {
    this.#token ??= this.#lexer.next()
    if (this.#token.kind === 'error') this.#throw(this.#token.text, { start: this.#token.start, end: this.text.length })
    return this.#token
  }

  next(): Token {
    const token = this.peek()
    this.#token = undefined
    this.#lastEnd = token.start + token.text.length
    return token
  }

  /** Takes the next token when it is of the kind. */
  accept(kind: TokenKind): boolean {
    if (this.peek().kind !== kind) return false
    this.next()
    return true
  }

  expect(kind: TokenKind): Token {
    if (this.peek().kind !== kind) this.fail()
    return this.next()
  }

  /** Where the last token taken ends. */
  get lastEnd(): number {
    return this.#lastEnd
  }

  /** Runs a part of the parser in a context of its own. */
  within<T>(context: Context, parse: () => T): T {
    const outer = this.#context
    this.#context = context
    const result = parse()
    this.#context = outer
    return result
  }

  /** Runs a part of the parser one level deeper. */
  nested<T>(parse: () => T): T {
    if (++this.#depth > MAX_DEPTH) {
      const { start } = this.peek()
      this.#throw(`expression is nested more than ${MAX_DEPTH} levels deep`, { start, end: this.text.length })
    }
    const result = parse()
    this.#depth--
    return result
  }

  /** Throws the syntax error that the token to come is not expected here. */
  fail(context: Context = this.#context): never {
    const token = this.peek()
    let message = `unexpected ${describeToken(token)}`
    if (context.inside !== '') message += ` in ${context.inside}`
    if (context.expected !== '') message += `, expected ${context.expected}`
    this.#throw(message, tokenPosition(token))
  }

  /** Keeps an error of meaning; only the first counts. */
  report(message: string, position: Position): void {
    this.#firstError ??= parseError(this.text, message, position)
  }

  /** Throws the first error of meaning, if there was one. */
  throwReported(): void {
    if (this.#firstError !== undefined) throw this.#firstError
  }

  #throw(message: string, position: Position): never {
    throw this.#firstError ?? parseError(this.text, message, position)
  }
}

export function tokenPosition(token: Token): Position {
  return { start: token.start, end: token.start + token.text.length }
}

/** The error with Prometheus's `line:column: parse error: ` in front; columns count the bytes of the UTF-8 text from 1. */
export function parseError(text: string, message: string, position: Position): ParseError {
  return new ParseError(`${lineAndColumn(text, position.start)}: parse error: ${message}`, position)
}

/** `line:column` of a place in a query as Prometheus counts it: from 1, columns in bytes. An empty text has no places. */
export function lineAndColumn(text: string, index: number): string {
  if (text === '') return 'unknown position'
  const before = text.slice(0, index)
  const lineStart = before.lastIndexOf('\n') + 1
  const line = before.split('\n').length
  return `${line}:${Buffer.byteLength(before.slice(lineStart)) + 1}`
}
