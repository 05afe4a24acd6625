import fc from 'fast-check'
import { expect, test } from 'vitest'
import { atOnce } from '../util/steps.ts'
import { type Count, findingLargest } from './cardinality.ts'

const counts = fc.array(fc.tuple(fc.string({ maxLength: 2 }), fc.integer({ min: 0, max: 50 })), {
  size: 'max',
  maxLength: 5_000,
})

test('the largest counts are those that sorting all of them puts first', () => {
  fc.assert(
    fc.property(counts, fc.integer({ min: 0, max: 1_500 }), (all: readonly Count[], limit) => {
      const sorted = [...all].sort(([a, x], [b, y]) => y - x || (a < b ? -1 : a > b ? 1 : 0))
      expect(atOnce(findingLargest(all, limit))).toEqual(sorted.slice(0, limit))
    }),
    { numRuns: 50 },
  )
})
