import { quote, quotePrefix } from './quote.ts'

/** Words that are operators: usable as metric names all the same. */
const OPERATOR_WORDS = ['and', 'or', 'unless', 'atan2'] as const

/** The aggregations of PromQL, those that are experimental too. */
export const AGGREGATION_WORDS = [
  'sum',
  'avg',
  'count',
  'min',
  'max',
  'group',
  'stddev',
  'stdvar',
  'topk',
  'bottomk',
  'count_values',
  'quantile',
  'limitk',
  'limit_ratio',
] as const

const MODIFIER_WORDS = [
  'offset',
  'smoothed',
  'anchored',
  'by',
  'without',
  'on',
  'ignoring',
  'group_left',
  'group_right',
  'fill',
  'fill_left',
  'fill_right',
  'bool',
] as const

/** Words that stand for a value of the query, as in `@ start()` or `[step()]`. */
const QUERY_WORDS = ['start', 'end', 'step', 'range', 'max_of', 'min_of'] as const

const KEYWORD_LIST = [...OPERATOR_WORDS, ...AGGREGATION_WORDS, ...MODIFIER_WORDS, ...QUERY_WORDS] as const

const OPERATOR_SYMBOLS = [
  '+',
  '-',
  '*',
  '/',
  '%',
  '^',
  '==',
  '!=',
  '<',
  '>',
  '<=',
  '>=',
  '</',
  '>/',
  '=~',
  '!~',
  '@',
] as const

type Keyword = (typeof KEYWORD_LIST)[number]
type AggregationWord = (typeof AGGREGATION_WORDS)[number]
type Punctuation = '(' | ')' | '{' | '}' | '[' | ']' | ',' | ':' | '='

/** What a token is: symbols and keywords are their own kind. */
export type TokenKind =
  | (typeof OPERATOR_SYMBOLS)[number]
  | Punctuation
  | Keyword
  | 'identifier'
  | 'metric-identifier'
  | 'string'
  | 'number'
  | 'duration'
  | 'end of input'
  | 'error'

/** One piece of the query text. `start` is a UTF-16 index; of an error, `text` is the message. */
export interface Token {
  readonly kind: TokenKind
  readonly start: number
  readonly text: string
}

/** Keywords by their lower-case spelling; the two words that are numbers are among them. */
export const KEYWORDS: ReadonlyMap<string, Keyword | 'number'> = new Map<string, Keyword | 'number'>([
  ...KEYWORD_LIST.map((word) => [word, word] as const),
  ['inf', 'number'],
  ['nan', 'number'],
])

const OPERATORS: ReadonlySet<string> = new Set([...OPERATOR_SYMBOLS, ...OPERATOR_WORDS])
const AGGREGATIONS: ReadonlySet<string> = new Set(AGGREGATION_WORDS)
const MODIFIERS: ReadonlySet<string> = new Set(MODIFIER_WORDS)

/** Keywords that the grammar does not take as the name of a metric. */
const NEVER_METRIC_NAMES: ReadonlySet<string> = new Set([
  'bool',
  'on',
  'ignoring',
  'group_left',
  'group_right',
  'atan2',
])

/** Whether the token can be the name of a metric where an expression begins. */
export function canNameMetric(kind: TokenKind): boolean {
  if (kind === 'identifier' || kind === 'metric-identifier') return true
  return isKeyword(kind) && !NEVER_METRIC_NAMES.has(kind)
}

/** Whether the token can be a label inside `by (...)`, `on (...)` and the like. */
export function canNameLabel(kind: TokenKind): boolean {
  if (kind === 'identifier' || kind === 'metric-identifier') return true
  return isKeyword(kind) && kind !== 'without'
}

/** Whether an expression can begin with the token. */
export function beginsExpression(kind: TokenKind): boolean {
  switch (kind) {
    case 'number':
    case 'duration':
    case 'string':
    case '+':
    case '-':
    case '(':
    case '{':
      return true
    default:
      return canNameMetric(kind)
  }
}

export function isAggregationWord(kind: TokenKind): kind is AggregationWord {
  return AGGREGATIONS.has(kind)
}

/** The token as Prometheus's messages name it: `identifier "foo"`, `<op:+>`, `end of input`. */
export function describeToken(token: Token): string {
  switch (token.kind) {
    case 'identifier':
      return `identifier ${quote(token.text)}`
    case 'metric-identifier':
      return `metric identifier ${quote(token.text)}`
    case 'string':
    case 'number':
    case 'duration':
      return `${token.kind} ${shortened(token.text)}`
    case 'end of input':
    case 'error':
      return token.kind
    default:
      return describeFixed(token)
  }
}

function describeFixed(token: Token): string {
  if (MODIFIERS.has(token.kind)) return `<${token.text}>`
  if (OPERATORS.has(token.kind)) return `<op:${token.text}>`
  if (AGGREGATIONS.has(token.kind)) return `<aggr:${token.text}>`
  return shortened(token.text)
}

function shortened(text: string): string {
  return Buffer.byteLength(text) > 10 ? `${quotePrefix(text, 10)}...` : quote(text)
}

function isKeyword(kind: TokenKind): boolean {
  return KEYWORDS.has(kind)
}
