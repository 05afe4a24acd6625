import { describeCodePoint, quote, quoteChar } from './quote.ts'
import { isDigitCode, isLetterCode, isSpaceCode, isWordCode, scanNumberOrDuration } from './scan-number.ts'
import { KEYWORDS, type Token, type TokenKind } from './token.ts'

/** Inside `{}` words are names and nothing else; inside `[]`, up to the first number, only durations can be written. */
type Mode = 'expression' | 'braces' | 'duration'

/** The words of duration expressions, which are keywords in brackets. */
const DURATION_WORDS: ReadonlySet<string> = new Set(['step', 'range', 'max_of', 'min_of'])

/** Symbols that stand for themselves wherever an expression is expected, and those of durations. */
const EXPRESSION_SYMBOLS: ReadonlySet<string> = new Set([',', '*', '/', '%', '+', '-', '^', '@'])
const DURATION_SYMBOLS: ReadonlySet<string> = new Set([',', '*', '/', '%', '+', '-', '^'])

/** Stands for bytes that were not UTF-8, or is half of a surrogate pair. */
const BROKEN = /[\ufffd\ud800-\udfff]/u

/** Second characters of the two-character operators. */
const SECOND: Readonly<Record<string, string>> = { '=': '=', '!': '=', '<': '=/', '>': '=/' }

/**
 * Cuts a query into tokens, in Prometheus's words when it cannot (kind `error`, after which nothing more is read).
 * Which characters are allowed depends on the brackets around them, so tokens come one at a time and in order.
 */
export class Lexer {
  readonly text: string
  #position: number
  #mode: Mode = 'expression'
  #parenDepth = 0
  #bracketOpen = false
  #gotColon = false
  #gotDuration = false
  /** The first character of the token that is being read. */
  #start = 0

  /** Begins at `position` of `text`. */
  constructor(text: string, position = 0) {
    this.text = text
    this.#position = position
  }

  /** The next token; at the end of the text, and after it, the token `end of input`. */
  next(): Token {
    this.#skipSpace()
    this.#start = this.#position
    switch (this.#mode) {
      case 'expression':
        return this.#expressionToken()
      case 'braces':
        return this.#bracesToken()
      case 'duration':
        return this.#durationToken()
    }
  }

