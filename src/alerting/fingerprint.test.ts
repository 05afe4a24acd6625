import fc from 'fast-check'
import { expect, test } from 'vitest'
import { Labels } from '../model/labels.ts'
import { fingerprint } from './fingerprint.ts'

/** As it is written down: FNV-1a of 64 bits in whole numbers. */
function plainFnv(labels: Labels): string {
  let hash = 0xcbf29ce484222325n
  for (const text of labels.pairs) {
    for (const byte of [...Buffer.from(text), 0xff])
      hash = ((hash ^ BigInt(byte)) * 0x100000001b3n) & 0xffffffffffffffffn
  }
  return hash.toString(16).padStart(16, '0')
}

test('is FNV-1a over names and values, for any text', () => {
  fc.assert(
    fc.property(fc.dictionary(fc.string({ unit: 'binary', minLength: 1 }), fc.string({ unit: 'binary' })), (record) => {
      const labels = Labels.from(record)
      expect(fingerprint(labels)).toBe(plainFnv(labels))
    }),
  )
})

test('of nothing is the offset basis, as in Alertmanager', () => {
  expect(fingerprint(Labels.empty)).toBe('cbf29ce484222325')
})
