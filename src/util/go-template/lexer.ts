/** The kinds of token inside and around actions, after the words of Go's text/template. */
export type TokenKind =
  | 'error'
  | 'eof'
  | 'text'
  | 'left-delim'
  | 'right-delim'
  | 'space'
  | 'bool'
  | 'char'
  | 'char-constant'
  | 'assign'
  | 'declare'
  | 'dot'
  | 'field'
  | 'identifier'
  | 'left-paren'
  | 'right-paren'
  | 'nil'
  | 'number'
  | 'pipe'
  | 'raw-string'
  | 'string'
  | 'variable'
  | Keyword

export type Keyword = 'block' | 'break' | 'continue' | 'define' | 'else' | 'end' | 'if' | 'range' | 'template' | 'with'

const KEYWORDS: ReadonlySet<string> = new Set<Keyword>([
  'block',
  'break',
  'continue',
  'define',
  'else',
  'end',
  'if',
  'range',
  'template',
  'with',
])

export interface Token {
  readonly kind: TokenKind
  /** As written; for `error` the message. */
  readonly text: string
  /** UTF-16 index in the template text. */
  readonly start: number
  readonly line: number
}

const LEFT = '{{'
const RIGHT = '}}'
const COMMENT_OPEN = '/*'
const COMMENT_CLOSE = '*/'
const SPACE = /[ \t\r\n]/
const ALPHANUMERIC = /[\p{L}\p{Nd}_]/u

/** Is this token's text a reserved word of the template language? */
export function isKeyword(kind: TokenKind): boolean {
  return KEYWORDS.has(kind)
}

/** Splits a template into tokens. After an `error` or `eof` token nothing follows. */
export function tokenize(text: string): Token[] {
  return new Lexer(text).run()
}

class Lexer {
  readonly #text: string
  readonly #tokens: Token[] = []
  #position = 0
  #line = 1
  #parenDepth = 0
  #failed = false

  constructor(text: string) {
    this.#text = text
  }

  run(): Token[] {
    while (!this.#failed && this.#position < this.#text.length) {
      this.#textUntilAction()
      if (this.#position < this.#text.length && !this.#failed) this.#action()
    }
    if (!this.#failed) this.#emit('eof', this.#position)
    return this.#tokens
  }

  /** Text up to the next action, without the space that a trim marker takes away. */
  #textUntilAction(): void {
    const found = this.#text.indexOf(LEFT, this.#position)
    const end = found === -1 ? this.#text.length : found
    const trims = found !== -1 && this.#hasLeftTrim(found + LEFT.length)
    const raw = this.#text.slice(this.#position, end)
    const kept = trims ? raw.replace(/[ \t\r\n]+$/, '') : raw
    if (kept !== '') this.#emit('text', this.#position + kept.length, kept)
    this.#skipTo(end)
  }

  #hasLeftTrim(at: number): boolean {
    return this.#text[at] === '-' && SPACE.test(this.#text[at + 1] ?? '')
  }

  #hasRightTrim(at: number): boolean {
    return SPACE.test(this.#text[at] ?? '') && this.#text[at + 1] === '-' && this.#text.startsWith(RIGHT, at + 2)
  }

