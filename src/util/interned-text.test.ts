import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import { internedText } from './interned-text.ts'

const texts = fc.array(fc.oneof(fc.string({ unit: 'grapheme', maxLength: 80 }), fc.constantFrom('job', 'jöb', 'boj')))

test('a text is that of its bytes, wherever they stand and whatever was met before', () => {
  fc.assert(
    fc.property(texts, (all) => {
      for (const text of [...all, ...all]) {
        const bytes = Buffer.from(text)
        expect(internedText(Buffer.concat([Buffer.from('x'), bytes, Buffer.from('y')]), 1, bytes.length)).toBe(text)
      }
    }),
  )
})

test('bytes that are no UTF-8 are read as Node reads them', () => {
  const bytes = Buffer.from([0x61, 0xff, 0xc3])
  expect(internedText(bytes, 0, 3)).toBe(bytes.toString('utf8'))
})
