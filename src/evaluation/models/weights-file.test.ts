import { describe, expect, test } from 'vitest'
import { FEATURE_COUNT } from '../text/features.ts'
import type { ModelHeader } from './linear-model.ts'
import { readWeights, writeWeights } from './weights-file.ts'

const HEADER: ModelHeader = {
  name: 'test',
  version: '1',
  scale: 0.5,
  bias: 1,
  dense: { a: 2, b: -1 },
  slope: -1,
  intercept: 0,
  threshold: 0.5,
}

function weights(entries: Readonly<Record<number, number>>): Int8Array {
  const all = new Int8Array(FEATURE_COUNT)
  for (const [index, weight] of Object.entries(entries)) all[Number(index)] = weight
  return all
}

describe('weights file', () => {
  test('is read as it was written, with weights far apart and at both ends', () => {
    const written = weights({ 0: 1, 1: -128, 130: 127, 70_000: -5, [FEATURE_COUNT - 1]: 42 })
    const model = readWeights(writeWeights(HEADER, written))
    expect(model.header).toEqual(HEADER)
    expect(model.weights).toEqual(written)
  })

  test('anything else is refused', () => {
    expect(() => readWeights(Buffer.from('PK\u0003\u0004'))).toThrow('not a weights file')
  })
})

describe('linear model', () => {
  const model = readWeights(writeWeights(HEADER, weights({ 3: 4, 9: 8 })))

  test('a block weighs by the root of its size, dense features by their value', () => {
    // bias 1 + (4 + 8) * 0.5 / sqrt(2) for the block + 2 * 1 - 1 * 3 for the dense features
    expect(model.margin([Int32Array.of(3, 9)], [1, 3])).toBeCloseTo(1 + 6 / Math.SQRT2 + 2 - 3)
  })

  test('an empty block says nothing', () => {
    expect(model.margin([new Int32Array(0)])).toBe(1)
  })

  test('a larger margin is more probable', () => {
    expect(model.calibrate(2)).toBeGreaterThan(model.calibrate(1))
    expect(model.calibrate(0)).toBe(0.5)
  })
})
