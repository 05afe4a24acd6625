import fc from 'fast-check'
import { expect, test } from 'vitest'
import { coarsen, joined, type Stretch } from './stretch.ts'

const stretches = fc.array(
  fc.tuple(fc.integer({ min: 0, max: 500 }), fc.integer({ min: 0, max: 9 })).map(([minUs, length]): Stretch => {
    return { minUs, maxUs: minUs + length }
  }),
  { maxLength: 60 },
)

function momentsOf(some: readonly Stretch[]): Set<number> {
  return new Set(some.flatMap(({ minUs, maxUs }) => Array.from({ length: maxUs - minUs + 1 }, (_, i) => minUs + i)))
}

test('joined, they are the same moments, the newest first and none touching another', () => {
  fc.assert(
    fc.property(stretches, (some) => {
      const found = joined(some)
      expect(momentsOf(found)).toEqual(momentsOf(some))
      found.slice(1).forEach((older, i) => expect(older.maxUs + 1).toBeLessThan(found[i]?.minUs ?? 0))
    }),
  )
})

test('coarsened, they are no more than wanted and leave out no moment; few stay as they are', () => {
  fc.assert(
    fc.property(stretches, fc.integer({ min: 1, max: 30 }), (some, count) => {
      const before = joined(some)
      const found = coarsen(before, count)
      expect(found.length).toBeLessThanOrEqual(count)
      expect([...momentsOf(before)].filter((moment) => !momentsOf(found).has(moment))).toEqual([])
      if (before.length <= count) expect(found).toEqual(before)
    }),
  )
})
