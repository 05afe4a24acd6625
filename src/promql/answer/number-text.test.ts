import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { formatTime, formatValue, MAX_NUMBER_BYTES, putNumber, putTime } from './number-text.ts'
import { putShortest, SHORTEST_FROM, SHORTEST_TO } from './shortest-decimal.ts'

const room = Buffer.alloc(MAX_NUMBER_BYTES)
const view = new DataView(room.buffer, room.byteOffset, room.length)

function written(value: number): string {
  return room.toString('latin1', 0, putNumber(view, 0, value))
}

test('any time is written as the text of it', () => {
  const times = fc.oneof(
    fc.integer({ min: -(2 ** 53), max: 2 ** 53 }),
    fc.integer().map((seconds) => seconds * 1000),
  )
  const writtenTime = (timeMs: number): string => room.toString('latin1', 0, putTime(view, 0, timeMs))
  fc.assert(fc.property(times, (timeMs) => writtenTime(timeMs) === formatTime(timeMs)))
})

describe('numbers as bytes', () => {
  test.each([0, -0, 1, -1, 9, 10, 99, 100, 0.5, -0.5, 0.001, 0.12, 1.25, 100.01, 2147483647, -2147483648, 2147483648])(
    '%d',
    (value) => expect(written(value)).toBe(formatValue(value)),
  )

  test.each([NaN, Infinity, -Infinity, 1e-7, 1e21, 1e300, 5e-324, 123456.789, 0.1 + 0.2])('%d', (value) =>
    expect(written(value)).toBe(formatValue(value)),
  )

  test('any number is written as the shortest text of it', () => {
    fc.assert(fc.property(fc.double(), (value) => written(value) === formatValue(value)))
  })

  test('decimals of up to four places, where the fast path ends', () => {
    const decimals = fc.tuple(fc.integer({ min: -30_000_000, max: 30_000_000 }), fc.integer({ min: 0, max: 4 }))
    fc.assert(
      fc.property(decimals, ([digits, places]) => {
        const value = digits / 10 ** places
        return written(value) === formatValue(value)
      }),
    )
  })

  // Doubles near each other and near round decimals, where a digit too few or too many would show.
  const near = fc.oneof(
    fc.double({ min: SHORTEST_FROM, max: SHORTEST_TO, noNaN: true }),
    fc
      .tuple(fc.nat({ max: 2 ** 31 - 1 }), fc.integer({ min: 1, max: 15 }))
      .map(([digits, places]) => digits / 10 ** places),
    fc
      .tuple(fc.nat({ max: 1e6 }), fc.nat({ max: 999 }), fc.integer({ min: -3, max: 3 }))
      .map(([whole, thousandths, steps]) => stepsFrom(whole + thousandths / 1000, steps)),
    fc.tuple(fc.nat({ max: 1e7 }), fc.integer({ min: 1, max: 1e7 })).map(([a, b]) => a / b),
  )

  test('decimals of many places, most of which are not left to the engine', () => {
    let left = 0
    let all = 0
    fc.assert(
      fc.property(near, (size) => {
        if (Number.isInteger(size) || !(size >= SHORTEST_FROM && size < SHORTEST_TO)) return
        const end = putShortest(view, 0, size)
        all++
        if (end === 0) left++
        else expect(room.toString('latin1', 0, end)).toBe(String(size))
        expect(written(-size)).toBe(formatValue(-size))
      }),
      { numRuns: 20_000 },
    )
    expect(all).toBeGreaterThan(10_000)
    expect(left / all).toBeLessThan(0.25)
  })
})

/** The double so many after this one. */
function stepsFrom(value: number, steps: number): number {
  const bits = new BigInt64Array(Float64Array.of(value).buffer)
  bits[0] = (bits[0] ?? 0n) + BigInt(steps)
  return new Float64Array(bits.buffer)[0] ?? NaN
}
