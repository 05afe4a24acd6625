import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { IntSet } from './int-set.ts'

const integers = fc.array(fc.integer({ min: -(2 ** 31), max: 2 ** 31 - 1 }), { maxLength: 200 })

function setOf(values: readonly number[]): IntSet {
  const set = new IntSet(values.length)
  for (const value of values) set.add(value)
  return set
}

describe('set of integers', () => {
  test('has what was added, each once and in order, as a Set has', () => {
    fc.assert(
      fc.property(integers, integers, (values, others) => {
        const set = setOf(values)
        expect([...set.values]).toEqual([...new Set(values)])
        expect(set.size).toBe(new Set(values).size)
        for (const value of [...values, ...others, 0]) expect(set.has(value)).toBe(values.includes(value))
      }),
    )
  })

  test('counts what two sets have in common', () => {
    expect(setOf([1, 0, -7, 1 << 16]).common(setOf([0, 5, 1 << 16, 0]))).toBe(2)
    expect(setOf([]).common(setOf([0]))).toBe(0)
  })

  test('takes no more than it was made for, but what it has again', () => {
    const set = setOf([4, 9])
    set.add(9)
    expect(() => set.add(10)).toThrow('a set of 2 integers is full')
  })
})
