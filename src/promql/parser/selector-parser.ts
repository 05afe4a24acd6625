import { METRIC_NAME, Labels } from '../../model/labels.ts'
import { Matcher, type MatchType } from '../../model/matcher.ts'
import type { VectorSelector } from './ast.ts'
import { quote, unquote } from './quote.ts'
import { canNameLabel, canNameMetric, type Token, type TokenKind } from './token.ts'
import { type TokenStream, tokenPosition } from './token-stream.ts'

const NAME_OR_END = { inside: 'label matching', expected: 'identifier or "}"' }
const COMMA_OR_END = { inside: 'label matching', expected: '"," or "}"' }
const MATCH_OPERATOR = { inside: 'label matching', expected: 'label matching operator' }
const MATCH_VALUE = { inside: 'label matching', expected: 'string' }

const LABEL_OR_END = { inside: 'label set', expected: 'identifier or "}"' }
const LABEL_COMMA_OR_END = { inside: 'label set', expected: '"," or "}"' }
const LABEL_EQUALS = { inside: 'label set', expected: '"="' }
const LABEL_VALUE = { inside: 'label set', expected: 'string' }

const GROUPING = { inside: 'grouping opts', expected: '"("' }
const GROUPING_LABEL = { inside: 'grouping opts', expected: 'label' }
const GROUPING_END = { inside: 'grouping opts', expected: '"," or ")"' }

/** Reads `name{a="b"}`, `name` or `{a="b"}`, without what may follow (range, offset, `@`). A name already taken is passed. */
export function parseVectorSelector(stream: TokenStream, taken?: Token): VectorSelector {
  const first = taken ?? stream.peek()
  const name = first.kind === '{' ? '' : (taken ?? stream.next()).text
  const matchers = name === '' ? [] : [new Matcher(METRIC_NAME, '=', name)]
  if (stream.peek().kind === '{') matchers.push(...parseMatchers(stream))
  const position = { start: first.start, end: stream.lastEnd }
  return { kind: 'vector-selector', name, matchers, extension: 'none', offset: null, at: null, position }
}

function parseMatchers(stream: TokenStream): Matcher[] {
  const matchers: Matcher[] = []
  stream.next()
  while (!stream.accept('}')) {
    const matcher = parseMatcher(stream)
    if (matcher !== undefined) matchers.push(matcher)
    if (!stream.accept(',') && stream.peek().kind !== '}') stream.fail(COMMA_OR_END)
  }
  return matchers
}

/** Undefined when the regex is bad, which is reported. */
function parseMatcher(stream: TokenStream): Matcher | undefined {
  const label = stream.peek()
  if (label.kind !== 'identifier' && label.kind !== 'string') stream.fail(NAME_OR_END)
  stream.next()
  const name = label.kind === 'string' ? unquote(label.text) : label.text
  const type = matchType(stream.peek().kind)
  if (type === undefined) {
    if (label.kind === 'identifier') stream.fail(MATCH_OPERATOR)
    return new Matcher(METRIC_NAME, '=', name)
  }
  stream.next()
  if (stream.peek().kind !== 'string') stream.fail(MATCH_VALUE)
  const value = unquote(stream.next().text)
  try {
    return new Matcher(name, type, value)
  } catch (error) {
    stream.report(error instanceof Error ? error.message : String(error), { start: label.start, end: stream.lastEnd })
    return undefined
  }
}

function matchType(kind: TokenKind): MatchType | undefined {
  return kind === '=' || kind === '!=' || kind === '=~' || kind === '!~' ? kind : undefined
}

/** Reads the labels of a series: `name{a="b"}`, `{"name", a="b"}`, or nothing at all. */
export function parseLabels(stream: TokenStream): Labels {
  const labels: Array<readonly [string, string]> = []
  const name = canNameMetric(stream.peek().kind) ? stream.next().text : ''
  if (stream.peek().kind === '{') {
    stream.next()
    while (!stream.accept('}')) {
      labels.push(parseLabel(stream))
      if (!stream.accept(',') && stream.peek().kind !== '}') stream.fail(LABEL_COMMA_OR_END)
    }
  }
  if (name !== '') labels.push([METRIC_NAME, name])
  return Labels.from(labels)
}

function parseLabel(stream: TokenStream): readonly [string, string] {
  const token = stream.peek()
  if (token.kind !== 'identifier' && token.kind !== 'string') stream.fail(LABEL_OR_END)
  stream.next()
  const name = token.kind === 'string' ? unquote(token.text) : token.text
  if (!stream.accept('=')) {
    if (token.kind === 'identifier') stream.fail(LABEL_EQUALS)
    return [METRIC_NAME, name]
  }
  if (stream.peek().kind !== 'string') stream.fail(LABEL_VALUE)
  return [name, unquote(stream.next().text)]
}

/** Reads the labels of `by`, `on`, `group_left` ...: `(a, "b.c")`. */
export function parseGroupingLabels(stream: TokenStream): string[] {
  const labels: string[] = []
  if (stream.peek().kind !== '(') failGrouping(stream)
  stream.next()
  while (!stream.accept(')')) {
    labels.push(parseGroupingLabel(stream))
    if (!stream.accept(',') && stream.peek().kind !== ')') stream.fail(GROUPING_END)
  }
  return labels
}

/** Throws the error that labels in parentheses were expected. */
export function failGrouping(stream: TokenStream): never {
  return stream.fail(GROUPING)
}

function parseGroupingLabel(stream: TokenStream): string {
  const token: Token = stream.peek()
  if (canNameLabel(token.kind)) return stream.next().text
  if (token.kind !== 'string') stream.fail(GROUPING_LABEL)
  const label = unquote(stream.next().text)
  if (label === '') stream.report(`invalid label name for grouping: ${quote(label)}`, tokenPosition(token))
  return label
}
