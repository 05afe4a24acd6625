import fc from 'fast-check'
import { expect, test } from 'vitest'
import { sorting } from './sorting.ts'
import { atOnce } from './steps.ts'

test('sorts as an array does, equal items in the order that they had', () => {
  const items = fc.array(fc.tuple(fc.nat({ max: 50 }), fc.nat()), { minLength: 0, maxLength: 5_000, size: 'max' })
  const byFirst = ([a]: readonly [number, number], [b]: readonly [number, number]): number => a - b
  fc.assert(
    fc.property(items, (items) => {
      expect(atOnce(sorting(items, byFirst))).toEqual(items.toSorted(byFirst))
    }),
    { numRuns: 50 },
  )
})

test('gives others a turn for each thousand items that it sorts or merges', () => {
  const items = Array.from({ length: 8_000 }, (_, i) => (i * 7_919) % 8_000)
  let turns = 0
  for (const _ of sorting(items, (a, b) => a - b)) turns++
  // Eight runs, merged three times.
  expect(turns).toBeGreaterThanOrEqual(8 + 3 * 4)
})