  #action(): void {
    const inside = this.#position + LEFT.length
    const start = this.#hasLeftTrim(inside) ? inside + 2 : inside
    if (this.#text.startsWith(COMMENT_OPEN, start)) return this.#comment(start)
    this.#emit('left-delim', inside)
    this.#skipTo(start)
    this.#parenDepth = 0
    while (!this.#failed && !this.#atRightDelim()) this.#insideAction()
    if (!this.#failed) this.#closeAction()
  }

  #comment(start: number): void {
    const close = this.#text.indexOf(COMMENT_CLOSE, start)
    if (close === -1) return this.#fail('unclosed comment')
    const after = close + COMMENT_CLOSE.length
    const trims = this.#hasRightTrim(after)
    const end = trims ? after + 2 : after
    if (!this.#text.startsWith(RIGHT, end)) return this.#fail('comment ends before closing delimiter')
    this.#skipTo(end + RIGHT.length)
    if (trims) this.#skipSpace()
  }

  #atRightDelim(): boolean {
    return this.#text.startsWith(RIGHT, this.#position) || this.#hasRightTrim(this.#position)
  }

  #closeAction(): void {
    if (this.#parenDepth > 0) return this.#fail('unclosed left paren')
    const trims = this.#hasRightTrim(this.#position)
    if (trims) this.#skipTo(this.#position + 2)
    this.#emit('right-delim', this.#position + RIGHT.length)
    if (trims) this.#skipSpace()
  }

  #insideAction(): void {
    const char = this.#char()
    if (char === '') return this.#fail('unclosed action')
    if (SPACE.test(char)) return this.#space()
    if (char === '"') return this.#quoted('string', '"', 'unterminated quoted string')
    if (char === '`') return this.#rawQuoted()
    if (char === "'") return this.#quoted('char-constant', "'", 'unterminated character constant')
    if (char === '$') return this.#fieldOrVariable('variable')
    if (char === '.' && !/[0-9]/.test(this.#text[this.#position + 1] ?? '')) return this.#fieldOrVariable('field')
    if (/[0-9+\-.]/.test(char)) return this.#number()
    if (ALPHANUMERIC.test(char)) return this.#identifier()
    this.#punctuation(char)
  }

  #punctuation(char: string): void {
    const next = this.#position + char.length
    if (char === '=') return this.#emit('assign', next)
    if (char === ':') return this.#text[next] === '=' ? this.#emit('declare', next + 1) : this.#fail('expected :=')
    if (char === '|') return this.#emit('pipe', next)
    if (char === '(') {
      this.#parenDepth++
      return this.#emit('left-paren', next)
    }
    if (char === ')') {
      if (--this.#parenDepth < 0) return this.#fail('unexpected right paren')
      return this.#emit('right-paren', next)
    }
    if (/[\x21-\x7e]/.test(char)) return this.#emit('char', next)
    this.#fail(`unrecognized character in action: ${describeCharacter(char)}`)
  }

  /** A run of spaces; one that belongs to a trim marker is left for it. */
  #space(): void {
    let end = this.#position
    while (SPACE.test(this.#text[end] ?? '')) end++
    if (this.#hasRightTrim(end - 1)) end--
    if (end > this.#position) this.#emit('space', end)
  }

  #quoted(kind: TokenKind, quote: string, unterminated: string): void {
    let end = this.#position + 1
    for (; ; end++) {
      const char = this.#text[end] ?? '\n'
      if (char === '\\' && (this.#text[end + 1] ?? '\n') !== '\n') end++
      else if (char === '\n') return this.#fail(unterminated)
      else if (char === quote) break
    }
    this.#emit(kind, end + 1)
  }

  #rawQuoted(): void {
    const close = this.#text.indexOf('`', this.#position + 1)
    if (close === -1) return this.#fail('unterminated raw quoted string')
    this.#emit('raw-string', close + 1)
  }

  #fieldOrVariable(kind: 'field' | 'variable'): void {
    const end = this.#wordEnd(this.#position + 1)
    if (end === this.#position + 1 && this.#isTerminator(end)) {
      return this.#emit(kind === 'field' ? 'dot' : 'variable', end)
    }
    if (!this.#isTerminator(end)) return this.#fail(`bad character ${describeCharacter(this.#charAt(end))}`)
    this.#emit(kind, end)
  }

  #identifier(): void {
    const end = this.#wordEnd(this.#position)
    if (!this.#isTerminator(end)) return this.#fail(`bad character ${describeCharacter(this.#charAt(end))}`)
    const word = this.#text.slice(this.#position, end)
    this.#emit(wordKind(word), end)
  }

  #number(): void {
    const rest = this.#text.slice(this.#position)
    const match =
      /^[+-]?(?:0[xX][0-9a-fA-F_]*|0[oO][0-7_]*|0[bB][01_]*|[0-9_]*(?:\.[0-9_]*)?(?:[eE][+-]?[0-9_]*)?)/.exec(rest)
    const end = this.#position + (match?.[0].length ?? 0)
    if (ALPHANUMERIC.test(this.#charAt(end))) {
      return this.#fail(`bad number syntax: ${JSON.stringify(this.#text.slice(this.#position, end + 1))}`)
    }
    this.#emit('number', end)
  }

  #wordEnd(from: number): number {
    let end = from
    for (let char = this.#charAt(end); char !== '' && ALPHANUMERIC.test(char); char = this.#charAt(end)) {
      end += char.length
    }
    return end
  }

  /** May a word end here? Keeps `$x.y` and `foo|bar` apart from a typing mistake such as `foo#`. */
  #isTerminator(at: number): boolean {
    const char = this.#text[at] ?? ''
    return char === '' || SPACE.test(char) || '.,|:=)('.includes(char) || this.#text.startsWith(RIGHT, at)
  }

  #char(): string {
    return this.#charAt(this.#position)
  }

  #charAt(at: number): string {
    const code = this.#text.codePointAt(at)
    return code === undefined ? '' : String.fromCodePoint(code)
  }

  #emit(kind: TokenKind, end: number, text = this.#text.slice(this.#position, end)): void {
    this.#tokens.push({ kind, text, start: this.#position, line: this.#line })
    this.#skipTo(end)
  }

  #fail(message: string): void {
    this.#tokens.push({ kind: 'error', text: message, start: this.#position, line: this.#line })
    this.#failed = true
  }

  #skipSpace(): void {
    let end = this.#position
    while (SPACE.test(this.#text[end] ?? '')) end++
    this.#skipTo(end)
  }

  #skipTo(end: number): void {
    for (let i = this.#position; i < end; i++) if (this.#text[i] === '\n') this.#line++
    this.#position = end
  }
}

function wordKind(word: string): TokenKind {
  if (KEYWORDS.has(word)) return word as Keyword
  if (word === 'true' || word === 'false') return 'bool'
  return word === 'nil' ? 'nil' : 'identifier'
}

/** As Go's `%#U`: `U+0023 '#'`. */
function describeCharacter(char: string): string {
  const code = (char.codePointAt(0) ?? 0).toString(16).toUpperCase().padStart(4, '0')
  return `U+${code} '${char}'`
}
