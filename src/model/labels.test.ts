import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { compareLabels, compareText, Labels } from './labels.ts'

const record = fc.dictionary(fc.constantFrom('a', 'b', 'ÿ', '__name__'), fc.constantFrom('', 'x', 'ÿ', 'xÿbÿy', '😀'))

describe('label sets', () => {
  test('equal sets, and only those, share a key', () => {
    fc.assert(
      fc.property(record, record, (one, other) => {
        const [a, b] = [Labels.from(one), Labels.from(other)]
        expect(a.key === b.key).toBe(JSON.stringify(a.pairs) === JSON.stringify(b.pairs))
      }),
    )
  })

  test('equal sets, and only those, are equal, and they share a hash', () => {
    fc.assert(
      fc.property(record, record, (one, other) => {
        const [a, b] = [Labels.from(one), Labels.from(other)]
        expect(a.equals(b)).toBe(a.key === b.key)
        if (a.equals(b)) expect(a.hash).toBe(b.hash)
      }),
    )
  })

  test('a set that shares the texts of an equal one stays what it was', () => {
    const [labels, same] = [Labels.from({ a: '1', b: '2' }), Labels.from({ a: '1', b: '2' })]
    const { key } = labels
    labels.shareTexts(same.pairs)
    expect(labels.pairs).toBe(same.pairs)
    expect([labels.key, labels.get('b')]).toEqual([key, '2'])
  })

  test('a value with the character that keys are joined by is told from two labels', () => {
    expect(Labels.from({ a: 'bÿcÿd' }).key).not.toBe(Labels.from({ a: 'b', c: 'd' }).key)
  })

  test('an empty value is an absent label; names are sorted', () => {
    expect(Labels.from({ b: '2', a: '1', c: '' }).toObject()).toEqual({ a: '1', b: '2' })
    expect(Labels.from({ b: '2', a: '1' }).names()).toEqual(['a', 'b'])
  })

  test('changes make a new set', () => {
    const labels = Labels.from({ __name__: 'up', job: 'a' })
    expect(labels.with({ job: '' }).toString()).toBe('up')
    expect(labels.withoutName().toString()).toBe('{job="a"}')
    expect(labels.toString()).toBe('up{job="a"}')
  })

  test('order is pair by pair, a prefix first, by bytes of UTF-8', () => {
    expect(compareLabels(Labels.from({ a: '1' }), Labels.from({ a: '1', b: '2' }))).toBeLessThan(0)
    expect(compareText('\uE000', '😀')).toBeLessThan(0)
  })
})
