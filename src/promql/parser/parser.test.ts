import { existsSync, readFileSync } from 'node:fs'
import path from 'node:path'
import * as fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { randomExpression } from '../../../test/promql/random-expression.ts'
import { ParseError } from '../errors.ts'
import type { Expr } from './ast.ts'
import { parseExpr, parseMetric, parseMetricSelector } from './parser.ts'
import type { ParserOptions } from './parser-options.ts'
import { printExpr } from './printer.ts'

const EVERYTHING: ParserOptions = {
  experimentalFunctions: true,
  durationExpressions: true,
  extendedRangeSelectors: true,
  binopFill: true,
}
const STOCK: ParserOptions = {
  experimentalFunctions: false,
  durationExpressions: false,
  extendedRangeSelectors: false,
  binopFill: false,
}

const shared = path.resolve(import.meta.dirname, '../../../../shared/data/promql')

describe('what binds to what', () => {
  test.each([
    ['a + b offset 5m', '(a + (b offset 5m))'],
    ['a + b offset 5m * c', '(a + ((b offset 5m) * c))'],
    ['a * b @ 5', '(a * (b @ 5.000))'],
    ['-a offset 5m', '-(a offset 5m)'],
    ['-1 ^ 2', '-(1 ^ 2)'],
    ['-a ^ 2', '-(a ^ 2)'],
    ['-a * b', '(-a * b)'],
    ['-1 * 2', '(-1 * 2)'],
    ['2 ^ 3 ^ 2', '(2 ^ (3 ^ 2))'],
    ['2 ^ -3 * 4', '((2 ^ -3) * 4)'],
    ['2 ^ -3 ^ 4', '(2 ^ -(3 ^ 4))'],
    ['a - b - c', '((a - b) - c)'],
    ['a / b * c % d atan2 e', '((((a / b) * c) % d) atan2 e)'],
    ['a + b * c ^ d', '(a + (b * (c ^ d)))'],
    ['a or b and c unless d', '(a or ((b and c) unless d))'],
    ['a and b == c', '(a and (b == c))'],
    ['a > b + c', '(a > (b + c))'],
    ['a == b != c', '((a == b) != c)'],
    ['a offset 5m - 8', '((a offset 5m) - 8)'],
    ['a offset -5m ^ 2', '((a offset -5m) ^ 2)'],
    ['a offset (5m) - 8', '(a offset (5m) - 8)'],
    ['a offset -(5m) - 8', '((a offset -(5m)) - 8)'],
    ['a offset step() * 2', '((a offset step()) * 2)'],
    ['rate(a[5m] offset 1h @ end())', 'rate((a[5m] @ end() offset 1h))'],
  ])('%s', (query, tree) => {
    expect(withParentheses(parseExpr(query, EVERYTHING))).toBe(tree)
  })

  test.each(['sum by (job) (a)', 'sum(a) by (job)', 'SUM BY (job,) (a)'])('%s groups by job', (query) => {
    expect(parseExpr(query, STOCK)).toMatchObject({ kind: 'aggregation', op: 'sum', grouping: ['job'], without: false })
  })

  test.each(['sum', 'offset', 'by', 'start', 'and', 'fill', 'group', 'max_of'])('%s can be a metric', (name) => {
    expect(parseExpr(name, STOCK)).toMatchObject({ kind: 'vector-selector', name })
  })
})

describe('literals', () => {
  test.each([
    ['1_000.5', 1000.5],
    ['0x1F', 31],
    ['0755', 493],
    ['0899', 899],
    ['2.', 2],
    ['.5e-1', 0.05],
    ['iNf', Infinity],
    ['9223372036854775808', 2 ** 63],
    ['1h30m', 5400],
    ['1m30ms', 60.03],
    ['-5m', -300],
    ['--1', 1],
  ])('%s is %d', (query, value) => {
    expect(parseExpr(query, STOCK)).toMatchObject({ kind: 'number', value })
  })

  test.each([
    [String.raw`"\x41\u00e9\U0001F600\101\n"`, 'A\u00e9\u{1f600}A\n'],
    [String.raw`"\xc3\xa9"`, '\u00e9'],
    [String.raw`'it\'s'`, "it's"],
    ['`a\\n`', String.raw`a\n`],
  ])('%s', (query, value) => {
    expect(parseExpr(query, STOCK)).toMatchObject({ kind: 'string', value })
  })

  test('bytes that are not UTF-8 survive', () => {
    expect(printExpr(parseExpr(String.raw`"a\xffb"`, STOCK))).toBe(String.raw`"a\xffb"`)
  })
})

