import { describe, expect, test } from 'vitest'
import { ParseError } from '../errors.ts'
import { parseExpr } from '../parser/parser.ts'
import { planTree } from './describe.ts'
import type { QueryTimes } from './duration.ts'
import { planQuery } from './planner.ts'

const FEATURES = {
  experimentalFunctions: true,
  durationExpressions: true,
  extendedRangeSelectors: true,
  binopFill: true,
}
const HOUR: QueryTimes = { startMs: 3_600_000, endMs: 7_200_000, stepMs: 60_000 }

function plan(query: string, times = HOUR): string {
  return planTree(planQuery(parseExpr(query, FEATURES), { times, defaultSubqueryStepMs: 60_000 }))
}

describe('the plan of a query', () => {
  test('has a range selector and its function in one leaf', () => {
    expect(plan('sum by (model) (rate(x_total{job="a"}[5m] offset 1m))')).toBe(
      [
        'aggregate sum by (model)',
        '  range-function rate',
        '    range-selector {__name__="x_total",job="a"}[5m] offset 1m',
      ].join('\n'),
    )
  })

  test('keeps a scalar argument beside the range', () => {
    expect(plan('quantile_over_time(scalar(q), x[1m])')).toBe(
      [
        'range-function quantile_over_time',
        '  range-selector {__name__="x"}[1m]',
        '  scalar-of-vector',
        '    instant-selector {__name__="q"}',
      ].join('\n'),
    )
  })

  test('computes constants', () => {
    expect(plan('1 + 2 * 3 ^ 2')).toBe('number 19')
    expect(plan('-(2 - 5)')).toBe('number 3')
    expect(plan('x * (60 * 60)')).toBe('vector-scalar *\n  instant-selector {__name__="x"}\n  number 3600')
    expect(plan('1 > bool 2')).toBe('number 0')
  })

  test('knows the times of the query', () => {
    expect(plan('start() + end() + range() + step()')).toBe('number 14460')
    expect(plan('step()', { startMs: 5, endMs: 5, stepMs: 0 })).toBe('number 0')
    expect(plan('x @ start()')).toBe('step-invariant\n  instant-selector {__name__="x"} @ 3600.000')
    expect(plan('x @ end() offset -5m')).toBe('step-invariant\n  instant-selector {__name__="x"} @ 7200.000 offset -5m')
  })

  test('computes durations', () => {
    expect(plan('x[range() / 2]', HOUR)).toBe('range-selector {__name__="x"}[30m]')
    expect(plan('x offset -(2 * step())')).toBe('instant-selector {__name__="x"} offset -2m')
    expect(plan('rate(x[5m])[1h:step()]')).toContain('subquery [1h:1m]')
  })

  test.each([
    ['x[step() - 1m]', '2:13: duration must be greater than 0'],
    ['x[1m / (step() - 1m)]', '2:19: division by zero'],
    ['x[5m % (1 - 1)]', 'modulo by zero'],
  ])('%s: %s', (query, message) => {
    expect(() => plan(query)).toThrow(ParseError)
    expect(() => plan(query)).toThrow(message)
  })

  test('takes the default step for a subquery without one', () => {
    expect(plan('max_over_time(x[10m:])')).toContain('subquery [10m:1m]')
  })
})

describe('what `@` fixes in time is computed once', () => {
  test('at the highest place', () => {
    expect(plan('sum(rate(x[5m] @ 100)) + y')).toBe(
      [
        'vector-vector +',
        '  step-invariant',
        '    aggregate sum',
        '      range-function rate',
        '        range-selector {__name__="x"}[5m] @ 100.000',
        '  instant-selector {__name__="y"}',
      ].join('\n'),
    )
  })

  test('but not under a function of the time', () => {
    expect(plan('hour(x @ 100)')).toBe('date hour\n  step-invariant\n    instant-selector {__name__="x"} @ 100.000')
    expect(plan('predict_linear(x[5m] @ 100, 60)')).not.toContain('step-invariant')
  })

  test('unless that function only reads the times of samples', () => {
    expect(plan('timestamp(x @ 100)')).toBe('step-invariant\n  timestamp {__name__="x"} @ 100.000')
  })

  test('also inside a subquery that moves', () => {
    expect(plan('sum_over_time((x @ 100)[5m:1m])')).toBe(
      [
        'range-function sum_over_time',
        '  subquery [5m:1m]',
        '    step-invariant',
        '      instant-selector {__name__="x"} @ 100.000',
      ].join('\n'),
    )
  })

  test('literals alone are not worth it', () => {
    expect(plan('vector(1) + x')).toBe(
      'vector-vector +\n  step-invariant\n    vector-of-scalar\n      number 1\n  instant-selector {__name__="x"}',
    )
    expect(plan('x + 1')).not.toContain('step-invariant')
  })
})
