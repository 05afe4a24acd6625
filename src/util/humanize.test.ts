import { expect, test } from 'vitest'
import { humanize, humanize1024, humanizeDuration, humanizePercentage, humanizeTimestamp, toFloat } from './humanize.ts'

test.each([
  [0, '0'],
  [1, '1'],
  [1234567, '1.235M'],
  [0.002, '2m'],
  [-1e10, '-10G'],
  [Infinity, '+Inf'],
  [NaN, 'NaN'],
  [0.0000001, '100n'],
  [999.99, '1000'],
])('humanize %d', (value, text) => expect(humanize(value)).toBe(text))

test.each([
  [1048576, '1Mi'],
  [1, '1'],
  [0.5, '0.5'],
  [1536, '1.5ki'],
  [-2048, '-2ki'],
])('humanize1024 %d', (value, text) => expect(humanize1024(value)).toBe(text))

test.each([
  [0, '0s'],
  [1, '1s'],
  [59.5, '59.5s'],
  [60, '1m 0s'],
  [3600, '1h 0m 0s'],
  [86400 + 3661, '1d 1h 1m 1s'],
  [-60, '-1m 0s'],
  [0.0015, '1.5ms'],
  [899.9, '14m 59s'],
])('humanizeDuration %d', (value, text) => expect(humanizeDuration(value)).toBe(text))

test('percentages and timestamps', () => {
  expect(humanizePercentage(0.12345)).toBe('12.35%')
  expect(humanizePercentage(-2)).toBe('-200%')
  expect(humanizeTimestamp(1435065584.128)).toBe('2015-06-23 13:19:44.128 +0000 UTC')
})

test('numbers are read from text and Go ints; nothing else', () => {
  expect([toFloat('1.5'), toFloat(3n), toFloat('+Inf'), toFloat('NaN')]).toEqual([1.5, 3, Infinity, NaN])
  expect(() => toFloat('one')).toThrow('strconv.ParseFloat: parsing "one": invalid syntax')
  expect(() => toFloat(true)).toThrow("can't convert bool to float")
})
