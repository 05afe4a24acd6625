import { ExpressionError } from './expression-error.ts'

/** One word of an expression. `text` is as written, `value` what a quoted text says; `column` is 1-based. */
export interface Token {
  readonly kind: 'number' | 'text' | 'name' | 'operator' | 'end'
  readonly text: string
  readonly value: string
  readonly column: number
}

const MAX_LENGTH = 4_000
const WORDS: ReadonlySet<string> = new Set(['and', 'or', 'not'])
const PATTERN =
  /\s*(?:(?<number>\d+(?:\.\d+)?)|(?<quoted>"(?:[^"\\]|\\.)*"|'(?:[^'\\]|\\.)*')|(?<name>[A-Za-z_]\w*)|(?<operator>==|!=|<=|>=|[<>+\-*/%(),]))/y

export function isOperator({ kind }: Token): boolean {
  return kind === 'operator'
}

/** The words in order, with an `end` behind them. Throws `ExpressionError`. */
export function tokensOf(text: string): Token[] {
  if (text.length > MAX_LENGTH) throw new ExpressionError(MAX_LENGTH, `longer than ${MAX_LENGTH} characters`)
  const tokens: Token[] = []
  const pattern = new RegExp(PATTERN)
  const end = text.trimEnd().length
  while (pattern.lastIndex < end) {
    const from = pattern.lastIndex
    const match = pattern.exec(text)
    if (match === null) {
      const at = from + (text.slice(from).length - text.slice(from).trimStart().length)
      throw new ExpressionError(at + 1, `unexpected ${JSON.stringify(text[at])}`)
    }
    tokens.push(tokenOf(match, from + match[0].length))
  }
  return [...tokens, { kind: 'end', text: 'the end', value: '', column: end + 1 }]
}

function tokenOf({ groups = {} }: RegExpExecArray, endIndex: number): Token {
  const { number, quoted, name, operator } = groups
  const text = number ?? quoted ?? name ?? operator ?? ''
  const column = endIndex - text.length + 1
  if (number !== undefined) return { kind: 'number', text, value: '', column }
  if (quoted !== undefined) return { kind: 'text', text, value: unquoted(quoted), column }
  const kind = name === undefined || WORDS.has(name) ? 'operator' : 'name'
  return { kind, text, value: '', column }
}

/** Of escapes only quotes, backslash, `\n` and `\t` mean something else, so that `\d` in a pattern stays what it is. */
function unquoted(quoted: string): string {
  return quoted
    .slice(1, -1)
    .replaceAll(/\\(["'\\nt])/g, (_, escaped: string) => ({ n: '\n', t: '\t' })[escaped] ?? escaped)
}
