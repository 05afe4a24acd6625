const SIMPLE: Readonly<Record<string, string>> = {
  a: '\x07',
  b: '\b',
  f: '\f',
  n: '\n',
  r: '\r',
  t: '\t',
  v: '\v',
  '\\': '\\',
  "'": "'",
  '"': '"',
}

/** The text that a Go string or rune literal stands for, or undefined when an escape in it is not Go's. */
export function unquote(literal: string): string | undefined {
  const quote = literal[0] ?? ''
  const inner = literal.slice(1, -1)
  if (quote === '`') return inner.replaceAll('\r', '')
  let text = ''
  for (let i = 0; i < inner.length; ) {
    if (inner[i] !== '\\') {
      text += inner[i++]
      continue
    }
    const escape = readEscape(inner, i + 1, quote)
    if (escape === undefined) return undefined
    text += escape.text
    i = escape.end
  }
  return text
}

function readEscape(inner: string, at: number, quote: string): { text: string; end: number } | undefined {
  const char = inner[at] ?? ''
  const simple = SIMPLE[char]
  // A string may not escape ' and a rune may not escape ".
  if (simple !== undefined) return `'"`.includes(char) && char !== quote ? undefined : { text: simple, end: at + 1 }
  const digits = { x: 2, u: 4, U: 8 }[char]
  if (digits !== undefined) return readCode(inner, at + 1, digits, 16)
  return /[0-7]/.test(char) ? readCode(inner, at, 3, 8) : undefined
}

function readCode(inner: string, at: number, digits: number, radix: 8 | 16): { text: string; end: number } | undefined {
  const written = inner.slice(at, at + digits)
  const allowed = radix === 16 ? /^[0-9a-fA-F]+$/ : /^[0-7]+$/
  if (written.length !== digits || !allowed.test(written)) return undefined
  const code = Number.parseInt(written, radix)
  return code > 0x10ffff ? undefined : { text: String.fromCodePoint(code), end: at + digits }
}
