import { describe, expect, test } from 'vitest'
import { exprToJson } from './expr-json.ts'
import { parseExpr } from './parser.ts'
import { prettyPrint, printExpr } from './printer.ts'

const FEATURES = {
  experimentalFunctions: true,
  durationExpressions: true,
  extendedRangeSelectors: true,
  binopFill: true,
}

const parse = (query: string) => parseExpr(query, FEATURES)

describe('printed on one line', () => {
  test.each([
    ['sum(  up )by(b,a)', 'sum by (b, a) (up)'],
    ['sum without() (up)', 'sum without () (up)'],
    ['up{b="2",a=\'1\'}', 'up{a="1",b="2"}'],
    ['{__name__="up"}', '{__name__="up"}'],
    ['{"a.b","c d"="\t"}', String.raw`{"c d"="\t",__name__="a.b"}`],
    ['1e-7 + 1e21 + -Inf', '0.0000001 + 1000000000000000000000 + -Inf'],
    ['up offset 90s @ 1.5', 'up @ 1.500 offset 1m30s'],
    ['up[300] offset -1w', 'up[5m] offset -1w'],
    ['up[5m:] @ end()', 'up[5m:] @ end()'],
    ['rate(up[5m] offset 1h anchored)', 'rate(up[5m] anchored offset 1h)'],
    ['a * on(x)group_left b', 'a * on (x) group_left () b'],
    ['a + ignoring() b', 'a + b'],
    ['a > bool fill_left(1) fill_right(1) b', 'a > bool fill (1) b'],
    ['up[5m * ( 2 + step())]', 'up[5m * (2 + step())]'],
    ['up offset -max_of(5, 1m)', 'up offset -max_of(5, 1m)'],
    ['-  1m30s', '-1m30s'],
  ])('%s', (query, printed) => {
    expect(printExpr(parse(query))).toBe(printed)
  })
})

describe('printed over several lines', () => {
  test('short expressions stay on their line', () => {
    expect(prettyPrint(parse('sum(rate(up[5m]))by(job)'))).toBe('sum by (job) (rate(up[5m]))')
  })

  test('long ones are split at their operators, calls and parentheses', () => {
    const selector = 'http_requests_total{job="api-server",instance="server-1:9090",code="500"}'
    const query = `histogram_quantile(0.9, sum by (job) (rate(${selector}[5m]))) / -(${selector} + on (job) ${selector})`
    expect(prettyPrint(parse(query))).toBe(`  histogram_quantile(
    0.9,
    sum by (job) (rate(http_requests_total{code="500",instance="server-1:9090",job="api-server"}[5m]))
  )
/
  -(
      http_requests_total{code="500",instance="server-1:9090",job="api-server"}
    + on (job)
      http_requests_total{code="500",instance="server-1:9090",job="api-server"}
  )`)
  })
})

describe('as the JSON of parse_query', () => {
  test('a selector', () => {
    expect(exprToJson(parse('up{job="a"}[5m] offset 1m @ start()'))).toEqual({
      type: 'matrixSelector',
      name: 'up',
      range: 300_000,
      rangeExpr: null,
      offset: 60_000,
      offsetExpr: null,
      matchers: [
        { name: 'job', type: '=', value: 'a' },
        { name: '__name__', type: '=', value: 'up' },
      ],
      timestamp: null,
      startOrEnd: 'start',
      anchored: false,
      smoothed: false,
    })
  })

  test('a binary expression of an aggregation and a number', () => {
    expect(exprToJson(parse('sum by (a) (up) > 0.5'))).toMatchObject({
      type: 'binaryExpr',
      op: '>',
      bool: false,
      matching: null,
      lhs: { type: 'aggregation', op: 'sum', grouping: ['a'], without: false, param: null },
      rhs: { type: 'numberLiteral', val: '0.5' },
    })
  })

  test('vector matching', () => {
    expect(exprToJson(parse('a / on (x) group_left (y) b'))['matching']).toEqual({
      card: 'many-to-one',
      labels: ['x'],
      on: true,
      include: ['y'],
      fillValues: { lhs: null, rhs: null },
    })
  })

  test('a call and its signature', () => {
    expect(exprToJson(parse('rate(up[1m * 2])'))).toMatchObject({
      type: 'call',
      func: { name: 'rate', argTypes: ['matrix'], variadic: 0, returnType: 'vector' },
      args: [{ range: 0, rangeExpr: { type: 'durationExpr', op: '*', rhs: { val: '2', duration: false } } }],
    })
  })
})
