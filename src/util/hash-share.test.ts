import { expect, test } from 'vitest'
import { hashShare } from './hash-share.ts'

const COUNT = 20_000

test('ids that count up are spread evenly, and so is what becomes of neighbours', () => {
  const shares = Array.from({ length: COUNT }, (_, i) => hashShare(`request-${i}`))
  const tenths = shares.map((share) => Math.floor(share * 10))
  const pairs = new Map<string, number>()
  tenths.forEach((tenth, i) => {
    const pair = `${tenths[i - 1] ?? 0}${tenth}`
    pairs.set(pair, (pairs.get(pair) ?? 0) + 1)
  })
  expect(pairs.size).toBe(100)
  // 200 of each kind of pair; five times the standard deviation.
  for (const count of pairs.values()) expect(Math.abs(count - COUNT / 100)).toBeLessThan(70)
})

test('the same id gets the same share, which is below one', () => {
  expect(hashShare('a')).toBe(hashShare('a'))
  expect(hashShare('')).toBeGreaterThanOrEqual(0)
  expect(hashShare('')).toBeLessThan(1)
})
