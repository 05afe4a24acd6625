import { expect, test } from 'vitest'
import { Labels } from '../../../model/labels.ts'
import { hashLabels, xxHash64 } from './label-hash.ts'

test.each([
  ['', 'ef46db3751d8e999'],
  ['a', 'd24ec4f1a98c6e5b'],
  ['abc', '44bc2cf5ad770999'],
  ['The quick brown fox jumps over the lazy dog', '0b242d361fda71bc'],
  ['Call me Ishmael. Some years ago--never mind how long precisely-', '02a2e85470d6fd96'],
])('xxHash64 of %j', (text, hash) => {
  expect(xxHash64(Buffer.from(text)).toString(16).padStart(16, '0')).toBe(hash)
})

test('a name and a value are told apart by their lengths', () => {
  expect(hashLabels(Labels.from({ ab: 'c' }))).not.toBe(hashLabels(Labels.from({ a: 'bc' })))
  expect(hashLabels(Labels.from({ a: 'x'.repeat(300) }))).not.toBe(hashLabels(Labels.from({ a: 'x'.repeat(301) })))
})
