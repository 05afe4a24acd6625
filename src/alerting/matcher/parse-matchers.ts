import { Matcher, type MatchType } from '../../model/matcher.ts'

/** The text is no matcher of Alertmanager's syntax. */
export class MatcherSyntaxError extends Error {
  constructor(message: string, options?: ErrorOptions) {
    super(message, options)
    this.name = 'MatcherSyntaxError'
  }
}

/**
 * Parses matchers as Alertmanager's configuration and API write them: `severity="page"`, `{a=b, c!~"d.*"}`, `"any name"="x"`.
 * The classic syntax is tried first and UTF-8 second, as in Alertmanager, which lets the classic one decide where they differ.
 * Throws `MatcherSyntaxError`, or `RegexSyntaxError` for a bad expression.
 */
export function parseMatchers(text: string): Matcher[] {
  const parts = split(text.replace(/^\{/, '').replace(/\}$/, ''))
  return parts.map(parseMatcher)
}

/** Parses exactly one matcher. */
export function parseMatcher(text: string): Matcher {
  const classic = /^\s*([a-zA-Z_:][a-zA-Z0-9_:]*)\s*(=~|=|!=|!~)\s*([\s\S]*?)\s*$/.exec(text)
  if (classic !== null) {
    const [, name = '', type = '=', raw = ''] = classic
    return new Matcher(name, type as MatchType, classicValue(raw))
  }
  return utf8Matcher(text)
}

/** Splits at commas outside quotes; a trailing comma is allowed. */
function split(text: string): string[] {
  const parts: string[] = []
  let part = ''
  let quoted = false
  for (let i = 0; i < text.length; i++) {
    const char = text[i] ?? ''
    if (char === ',' && !quoted) {
      parts.push(part)
      part = ''
      continue
    }
    if (char === '\\' && quoted) part += char + (text[++i] ?? '')
    else part += char
    if (char === '"') quoted = !quoted
  }
  return part.trim() === '' ? parts : [...parts, part.trim()]
}

function classicValue(raw: string): string {
  const opened = raw.startsWith('"')
  const body = opened ? raw.slice(1) : raw
  let value = ''
  for (let i = 0; i < body.length; i++) {
    const char = body[i] ?? ''
    if (char === '\\' && i < body.length - 1) {
      value += unescape(body[++i] ?? '')
      continue
    }
    if (char !== '"') {
      value += char
      continue
    }
    if (opened && i === body.length - 1) return value
    throw new MatcherSyntaxError(`matcher value contains unescaped double quote: ${raw}`)
  }
  if (opened) throw new MatcherSyntaxError(`matcher value contains unescaped double quote: ${raw}`)
  return value
}

/** An escape that means nothing is left as it was written. */
function unescape(char: string): string {
  if (char === 'n') return '\n'
  return char === '"' || char === '\\' ? char : `\\${char}`
}

const UTF8 =
  /^\s*(?:"((?:[^"\\]|\\.)*)"|([^\s{}!=~,\\"'`]+))\s*(=~|=|!=|!~)\s*(?:"((?:[^"\\]|\\.)*)"|([^\s{}!=~,\\"'`]+))\s*$/s

function utf8Matcher(text: string): Matcher {
  const match = UTF8.exec(text)
  if (match === null) throw new MatcherSyntaxError(`bad matcher format: ${text}`)
  const [, quotedName, bareName, type = '=', quotedValue, bareValue] = match
  const name = quotedName === undefined ? (bareName ?? '') : unquote(quotedName, text)
  const value = quotedValue === undefined ? (bareValue ?? '') : unquote(quotedValue, text)
  return new Matcher(name, type as MatchType, value)
}

function unquote(inner: string, whole: string): string {
  try {
    return String(
      JSON.parse(`"${inner.replace(/\\([av])/g, (_, char: string) => (char === 'a' ? '\\u0007' : '\\u000b'))}"`),
    )
  } catch (error) {
    throw new MatcherSyntaxError(`bad matcher format: ${whole}`, { cause: error })
  }
}
