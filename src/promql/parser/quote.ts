const ESCAPES: Readonly<Record<string, string>> = {
  '\x07': '\\a',
  '\b': '\\b',
  '\f': '\\f',
  '\n': '\\n',
  '\r': '\\r',
  '\t': '\\t',
  '\v': '\\v',
  '\\': '\\\\',
}

const PLAIN = /^[ !#-[\]-~]*$/

/** What Go's `strconv.IsPrint` lets through: letters, marks, numbers, punctuation, symbols and the plain space. */
const PRINTABLE = /^[\p{L}\p{M}\p{N}\p{P}\p{S} ]$/u

/** Half surrogates that stand for single bytes which are not UTF-8. */
const RAW_BYTES = 0xdc00

/** Writes a text as a Go string literal in double quotes, as Prometheus prints strings and names. */
export function quote(text: string): string {
  if (PLAIN.test(text)) return `"${text}"`
  let quoted = '"'
  for (const char of text) quoted += char === '"' ? '\\"' : escapeChar(char)
  return `${quoted}"`
}

/** Quotes the first `length` characters. */
export function quotePrefix(text: string, length: number): string {
  return quote(Array.from(text).slice(0, length).join(''))
}

/** Writes one character as a Go rune literal in single quotes; '' (nothing left to read) becomes the replacement character. */
export function quoteChar(char: string): string {
  if (char === '') return "'\ufffd'"
  return char === "'" ? "'\\''" : `'${escapeChar(char)}'`
}

/** As Go's `%#U`: `U+0041 'A'`; the character itself only when it is printable. */
export function describeCodePoint(char: string): string {
  const hex = (char.codePointAt(0) ?? 0xfffd).toString(16).toUpperCase().padStart(4, '0')
  return PRINTABLE.test(char) ? `U+${hex} '${char}'` : `U+${hex}`
}

function escapeChar(char: string): string {
  const known = ESCAPES[char]
  if (known !== undefined) return known
  if (PRINTABLE.test(char)) return char
  const code = char.codePointAt(0) ?? 0
  if (code < 0x20 || code === 0x7f) return `\\x${code.toString(16).padStart(2, '0')}`
  if (code >= RAW_BYTES && code <= RAW_BYTES + 0xff) return `\\x${(code - RAW_BYTES).toString(16)}`
  return code > 0xffff ? `\\U${code.toString(16).padStart(8, '0')}` : `\\u${code.toString(16).padStart(4, '0')}`
}

const SIMPLE_ESCAPES: Readonly<Record<string, string>> = {
  a: '\x07',
  b: '\b',
  f: '\f',
  n: '\n',
  r: '\r',
  t: '\t',
  v: '\v',
}

/** Lengths of the numeric escapes after their letter. */
const HEX_DIGITS: Readonly<Record<string, number>> = { x: 2, u: 4, U: 8 }

/**
 * The value of a string literal as written in a query, quotes included. The lexer has already refused bad escapes.
 * `\x` and octal escapes give single bytes, so a text that has one is put together as UTF-8.
 */
export function unquote(literal: string): string {
  const inner = literal.slice(1, -1)
  if (literal.startsWith('`') || !inner.includes('\\')) return inner
  const parts: Buffer[] = []
  for (let i = 0; i < inner.length; ) {
    const next = inner.indexOf('\\', i)
    const end = next === -1 ? inner.length : next
    if (end > i) parts.push(Buffer.from(inner.slice(i, end)))
    if (next === -1) break
    i = next + 1 + pushEscape(parts, inner.slice(next + 1, next + 10))
  }
  return decode(Buffer.concat(parts))
}

/**
 * Bytes that are not UTF-8 become half surrogates from U+DC80 on, which no text holds otherwise: the string is then not well formed
 * (so it can be refused as a label name), and `quote` writes the same bytes again.
 */
function decode(bytes: Buffer): string {
  const text = bytes.toString('utf8')
  if (!text.includes('\ufffd')) return text
  let decoded = ''
  for (let i = 0; i < bytes.length; ) {
    const sequence = bytes.subarray(i, i + sequenceLength(bytes[i] ?? 0))
    const char = sequence.toString('utf8')
    const isValid = Buffer.from(char).equals(sequence)
    decoded += isValid ? char : String.fromCharCode(RAW_BYTES + (bytes[i] ?? 0))
    i += isValid ? sequence.length : 1
  }
  return decoded
}

/** Bytes of the UTF-8 sequence that begins with this one. */
function sequenceLength(first: number): number {
  if (first >= 0xf0) return 4
  if (first >= 0xe0) return 3
  return first >= 0xc0 ? 2 : 1
}

/** Adds the character of the escape sequence that `rest` begins with (after its backslash); gives the length of the sequence. */
function pushEscape(parts: Buffer[], rest: string): number {
  const letter = rest[0] ?? ''
  const hexDigits = HEX_DIGITS[letter]
  if (hexDigits !== undefined) {
    const code = Number.parseInt(rest.slice(1, 1 + hexDigits), 16)
    parts.push(letter === 'x' ? Buffer.of(code) : Buffer.from(String.fromCodePoint(code)))
    return 1 + hexDigits
  }
  if (letter >= '0' && letter <= '7') {
    parts.push(Buffer.of(Number.parseInt(rest.slice(0, 3), 8)))
    return 3
  }
  parts.push(Buffer.from(SIMPLE_ESCAPES[letter] ?? letter))
  return 1
}
