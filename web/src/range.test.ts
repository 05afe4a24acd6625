import { expect, test } from 'vitest'
import { alignedAt, fixedRange, readRange, withRange } from './range.ts'

test('a range stands in the address beside what else is there, and is read from it', () => {
  const address = new URLSearchParams({ model: 'a', range: '6h' })
  const marked = withRange(address, { startMs: 1_000, endMs: 61_000 })
  expect(marked.toString()).toBe('model=a&from=1000&to=61000')
  expect(readRange(marked)).toEqual({ startMs: 1_000, endMs: 61_000 })
  expect(readRange(withRange(marked, '24h'))).toBe('24h')
  expect(withRange(marked, '5m').toString()).toBe('model=a')
})

test.each(['', 'range=5y', 'from=5', 'from=61000&to=1000', 'from=a&to=b'])('%j names no range', (address) => {
  expect(readRange(new URLSearchParams(address))).toBeUndefined()
})

test('the ends of a window are whole steps', () => {
  expect(alignedAt('5m', 1_003_999)).toEqual({ startMs: 700_000, endMs: 1_000_000 })
  expect(alignedAt({ startMs: 1_003_000, endMs: 1_031_000 }, 0)).toEqual({ startMs: 1_000_000, endMs: 1_035_000 })
})

test('a mark that is narrower than a chart can draw is widened around its middle', () => {
  expect(fixedRange(100_200, 101_200)).toEqual({ startMs: 93_000, endMs: 109_000 })
})
