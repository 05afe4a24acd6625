import fc from 'fast-check'
import { expect, it } from 'vitest'
import { Lru } from './lru.ts'

it('forgets what was used longest ago, and says what that was', () => {
  const lru = new Lru<string, number>(2)
  lru.set('a', 1)
  lru.set('b', 2)
  expect(lru.get('a')).toBe(1)
  expect(lru.set('c', 3)).toEqual(['b', 2])
  expect(lru.get('b')).toBeUndefined()
  expect([...lru.values()]).toEqual([1, 3])
  expect(lru.oldest).toEqual(['a', 1])
})

it('is empty again after its last entry was deleted', () => {
  const lru = new Lru<string, number>(2)
  lru.set('a', 1)
  lru.delete('a')
  lru.delete('a')
  expect(lru.size).toBe(0)
  expect(lru.oldest).toBeUndefined()
  lru.set('b', 2)
  expect([...lru.values()]).toEqual([2])
})

it('keeps the same entries in the same order as a plain list that is searched', () => {
  const step = fc.record({ action: fc.constantFrom('get', 'set', 'delete'), key: fc.nat(6), value: fc.nat() })
  fc.assert(
    fc.property(fc.array(step, { maxLength: 60 }), fc.integer({ min: 1, max: 4 }), (steps, limit) => {
      const lru = new Lru<number, number>(limit)
      let list: { key: number; value: number }[] = []
      for (const { action, key, value } of steps) {
        const known = list.find((entry) => entry.key === key)
        list = list.filter((entry) => entry !== known)
        if (action === 'get') expect(lru.get(key)).toBe(known?.value)
        if (action === 'get' && known !== undefined) list.push(known)
        if (action === 'set') {
          lru.set(key, value)
          list = [...list, { key, value }].slice(-limit)
        }
        if (action === 'delete') lru.delete(key)
        expect([...lru.values()]).toEqual(list.map((entry) => entry.value))
        expect(lru.size).toBe(list.length)
      }
    }),
  )
})
