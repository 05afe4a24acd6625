import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { BlockWriter, formatTime, formatValue, putNumber, putTime } from './block-writer.ts'

function written(value: number): string {
  const writer = new BlockWriter()
  writer.fill(30, (buffer, at) => putNumber(buffer, at, value))
  return writer.take().toString()
}

test('any time is written as the text of it', () => {
  const times = fc.oneof(
    fc.integer({ min: -(2 ** 53), max: 2 ** 53 }),
    fc.integer().map((seconds) => seconds * 1000),
  )
  const writtenTime = (timeMs: number): string => {
    const writer = new BlockWriter()
    writer.fill(30, (buffer, at) => putTime(buffer, at, timeMs))
    return writer.take().toString()
  }
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
})