  #skipSpace(): void {
    for (;;) {
      const code = this.text.charCodeAt(this.#position)
      if (isSpaceCode(code)) this.#position++
      else if (code === 35 && this.#mode !== 'duration') this.#skipLine()
      else return
    }
  }

  /** A comment ends at either line break character. */
  #skipLine(): void {
    while (this.#position < this.text.length && !/[\r\n]/.test(this.text[this.#position] ?? '')) this.#position++
  }

  #expressionToken(): Token {
    const code = this.text.charCodeAt(this.#position)
    if (isLetterCode(code)) return this.#bracketOpen ? this.#durationWord() : this.#word()
    if (isDigitCode(code)) return this.#numberOrDuration()
    const char = this.#char()
    if (EXPRESSION_SYMBOLS.has(char)) return this.#symbol(char)
    switch (char) {
      case '':
        return this.#endOfInput()
      case '(':
      case ')':
        return this.#paren(char)
      case '{':
        this.#mode = 'braces'
        return this.#symbol(char)
      case '[':
      case ']':
        return this.#bracket(char)
      case '"':
      case "'":
        return this.#quoted(char)
      case '`':
        return this.#raw()
      case ':':
        return this.#bracketOpen ? this.#colonInBracket() : this.#word()
      case '.':
        if (isDigitCode(this.text.charCodeAt(this.#position + 1))) return this.#numberOrDuration()
        return this.#unexpected(char, '')
      default:
        return this.#operator(char)
    }
  }

  #endOfInput(): Token {
    if (this.#parenDepth !== 0) return this.#error('unclosed left parenthesis')
    if (this.#bracketOpen) return this.#error('unclosed left bracket')
    return this.#token('end of input', this.#position)
  }

  #paren(char: '(' | ')'): Token {
    this.#parenDepth += char === '(' ? 1 : -1
    if (this.#parenDepth >= 0) return this.#symbol(char)
    this.#start = this.#position + 1
    return this.#error("unexpected right parenthesis ')'")
  }

  #bracket(char: '[' | ']'): Token {
    if (char === '[' && this.#bracketOpen) return this.#error("unexpected left bracket '['")
    if (char === ']' && !this.#bracketOpen) return this.#error("unexpected right bracket ']'")
    this.#bracketOpen = char === '['
    this.#gotColon = false
    this.#mode = char === '[' ? 'duration' : 'expression'
    return this.#symbol(char)
  }

  #colonInBracket(): Token {
    if (this.#gotColon) return this.#error("unexpected colon ':'")
    this.#gotColon = true
    return this.#symbol(':')
  }

  #operator(char: string): Token {
    const seconds = SECOND[char]
    if (seconds === undefined) return this.#unexpected(char, '')
    const second = this.#charAt(this.#position + 1)
    if (second !== '' && seconds.includes(second)) return this.#symbol(char + second)
    if (char === '!' || (char === '=' && second === '~')) {
      return this.#error(`unexpected character after '${char}': ${quoteChar(second)}`)
    }
    return this.#symbol(char)
  }

  #word(): Token {
    let end = this.#position
    let hasColon = false
    for (;;) {
      const code = this.text.charCodeAt(end)
      if (code === 58) hasColon = true
      else if (!isWordCode(code)) break
      end++
    }
    if (hasColon) return this.#token('metric-identifier', end)
    const keyword = KEYWORDS.get(this.text.slice(this.#position, end).toLowerCase()) ?? 'identifier'
    return this.#token(this.#isPlainFill(keyword, end) ? 'identifier' : keyword, end)
  }

  /** The fill modifiers are words like any other unless a parenthesis follows, so that older queries keep their meaning. */
  #isPlainFill(keyword: TokenKind, end: number): boolean {
    if (keyword !== 'fill' && keyword !== 'fill_left' && keyword !== 'fill_right') return false
    let next = end
    while (isSpaceCode(this.text.charCodeAt(next))) next++
    return this.text[next] !== '('
  }

  /** In brackets after the first number, where of all words only those of duration expressions make sense. */
  #durationWord(): Token {
    return this.#durationKeyword() ?? this.#error(`unexpected character: ${quoteChar(this.#char())}, expected ':'`)
  }

  #durationKeyword(): Token | undefined {
    let end = this.#position
    while (isLetterCode(this.text.charCodeAt(end))) end++
    const word = this.text.slice(this.#position, end).toLowerCase()
    const keyword = DURATION_WORDS.has(word) ? KEYWORDS.get(word) : undefined
    return keyword && this.#token(keyword, end)
  }

  #numberOrDuration(): Token {
    const { kind, end } = scanNumberOrDuration(this.text, this.#position)
    if (kind !== 'bad') return this.#token(kind, end)
    return this.#error(`bad number or duration syntax: ${quote(this.text.slice(this.#start, end))}`)
  }

  #durationToken(): Token {
    const char = this.#char()
    const code = this.text.charCodeAt(this.#position)
    if (isDigitCode(code) || (char === '.' && isDigitCode(this.text.charCodeAt(this.#position + 1)))) {
      this.#gotDuration = true
      this.#mode = 'expression'
      return this.#numberOrDuration()
    }
    if (DURATION_SYMBOLS.has(char)) return this.#symbol(char)
    switch (char) {
      case '':
        return this.#error('unexpected end of input in duration expression')
      case '(':
      case ')':
        return this.#paren(char)
      case ']':
        return this.#bracket(char)
      case ':':
        return this.#colonInDuration()
      default:
        return this.#durationKeyword() ?? this.#unexpected(char, ' in duration expression')
    }
  }

  #colonInDuration(): Token {
    this.#start = this.#position + 1
    if (!this.#gotDuration) return this.#error('unexpected colon before duration in duration expression')
    if (this.#gotColon) return this.#error('unexpected repeated colon in duration expression')
    this.#start = this.#position
    this.#gotColon = true
    return this.#symbol(':')
  }

  #bracesToken(): Token {
    const char = this.#char()
    if (isLetterCode(this.text.charCodeAt(this.#position))) return this.#name()
    switch (char) {
      case '':
        return this.#error('unexpected end of input inside braces')
      case ',':
        return this.#symbol(char)
      case '"':
      case "'":
        return this.#quoted(char)
      case '`':
        return this.#raw()
      case '=':
      case '!':
        return this.#matchOperator(char)
      case '{':
        return this.#error("unexpected left brace '{'")
      case '}':
        this.#mode = 'expression'
        return this.#symbol(char)
      default:
        return this.#error(`unexpected character inside braces: ${quoteChar(char)}`)
    }
  }

  #name(): Token {
    let end = this.#position
    while (isWordCode(this.text.charCodeAt(end))) end++
    return this.#token('identifier', end)
  }

  #matchOperator(char: '=' | '!'): Token {
    const second = this.#charAt(this.#position + 1)
    if (second === '~' || (char === '!' && second === '=')) return this.#symbol(char + second)
    if (char === '=') return this.#symbol(char)
    return this.#error(`unexpected character after '!' inside braces: ${quoteChar(second)}`)
  }

  #quoted(quoteMark: string): Token {
    let end = this.#position + 1
    for (;;) {
      const char = this.#charAt(end)
      if (char === '' || char === '\n') return this.#error('unterminated quoted string')
      if (BROKEN.test(char)) return this.#error('invalid UTF-8 rune')
      end += char.length
      if (char === quoteMark) return this.#token('string', end)
      if (char !== '\\') continue
      const escape = this.#escapeAt(end, quoteMark)
      if (typeof escape === 'string') return this.#error(escape)
      end += escape
    }
  }

  /** The length of an escape sequence whose backslash is behind us, or what is wrong with it. */
  #escapeAt(position: number, quoteMark: string): number | string {
    const char = this.#charAt(position)
    if (char === '') return 'escape sequence not terminated'
    if (char === quoteMark || 'abfnrtv\\'.includes(char)) return 1
    if (char >= '0' && char <= '7') return this.#codeAt(position, { digits: 3, base: 8, max: 255 })
    const digits = { x: 2, u: 4, U: 8 }[char]
    if (digits === undefined) return `unknown escape sequence ${describeCodePoint(char)}`
    const code = this.#codeAt(position + 1, { digits, base: 16, max: char === 'x' ? 255 : 0x10ffff })
    return typeof code === 'number' ? code + 1 : code
  }

  #codeAt(position: number, { digits, base, max }: { digits: number; base: number; max: number }): number | string {
    let code = 0
    for (let i = 0; i < digits; i++) {
      const char = this.#charAt(position + i)
      const digit = Number.parseInt(char, base)
      if (char === '') return 'escape sequence not terminated'
      if (Number.isNaN(digit)) return `illegal character ${describeCodePoint(char)} in escape sequence`
      code = code * base + digit
    }
    const valid = code <= max && !(code >= 0xd800 && code < 0xe000)
    return valid ? digits : 'escape sequence is an invalid Unicode code point'
  }

  #raw(): Token {
    const end = this.text.indexOf('`', this.#position + 1)
    const inside = this.text.slice(this.#position + 1, end === -1 ? undefined : end)
    if (BROKEN.test(inside)) return this.#error('invalid UTF-8 rune')
    if (end === -1) return this.#error('unterminated raw string')
    return this.#token('string', end + 1)
  }

  #char(): string {
    return this.#charAt(this.#position)
  }

  /** The whole character, also outside the basic plane; '' at the end. */
  #charAt(position: number): string {
    const code = this.text.codePointAt(position)
    return code === undefined ? '' : String.fromCodePoint(code)
  }

  #symbol(text: string): Token {
    const start = this.#start
    this.#position = start + text.length
    return { kind: text as TokenKind, start, text }
  }

  #token(kind: TokenKind, end: number): Token {
    const start = this.#start
    this.#position = end
    return { kind, start, text: this.text.slice(start, end) }
  }

  #unexpected(char: string, where: string): Token {
    return this.#error(`unexpected character${where}: ${quoteChar(char)}`)
  }

  #error(message: string): Token {
    return { kind: 'error', start: this.#start, text: message }
  }
}
