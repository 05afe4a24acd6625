import * as fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { Labels } from '../../model/labels.ts'
import { LabelSetCache } from './label-set-cache.ts'

function bytesOf(text: string): DataView {
  const bytes = new TextEncoder().encode(text)
  return new DataView(bytes.buffer)
}

function labelsOf(text: string): Labels {
  return Labels.from({ __name__: 'm', text })
}

describe('the cache of label sets', () => {
  test('gives back what was put, or nothing, and never another set', () => {
    const keys = fc.array(fc.string({ minLength: 1, maxLength: 12 }), { maxLength: 300 })
    fc.assert(
      fc.property(keys, fc.integer({ min: 1, max: 50 }), (keys, capacity) => {
        const cache = new LabelSetCache(capacity)
        for (const key of keys) {
          const bytes = bytesOf(`<${key}>`)
          const found = cache.get(bytes, 1, bytes.byteLength - 1)
          if (found === undefined) cache.set(bytes, 1, bytes.byteLength - 1, labelsOf(key))
          else expect(found.get('text')).toBe(key)
        }
      }),
    )
  })

  test('remembers thousands, each as one object', () => {
    const cache = new LabelSetCache()
    const sets = Array.from({ length: 5_000 }, (_, i) => ({
      bytes: bytesOf(`key ${i}`),
      labels: labelsOf(String(i)),
    }))
    for (const { bytes, labels } of sets) cache.set(bytes, 0, bytes.byteLength, labels)
    const found = sets.filter(({ bytes, labels }) => cache.get(bytes, 0, bytes.byteLength) === labels)
    expect(found).toHaveLength(sets.length)
  })

  test('forgets what was not asked for while it filled up again', () => {
    const cache = new LabelSetCache(10)
    const [kept, lost] = [bytesOf('kept'), bytesOf('lost')]
    cache.set(kept, 0, kept.byteLength, labelsOf('kept'))
    cache.set(lost, 0, lost.byteLength, labelsOf('lost'))
    for (let i = 0; i < 30; i++) {
      const bytes = bytesOf(`other ${i}`)
      cache.set(bytes, 0, bytes.byteLength, labelsOf('other'))
      cache.get(kept, 0, kept.byteLength)
    }
    expect(cache.get(kept, 0, kept.byteLength)?.get('text')).toBe('kept')
    expect(cache.get(lost, 0, lost.byteLength)).toBeUndefined()
  })
})