describe('errors', () => {
  test.each([
    ['', 'unknown position: parse error: no expression found in input'],
    ['# nothing', '1:1: parse error: no expression found in input'],
    ['up +\n  é', "2:3: parse error: unexpected character: 'é'"],
    ['"é" $', "1:6: parse error: unexpected character: '$'"],
    ['up{a="é"} up', '1:12: parse error: unexpected identifier "up"'],
    ['foo(1) $', '1:1: parse error: unknown function with name "foo"'],
    ['sum(up) by (a) by (b)', '1:16: parse error: unexpected <by>'],
    ['sum(1 2)', '1:7: parse error: unexpected number "2" in aggregation'],
    ['sum by (a, without) (up)', '1:12: parse error: unexpected <without> in grouping opts, expected label'],
    [
      'up offset foo',
      '1:11: parse error: unexpected identifier "foo" in offset, expected number, duration, step(), or range()',
    ],
    ['up @ foo', '1:6: parse error: unexpected identifier "foo" in @, expected timestamp'],
    ['up offset 5m offset 5m', '1:1: parse error: offset may not be set multiple times'],
    ['up @ 1 @ 2', '1:1: parse error: @ <timestamp> may not be set multiple times'],
    ['up{a=~"("}', '1:4: parse error: error parsing regexp: missing closing ): `(`'],
    ['up{__name__="x"}', '1:1: parse error: metric name must not be set twice: "up" or "x"'],
    ['1 == 1', '1:3: parse error: comparisons between scalars must use BOOL modifier'],
    ['rate(up)', '1:6: parse error: expected type range vector in call to function "rate", got instant vector'],
    ['up[0s]', '1:4: parse error: duration must be greater than 0'],
    ['up[1s1m]', '1:4: parse error: not a valid duration string: "1s1m"'],
    ['label_join(up)', '1:1: parse error: expected at least 3 argument(s) in call to "label_join", got 1'],
    ['round(up, 1, 2)', '1:1: parse error: expected at most 2 argument(s) in call to "round", got 3'],
    ['rate(up[5m],)', '1:12: parse error: trailing commas not allowed in function call args'],
    ['up anchored smoothed', '1:1: parse error: anchored and smoothed modifiers cannot be used together'],
    ['"a" + 1', '1:1: parse error: binary expression must contain only scalar and instant vector types'],
  ])('%s', (query, message) => {
    expect(parseFailure(query).message).toBe(message)
  })

  test.each([
    [
      'limitk(1, up)',
      '1:1: parse error: limitk() is experimental and must be enabled with --enable-feature=promql-experimental-functions',
    ],
    ['info(up)', '1:1: parse error: function "info" is not enabled'],
    ['up[5m*2]', '1:4: parse error: experimental duration expression is not enabled'],
    ['a + fill(1) b', '1:1: parse error: binop fill modifiers are experimental and not enabled'],
    ['rate(up[5m] smoothed)', '1:6: parse error: smoothed modifier is experimental and not enabled'],
  ])('%s is refused without its feature', (query, message) => {
    expect(() => parseExpr(query, STOCK)).toThrow(message)
    expect(() => parseExpr(query, EVERYTHING)).not.toThrow()
  })

  test('nesting has a limit that is an ordinary error', () => {
    expect(() => parseExpr('('.repeat(10_000), STOCK)).toThrow('nested more than 500 levels deep')
    expect(() => parseExpr(`${'2 ^ '.repeat(10_000)}2`, STOCK)).toThrow('nested more than 500 levels deep')
    expect(() => parseExpr(`${'up or '.repeat(10_000)}up`, STOCK)).toThrow(
      'expression is more than 1000 operations deep',
    )
    expect(() => parseExpr(`${'1 + '.repeat(990)}1`, STOCK)).not.toThrow()
  })

  test('positions are UTF-16 indexes of the text', () => {
    const error = parseFailure('"é" + foo(1)')
    expect(error.position).toEqual({ start: 6, end: 9 })
    expect(error.message).toBe('1:8: parse error: unknown function with name "foo"')
  })
})

