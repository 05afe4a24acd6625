import { describe, expect, test } from 'vitest'
import { bucketFraction, bucketQuantile, type Buckets } from './bucket-quantile.ts'

function buckets(...pairs: ReadonlyArray<readonly [bound: number, count: number]>): Buckets {
  return {
    bounds: Float64Array.from(pairs, ([bound]) => bound),
    counts: Float64Array.from(pairs, ([, count]) => count),
    length: pairs.length,
  }
}

describe('the quantile of a classic histogram', () => {
  const latency = (): Buckets => buckets([1, 10], [2, 30], [4, 40], [Infinity, 50])

  test.each([
    ['lies on a line within its bucket', 0.4, 1.5],
    ['begins at 0 in the lowest bucket', 0.1, 0.5],
    ['is the lower bound of the highest bucket', 0.9, 4],
    ['of less than 0 is -Inf', -0.1, -Infinity],
    ['of more than 1 is +Inf', 1.1, Infinity],
    ['of NaN is NaN', NaN, NaN],
  ])('%s', (_, q, expected) => {
    expect(bucketQuantile(q, latency()).quantile).toBe(expected)
  })

  test('is the bound of the lowest bucket when that is not positive', () => {
    expect(bucketQuantile(0.1, buckets([-1, 10], [Infinity, 20])).quantile).toBe(-1)
  })

  test('needs a bucket for +Inf, a second one and observations', () => {
    expect(bucketQuantile(0.5, buckets([1, 10], [2, 20])).quantile).toBeNaN()
    expect(bucketQuantile(0.5, buckets([Infinity, 20])).quantile).toBeNaN()
    expect(bucketQuantile(0.5, buckets([1, 0], [Infinity, 0])).quantile).toBeNaN()
  })

  test('adds up buckets whose bounds are the same number', () => {
    expect(bucketQuantile(0.5, buckets([1, 5], [1, 5], [Infinity, 20])).quantile).toBe(1)
  })

  test('raises counts that fall, and says where', () => {
    const { quantile, raised } = bucketQuantile(0.5, buckets([1, 10], [2, 8], [4, 20], [Infinity, 20]))
    expect(quantile).toBe(1)
    expect(raised).toEqual({ minBucket: 2, maxBucket: 2, maxDiff: 2 })
  })

  test('takes differences of the last digits for rounding', () => {
    expect(bucketQuantile(0.5, buckets([1, 10], [2, 10 - 1e-13], [Infinity, 10])).raised).toBeUndefined()
  })
})

describe('the fraction of observations between two values', () => {
  const latency = (): Buckets => buckets([1, 10], [2, 30], [4, 40], [Infinity, 50])

  test.each([
    [0, 1, 0.2],
    [0, 1.5, 0.4],
    [-Infinity, Infinity, 1],
    [2, 1, 0],
    [4, Infinity, 0.2],
  ])('%d to %d', (lower, upper, expected) => {
    expect(bucketFraction(lower, upper, latency())).toBeCloseTo(expected, 12)
  })
})
