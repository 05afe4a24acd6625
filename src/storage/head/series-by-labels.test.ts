import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { Labels } from '../../model/labels.ts'
import { SeriesByLabels } from './series-by-labels.ts'

/** Two label sets of one hash, found by trying. */
const COLLIDING = [{ id: '3pwu' }, { id: 'a5fa' }] as const

interface One {
  readonly labels: Labels
}

const labelSet = fc.oneof(
  fc.constantFrom(...COLLIDING),
  fc.record({ job: fc.constantFrom('a', 'b', 'c'), instance: fc.constantFrom('', 'x', 'y') }),
)

describe('series by their labels', () => {
  test('there are two sets of one hash to be told apart', () => {
    const [a, b] = COLLIDING.map((record) => Labels.from(record))
    expect(a?.hash).toBe(b?.hash)
    expect(a?.key).not.toBe(b?.key)
  })

  test('are found, gone through and removed as in a map of keys', () => {
    fc.assert(
      fc.property(fc.array(fc.record({ removes: fc.boolean(), record: labelSet }), { maxLength: 30 }), (steps) => {
        const series = new SeriesByLabels<One>()
        const expected = new Map<string, One>()
        for (const { removes, record } of steps) {
          const labels = Labels.from(record)
          const known = series.get(labels)
          expect(known).toBe(expected.get(labels.key))
          if (known === undefined) {
            const one = { labels }
            series.add(one)
            expected.set(labels.key, one)
          } else if (removes) {
            series.delete(known)
            expected.delete(labels.key)
          }
          expect(series.size).toBe(expected.size)
          expect(new Set(series.values())).toEqual(new Set(expected.values()))
        }
      }),
    )
  })
})
