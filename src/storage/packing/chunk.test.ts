import * as fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { chunkCount, chunkMaxMs, chunkMinMs, chunkSize, decodeChunk, encodeChunk, MAX_CHUNK_SPAN_MS } from './chunk.ts'
import { SampleColumns } from './sample-columns.ts'

interface Sample {
  readonly timestampMs: number
  /** The value's bits; undefined for a stale marker. */
  readonly bits: bigint | undefined
}

const anyBits = fc.bigInt({ min: 0n, max: 2n ** 64n - 1n })

/** Values as real series have them, and any bits at all: NaNs with payloads, -0, infinities, subnormal numbers. */
const values = fc.oneof(
  anyBits.map((bits) => [bits]),
  fc.array(anyBits, { minLength: 1, maxLength: 40 }),
  fc.array(fc.double().map(bitsOf), { minLength: 1, maxLength: 40 }),
  fc.array(fc.integer().map(bitsOf), { minLength: 1, maxLength: 200 }),
  fc.array(fc.maxSafeInteger().map(bitsOf), { minLength: 1, maxLength: 40 }),
  fc.array(
    fc.integer({ min: -100_000, max: 100_000 }).map((n) => bitsOf(n / 1000)),
    { minLength: 1, maxLength: 40 },
  ),
  fc.array(fc.constantFrom(0, -0, 1, NaN, Infinity, -Infinity, Number.MIN_VALUE).map(bitsOf), {
    minLength: 1,
    maxLength: 70,
  }),
  fc.array(fc.nat({ max: 1e9 }), { minLength: 1, maxLength: 120 }).map((steps) => {
    let total = 0
    return steps.map((step) => bitsOf((total += step)))
  }),
)

const intervals = fc.oneof(
  fc.constant(15_000),
  fc.integer({ min: 14_990, max: 15_010 }),
  fc.integer({ min: 1, max: 2e7 }),
)

const chunks = fc
  .record({ values, firstMs: fc.maxSafeInteger(), staleShare: fc.nat({ max: 3 }) })
  .chain(({ values, firstMs, staleShare }) => {
    const length = { minLength: values.length, maxLength: values.length }
    return fc
      .record({ dice: fc.array(fc.nat({ max: 9 }), length), intervals: fc.array(intervals, length) })
      .map(({ dice, intervals }) => {
        const times = timesOf(Math.trunc(firstMs / 2), intervals)
        return values.map((bits, i) => ({
          timestampMs: times[i] ?? 0,
          bits: (dice[i] ?? 0) < staleShare ? undefined : bits,
        }))
      })
  })

/** Times that begin at `firstMs` and are as far apart as the intervals say; of the last interval nothing is seen. */
function timesOf(firstMs: number, intervals: readonly number[]): number[] {
  let timestampMs = firstMs
  return intervals.map((interval) => (timestampMs += interval) - interval)
}

function bitsOf(value: number): bigint {
  return new BigUint64Array(Float64Array.of(value).buffer)[0] ?? 0n
}

function encode(samples: readonly Sample[]): Uint32Array {
  const columns = new SampleColumns(samples.length)
  const words = new BigUint64Array(columns.values.buffer)
  samples.forEach(({ timestampMs, bits }, i) => {
    columns.timestampsMs[i] = timestampMs
    words[i] = bits ?? 0x7ff0000000000002n
    columns.stale[i] = bits === undefined ? 1 : 0
  })
  return encodeChunk(columns, 0, samples.length).slice()
}

/** Decodes from somewhere inside an array to somewhere inside the columns, as the head does. */
function decode(chunk: Uint32Array): { samples: Sample[]; stale: boolean } {
  const words = new Uint32Array(chunk.length + 5).fill(0xdeadbeef)
  words.set(chunk, 3)
  const count = chunkCount(words, 3)
  const columns = new SampleColumns(count + 7)
  const stale = decodeChunk(words, 3, columns, 4)
  const bits = new BigUint64Array(columns.values.buffer)
  const samples = Array.from({ length: count }, (_, i) => ({
    timestampMs: columns.timestampsMs[i + 4] ?? 0,
    bits: columns.stale[i + 4] === 1 ? undefined : bits[i + 4],
  }))
  return { samples, stale }
}

function bytesPerSample(values: readonly number[]): number {
  const times = timesOf(
    1.7e12,
    values.map(() => 15_000),
  )
  const chunk = encode(values.map((value, i) => ({ timestampMs: times[i] ?? 0, bits: bitsOf(value) })))
  return (chunk.length * 4) / values.length
}

describe('a sealed chunk', () => {
  test('gives back every sample to the bit, whatever the values and times', () => {
    fc.assert(
      fc.property(chunks, (samples) => {
        const decoded = decode(encode(samples))
        expect(decoded.samples).toEqual(samples)
        expect(decoded.stale).toBe(samples.some(({ bits }) => bits === undefined))
      }),
      { numRuns: 500 },
    )
  })

  test('knows its count, size and times without being decoded', () => {
    fc.assert(
      fc.property(chunks, (samples) => {
        const chunk = encode(samples)
        expect(chunkCount(chunk, 0)).toBe(samples.length)
        expect(chunkSize(chunk, 0)).toBe(chunk.length)
        expect(chunkMinMs(chunk, 0)).toBe(samples[0]?.timestampMs)
        expect(chunkMaxMs(chunk, 0)).toBe(samples.at(-1)?.timestampMs)
      }),
    )
  })

  test('takes samples as far apart as its span allows', () => {
    const samples = [
      { timestampMs: -5, bits: bitsOf(1) },
      { timestampMs: MAX_CHUNK_SPAN_MS - 5, bits: bitsOf(2) },
    ]
    expect(decode(encode(samples)).samples).toEqual(samples)
  })

  test.each([
    ['a constant', Array.from({ length: 64 }, () => 0.1234567), 0.6],
    [
      'a counter that grows by about a hundred',
      Array.from({ length: 64 }, (_, i) => 1e6 + 100 * i + ((i * 37) % 50)),
      1.5,
    ],
    ['a gauge with two decimals', Array.from({ length: 64 }, (_, i) => ((i * 7919) % 10_000) / 100), 2.4],
    ['a counter that rarely moves', Array.from({ length: 64 }, (_, i) => Math.floor(i / 20) * 1.37), 0.9],
    [
      'seconds to the microsecond',
      Array.from({ length: 64 }, (_, i) => (1e6 + 12_345 * i + ((i * 7919) % 999)) / 1e6),
      2,
    ],
  ])('of %s is small', (_, values, mostBytes) => {
    expect(bytesPerSample(values)).toBeLessThanOrEqual(mostBytes)
  })

  test('of noise is hardly larger than the noise', () => {
    expect(bytesPerSample(Array.from({ length: 64 }, (_, i) => Math.sin(i * 12.9898)))).toBeLessThan(8.6)
  })
})
