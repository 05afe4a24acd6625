import { expect, test } from 'vitest'
import { DIGEST_WORDS, digestBytes } from './digest.ts'

/** As other implementations write it. */
function hexOf(text: string, before = ''): string {
  const bytes = new TextEncoder().encode(before + text)
  const digest = new Int32Array(DIGEST_WORDS)
  digestBytes(new DataView(bytes.buffer), before.length, bytes.length, digest)
  return [...digest].map((word) => (word >>> 0).toString(16).padStart(8, '0')).join('')
}

test('the digest of bytes is that of MurmurHash3_x86_128', () => {
  expect(hexOf('')).toBe('00000000000000000000000000000000')
  expect(hexOf('The quick brown fox jumps over the lazy dog')).toBe('2f1583c3ecee2c675d7bf66ce5e91d2c')
  expect(hexOf('I will not buy this record, it is scratched.')).toBe('a0a9683b25ac5e40d9af2895890dddf5')
  expect(hexOf('xxxxxxxxxxxx')).toBe('be756cc4e65d91cf4da3a59488d343e6')
  expect(hexOf('series')).toBe('210d0465911d4082e0f52b75e0f52b75')
})

test('the digest does not depend on what stands before the bytes, and differs for each length of their end', () => {
  const texts = Array.from({ length: 40 }, (_, length) => 'x'.repeat(length))
  expect(texts.map((text) => hexOf(text, 'abc'))).toEqual(texts.map((text) => hexOf(text)))
  expect(new Set(texts.map((text) => hexOf(text))).size).toBe(texts.length)
})
