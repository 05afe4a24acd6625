import type { VectorMatching } from './ast.ts'
import { parseSignedNumber } from './duration-literal.ts'
import { failGrouping, parseGroupingLabels } from './selector-parser.ts'
import { beginsExpression, type TokenKind } from './token.ts'
import type { TokenStream } from './token-stream.ts'

const FILL_WORDS: ReadonlySet<TokenKind> = new Set(['fill', 'fill_left', 'fill_right'])

const NO_MATCHING: VectorMatching = {
  cardinality: 'one-to-one',
  on: false,
  labels: [],
  include: [],
  fill: { left: null, right: null },
}

/** Reads what may stand between an operator and its right operand: `on (a) group_left (b) fill (0)`. */
export function parseMatching(stream: TokenStream): VectorMatching {
  const { kind } = stream.peek()
  if (kind !== 'on' && kind !== 'ignoring') return { ...NO_MATCHING, fill: parseFill(stream) }
  stream.next()
  const labels = parseGroupingLabels(stream)
  const side = stream.peek().kind
  const grouped = side === 'group_left' || side === 'group_right'
  const include = grouped ? parseInclude(stream) : []
  const cardinality = grouped ? (side === 'group_left' ? 'many-to-one' : 'one-to-many') : 'one-to-one'
  return { cardinality, on: kind === 'on', labels, include, fill: parseFill(stream) }
}

function parseInclude(stream: TokenStream): string[] {
  stream.next()
  const { kind } = stream.peek()
  if (kind === '(') return parseGroupingLabels(stream)
  return FILL_WORDS.has(kind) || beginsExpression(kind) ? [] : failGrouping(stream)
}

function parseFill(stream: TokenStream): VectorMatching['fill'] {
  if (stream.accept('fill')) {
    const value = parseFillValue(stream)
    return { left: value, right: value }
  }
  const first = stream.peek().kind
  if (first !== 'fill_left' && first !== 'fill_right') return NO_MATCHING.fill
  stream.next()
  const value = parseFillValue(stream)
  const other = stream.accept(first === 'fill_left' ? 'fill_right' : 'fill_left') ? parseFillValue(stream) : null
  return first === 'fill_left' ? { left: value, right: other } : { left: other, right: value }
}

function parseFillValue(stream: TokenStream): number {
  stream.expect('(')
  const value = parseSignedNumber(stream)
  stream.expect(')')
  return value
}
