import { parseNumber } from './number.ts'
import { quote } from './quote.ts'
import type { Token } from './token.ts'
import { type TokenStream, tokenPosition } from './token-stream.ts'

/** Units in milliseconds; they must be written from the largest to the smallest, each at most once. */
const UNITS_MS: ReadonlyMap<string, number> = new Map([
  ['y', 365 * 24 * 3_600_000],
  ['w', 7 * 24 * 3_600_000],
  ['d', 24 * 3_600_000],
  ['h', 3_600_000],
  ['m', 60_000],
  ['s', 1_000],
  ['ms', 1],
])

/** Seconds that fit Go's `time.Duration`, 64-bit nanoseconds. */
export const MAX_DURATION_SECONDS = 2 ** 63 / 1e9

/** The seconds of a number (`300`, `0x1F`, `1e3`) or duration (`5m`) token. What is wrong with it is reported, and 0 taken. */
export function literalSeconds(stream: TokenStream, token: Token): number {
  try {
    return token.kind === 'duration' ? parseDurationMs(token.text) / 1000 : parseNumber(token.text)
  } catch (error) {
    stream.report(error instanceof Error ? error.message : String(error), tokenPosition(token))
    return 0
  }
}

/** Reads a number or duration with an optional sign, as seconds. */
export function parseSignedNumber(stream: TokenStream): number {
  const negative = stream.accept('-')
  if (!negative) stream.accept('+')
  const { kind } = stream.peek()
  if (kind !== 'number' && kind !== 'duration') stream.fail()
  const value = literalSeconds(stream, stream.next())
  return negative ? -value : value
}

/** As the duration parser of Prometheus's common library, message by message. */
function parseDurationMs(text: string): number {
  let total = 0
  let largestLeft = Infinity
  for (const [, count = '', unit = ''] of text.matchAll(/(\d*)(\D*)/g)) {
    if (count === '' && unit === '') continue
    const unitMs = UNITS_MS.get(unit)
    if (unitMs === undefined) throw new Error(unitProblem(text, count, unit))
    if (unitMs >= largestLeft) throw new Error(notValid(text))
    largestLeft = unitMs
    total += Number(count) * unitMs
  }
  if (total / 1000 >= MAX_DURATION_SECONDS) throw new Error('duration out of range')
  return total
}

function unitProblem(text: string, count: string, unit: string): string {
  return count === '' || unit === '' ? notValid(text) : `unknown unit ${quote(unit)} in duration ${quote(text)}`
}

function notValid(text: string): string {
  return `not a valid duration string: ${quote(text)}`
}
