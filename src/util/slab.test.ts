import { describe, expect, test } from 'vitest'
import { cutCopy, cutInts, cutUnits } from './slab.ts'

describe('arrays cut from slabs', () => {
  test('are zeros of their own, however many there are and however long', () => {
    const arrays = [0, 1, 3, 2_048, 5_000, 7, 1_900, 1_900, 1_900, 1_900, 1_900].map((length) => cutInts(length))
    arrays.forEach((array) => expect(array.every((value) => value === 0)).toBe(true))
    arrays.forEach((array, i) => array.fill(i + 1))
    arrays.forEach((array, i) => expect(array.every((value) => value === i + 1)).toBe(true))
  })

  test('hold the units of a text', () => {
    for (const text of ['', 'a', 'lone \ud83d', '你好 wörld', 'long '.repeat(3_000)])
      expect([...cutUnits(text)]).toEqual(unitsOf(text))
  })

  test('do not follow what they were copied from', () => {
    const source = Int32Array.of(1, 2, 3)
    const copy = cutCopy(source, 2)
    source.fill(9)
    expect([...copy]).toEqual([1, 2])
  })
})

function unitsOf(text: string): number[] {
  return text.split('').map((unit) => unit.charCodeAt(0))
}
