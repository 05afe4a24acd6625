import { describe, expect, test } from 'vitest'
import { parseSeriesDescription } from './series-description.ts'
import { parseStartTimes } from './start-times.ts'

describe('the points of a series', () => {
  test.each([
    ['up 1 2.5 -3 +4', [1, 2.5, -3, 4]],
    ['up 1x2', [1, 1, 1]],
    ['up 0x3', [0, 0, 0, 0]],
    ['up 1+2x3', [1, 3, 5, 7]],
    ['up 10-2x2', [10, 8, 6]],
    ['up -1--1x1', null],
    ['up 0.1+0.1x2', [0.1, 0.2, 0.30000000000000004]],
    ['up _ 1 _x2 2', ['gap', 1, 'gap', 'gap', 2]],
    ['up stale NaN Inf -inf', ['stale', NaN, Infinity, -Infinity]],
    ['up 1e3x1 1e-2', [1000, 1000, 0.01]],
    ['up', []],
    ['{job="a b"} 1', [1]],
    ['up {{schema:0 sum:5 buckets:[1 2]}} {{}}x1', ['histogram', 'histogram', 'histogram']],
    ['up {{sum:1}}+{{sum:2}}x2', ['histogram', 'histogram', 'histogram']],
  ])('%s', (line, points) => {
    if (points === null) expect(() => parseSeriesDescription(line)).toThrow('invalid item "-1--1x1"')
    else expect(parseSeriesDescription(line).points.map(show)).toEqual(points)
  })

  test.each([
    ['up abc', 'invalid item "abc" in series values (allowed: a number, stale, _ or {{histogram}}'],
    ['up 1x1000001', 'invalid repetition 1000001 in series values (at most 1000000 are allowed)'],
    ['up{job} 1', '1:7: parse error: unexpected "}" in label set, expected "="'],
    ['up-1', 'unexpected "-" after the labels'],
  ])('%s is refused', (line, message) => {
    expect(() => parseSeriesDescription(line)).toThrow(message)
  })

  test('labels as in a query, quoted names too', () => {
    expect(parseSeriesDescription('{"a.b", job="x"} 1').labels.toObject()).toEqual({ __name__: 'a.b', job: 'x' })
  })
})

describe('start times of a series', () => {
  test.each([
    ['_ -1m 0s', [null, -60_000, 0]],
    ['_x2 -1msx1', [null, null, -1, -1]],
    ['-30s-1mx2', [-30_000, -90_000, -150_000]],
    ['-59999ms+1msx1', [-59_999, -59_998]],
  ])('%s', (text, offsets) => {
    expect(parseStartTimes(text)).toEqual(offsets)
  })

  test('what is not a duration is refused', () => {
    expect(() => parseStartTimes('-1m 5')).toThrow('not a valid duration string: "5"')
  })
})

function show(point: ReturnType<typeof parseSeriesDescription>['points'][number]): number | string {
  return point.kind === 'value' ? point.value : point.kind
}