describe('selectors and series', () => {
  test('a selector of the API', () => {
    const matchers = parseMetricSelector('{"a.b", job!~"x|y"}')
    expect(matchers.map(String)).toEqual(['__name__="a.b"', 'job!~"x|y"'])
    expect(() => parseMetricSelector('up[5m]')).toThrow('1:3: parse error: unexpected "["')
  })

  test('the labels of a series', () => {
    expect(parseMetric('up{job="a",}').toObject()).toEqual({ __name__: 'up', job: 'a' })
    expect(parseMetric('{"a.b", "c d"="e"}').toObject()).toEqual({ __name__: 'a.b', 'c d': 'e' })
    expect(() => parseMetric('up{job}')).toThrow('unexpected "}" in label set, expected "="')
  })
})

describe('real and random expressions', () => {
  test('random expressions print and parse to the same tree', () => {
    fc.assert(
      fc.property(randomExpression, (query) => {
        const expr = parseExpr(query, EVERYTHING)
        const printed = printExpr(expr)
        expect(withoutPlaces(parseExpr(printed, EVERYTHING))).toEqual(withoutPlaces(expr))
        expect(printExpr(parseExpr(printed, EVERYTHING))).toBe(printed)
      }),
      { numRuns: 500 },
    )
  })

  const casesFile = path.join(shared, 'parse-cases.json')
  test.skipIf(!existsSync(casesFile))('Prometheus accepts and refuses the same, in the same words', () => {
    const cases = JSON.parse(readFileSync(casesFile, 'utf8')) as ParseCase[]
    expect(cases.length).toBeGreaterThan(100)
    for (const { input, fail, errors } of cases) {
      if (!fail) expect(() => parseExpr(input, EVERYTHING), input).not.toThrow()
      else {
        const error = parseFailure(input)
        expect(error.message, input).toContain(`: parse error: ${errors?.[0]?.message ?? ''}`)
        expect(Buffer.byteLength(input.slice(0, error.position.start)), input).toBe(errors?.[0]?.start)
      }
    }
  })

  const expressionsFile = path.join(shared, 'expressions.dev.jsonl')
  test.skipIf(!existsSync(expressionsFile))('expressions of real rules and dashboards survive printing', () => {
    const lines = readFileSync(expressionsFile, 'utf8').trim().split('\n')
    for (const line of lines) {
      const query = withoutVariables((JSON.parse(line) as { expr: string }).expr)
      const expr = parseExpr(query, STOCK)
      expect(withoutPlaces(parseExpr(printExpr(expr), STOCK)), query).toEqual(withoutPlaces(expr))
    }
  })
})

interface ParseCase {
  readonly input: string
  readonly fail: boolean
  readonly errors?: ReadonlyArray<{ readonly start: number; readonly message: string }>
}

/** Grafana's variables are valid inside strings; as ranges and steps they stand for durations. */
function withoutVariables(query: string): string {
  return query.replaceAll(/\[\$\{?\w+\}?(?=[\]:])/g, '[5m').replaceAll(/:\$\{?\w+\}?\]/g, ':1m]')
}

function parseFailure(query: string): ParseError {
  try {
    parseExpr(query, EVERYTHING)
  } catch (error) {
    if (error instanceof ParseError) return error
    throw error
  }
  throw new Error(`${query} was accepted`)
}

/** A tree to compare: without positions and with matchers in the order in which they are printed. */
function withoutPlaces(expr: Expr): unknown {
  return JSON.parse(
    JSON.stringify(expr, (key, value: unknown) => {
      if (key === 'position') return undefined
      if (typeof value === 'number') return Number.isFinite(value) ? value : String(value)
      return key === 'matchers' && Array.isArray(value) ? value.map((matcher) => String(matcher)).sort() : value
    }),
  )
}

/** The expression with parentheses around every operation and every modified selector. */
function withParentheses(expr: Expr): string {
  switch (expr.kind) {
    case 'binary':
      return `(${withParentheses(expr.left)} ${expr.op} ${withParentheses(expr.right)})`
    case 'unary':
      return `${expr.op}${withParentheses(expr.expr)}`
    case 'call':
      return `${expr.func}(${expr.args.map(withParentheses).join(', ')})`
    case 'vector-selector':
    case 'matrix-selector':
    case 'subquery': {
      const printed = printExpr(expr)
      return /[ [@]/.test(printed) ? `(${printed})` : printed
    }
    default:
      return printExpr(expr)
  }
}
