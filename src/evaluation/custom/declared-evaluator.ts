import { RE2JS } from 're2js'
import type { EvaluationSpan, Score, Verdict } from '../../model/evaluation.ts'
import type { CostClass, EvaluationInput, Evaluator } from '../evaluator.ts'
import { jsonIn } from '../instructions/json-answer.ts'
import type { DeclaredConfig } from './config.ts'
import { parseExpression } from './expression.ts'
import { JsonSchema } from './json-schema.ts'

/** Places of matches that are shown. */
const MAX_SPANS = 50

interface Match {
  readonly isMatch: boolean
  /** 1 or 0 when absent. */
  readonly score?: number
  readonly explanation: string
  readonly spans?: readonly EvaluationSpan[]
}

type Matcher = (input: EvaluationInput) => Match | undefined

const COST: Readonly<Record<DeclaredConfig['kind'], CostClass>> = {
  regex: 'moderate',
  keyword: 'cheap',
  json_schema: 'moderate',
  expression: 'cheap',
}

/** The evaluator that a configuration declares. Throws what reading its pattern, schema or expression throws. */
export function declaredEvaluator(config: DeclaredConfig): Evaluator {
  const { name, version, direction, kind, match, no_match: noMatch } = config
  const matcher = matcherOf(config)
  return {
    name,
    version,
    direction,
    costClass: COST[kind],
    languages: ['any'],
    evaluate: (input) => {
      const found = matcher(input)
      return found === undefined ? undefined : scoreOf(found, found.isMatch ? match : noMatch)
    },
  }
}

function scoreOf({ isMatch, score, explanation, spans }: Match, verdict: Verdict): Score {
  const plain = { score: score ?? (isMatch ? 1 : 0), verdict, explanation }
  return spans === undefined || spans.length === 0 ? plain : { ...plain, spans }
}

function matcherOf(config: DeclaredConfig): Matcher {
  switch (config.kind) {
    case 'regex':
      return regexMatcher(config)
    case 'keyword':
      return keywordMatcher(config)
    case 'json_schema':
      return schemaMatcher(config)
    case 'expression':
      return expressionMatcher(config)
  }
}

type ConfigOf<K extends DeclaredConfig['kind']> = Extract<DeclaredConfig, { readonly kind: K }>

function regexMatcher({ pattern, applies_to: field }: ConfigOf<'regex'>): Matcher {
  const compiled = RE2JS.compile(pattern)
  return (input) => {
    const text = input[field]
    if (text === '') return undefined
    const spans = matchesIn(compiled, text).map(({ start, end }) => ({
      field,
      start,
      end,
      label: text.slice(start, end).slice(0, 80),
    }))
    return { isMatch: spans.length > 0, explanation: spans.length > 0 ? `the ${field} matches the pattern` : '', spans }
  }
}

function keywordMatcher({
  keywords,
  case_sensitive: isSensitive,
  all,
  applies_to: field,
}: ConfigOf<'keyword'>): Matcher {
  const fold = isSensitive ? (text: string) => text : foldCase
  const folded = keywords.map((keyword) => [keyword, fold(keyword)] as const)
  return (input) => {
    const text = input[field]
    if (text === '') return undefined
    const searched = fold(text)
    const spans = folded.flatMap(([keyword, sought]) =>
      placesOf(searched, sought).map((start) => ({ field, start, end: start + sought.length, label: keyword })),
    )
    const present = [...new Set(spans.map(({ label }) => label))]
    const isMatch = all ? present.length === new Set(keywords).size : present.length > 0
    const said = present.slice(0, MAX_SPANS).map((word) => JSON.stringify(word))
    const explanation = present.length === 0 ? '' : `the ${field} says ${said.join(', ')}`
    return { isMatch, explanation, spans: spans.slice(0, MAX_SPANS) }
  }
}

/** In lower case, each character where it was: of a few (such as İ) the lower case is longer, they stay as they are. */
function foldCase(text: string): string {
  const lower = text.toLowerCase()
  if (lower.length === text.length) return lower
  return text.replaceAll(/[\s\S]/g, (unit) => (unit.toLowerCase().length === 1 ? unit.toLowerCase() : unit))
}

/** Where a keyword stands; as a whole word where its ends are letters of a script that puts spaces between words. */
function placesOf(text: string, keyword: string): number[] {
  const places: number[] = []
  const end = keyword.length - 1
  for (let at = text.indexOf(keyword); at !== -1 && places.length < MAX_SPANS; at = text.indexOf(keyword, at + 1)) {
    const isInside = isWordUnit(keyword, 0) && isWordUnit(text, at - 1)
    const goesOn = isWordUnit(keyword, end) && isWordUnit(text, at + keyword.length)
    if (!isInside && !goesOn) places.push(at)
  }
  return places
}

function isWordUnit(text: string, at: number): boolean {
  return /^[\p{Script=Latin}\p{Script=Greek}\p{Script=Cyrillic}\p{N}_]$/u.test(text.charAt(at))
}

function schemaMatcher({ schema, applies_to: field }: ConfigOf<'json_schema'>): Matcher {
  const compiled = new JsonSchema(schema)
  return (input) => {
    if (input[field] === '') return undefined
    const json = jsonIn(input[field])
    const fault = json === undefined ? 'it is no JSON object or list' : compiled.faultOf(json.value)
    return { isMatch: fault === undefined, explanation: fault === undefined ? 'conforms to the schema' : fault }
  }
}

function expressionMatcher({ expression }: ConfigOf<'expression'>): Matcher {
  const compiled = parseExpression(expression)
  return (input) => {
    const value = compiled.evaluate(input)
    if (value === undefined || Number.isNaN(value)) return undefined
    if (typeof value === 'boolean') return { isMatch: value, explanation: value ? 'the condition holds' : '' }
    const score = Math.min(1, Math.max(0, value))
    return { isMatch: score >= 0.5, score, explanation: `the expression is ${Number(value.toPrecision(6))}` }
  }
}

function matchesIn(pattern: RE2JS, text: string): Array<{ readonly start: number; readonly end: number }> {
  const matcher = pattern.matcher(text)
  const found = []
  while (found.length < MAX_SPANS && matcher.find()) found.push({ start: matcher.start(), end: matcher.end() })
  return found
}
