import { describe, expect, test } from 'vitest'
import { normal, seededRandom } from '../util/random.ts'
import { EMBEDDING, embeddingIn, projected } from './embedding.ts'

const random = seededRandom(5)
const vector = (length: number): number[] => Array.from({ length }, () => normal(random, 0, 1))
const dot = (a: readonly number[], b: readonly number[]): number => a.reduce((sum, x, i) => sum + x * (b[i] ?? 0), 0)

describe('what is kept of an embedding', () => {
  test('is the same for a vector and for a multiple of it, however large', () => {
    const sent = vector(1_536)
    const kept = projected(sent)
    expect(kept.length).toBe(1_536)
    expect(projected(sent.map((x) => x * 1e200)).projection).toEqual(kept.projection)
    expect(embeddingIn({ [EMBEDDING]: { ...kept } })).toEqual(kept)
  })

  test('keeps lengths and angles on average', () => {
    const pairs = Array.from({ length: 300 }, () => {
      const [a, b] = [vector(256), vector(256)]
      const near = a.map((x, i) => x + (b[i] ?? 0))
      return [projected(a).projection, projected(near).projection] as const
    })
    const mean = (numbers: readonly number[]): number => numbers.reduce((sum, x) => sum + x, 0) / numbers.length
    expect(mean(pairs.map(([a]) => dot(a, a)))).toBeCloseTo(1, 1)
    // 45 degrees between a vector and its sum with another of the same length.
    expect(mean(pairs.map(([a, near]) => dot(a, near)))).toBeCloseTo(Math.SQRT1_2, 1)
  })

  test.each([
    [[1], /found a list of 1, expected a list of 2 to 4096 finite numbers/],
    [vector(4_097), /found a list of 4097, expected/],
    [[1, 'x', 2], /found "x" at position 1, expected/],
    [[1, Infinity], /found Infinity at position 1, expected/],
    [[0, 0, 0], /found only zeros, expected/],
  ])('%#: what is no embedding is refused with what was found', (sent, message) => {
    expect(() => projected(sent)).toThrow(message)
  })
})
