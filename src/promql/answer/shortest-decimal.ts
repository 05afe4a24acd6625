import { POINT, putDigits, putNine, ZERO } from './digits.ts'

/** Decimals that are computed first; the others are at most as many. */
const FIRST_DECIMALS = 9
const FIRST_POWER = 10 ** FIRST_DECIMALS
/** A number of so many digits tells every double from its neighbours. */
const ENOUGH_DIGITS = 17
const POWERS_OF_TEN = Float64Array.from({ length: FIRST_DECIMALS + 1 }, (_, i) => 10 ** i)
/** Exact powers, as far as decimals are needed. */
const SCALES = Float64Array.from({ length: 19 }, (_, i) => 10 ** i)
/** Half the distance of neighbouring doubles from 2^(i - 6) on. */
const HALF_DISTANCES = Float64Array.from({ length: 40 }, (_, i) => 2 ** (i - 6 - 53))
const LOWEST_EXPONENT = 1023 - 6
/** Numbers from here on have at most 18 decimals of 17 digits. */
export const SHORTEST_FROM = 1 / 64
/** Numbers below have at least as many as are computed first. */
export const SHORTEST_TO = 1e8
/** What is nearer to a decision than this is decided by the engine. */
const DOUBT = 1e-4
/** Splits a double into halves whose products are exact (Dekker). */
const SPLITTER = 2 ** 27 + 1

const double = new Float64Array(1)
const words = new Uint32Array(double.buffer)

/**
 * Writes the shortest decimal that is read back as the number, as `String` finds it, in half of its time: `size` lies between `SHORTEST_FROM` and
 * `SHORTEST_TO` and is no integer. Gives the index behind it; where it started when the number is one of the few that are left to `String`. Spoils up to
 * `SPOILT_BYTES` behind it.
 *
 * Seventeen digits always suffice. They are computed exactly, in two parts, as the product of the fraction and a power of ten; then digits are left
 * away as long as what remains is nearer to the number than to the middle between it and its neighbour (Steele and White, "How to print
 * floating-point numbers accurately").
 */
export function putShortest(view: DataView, at: number, size: number): number {
  double[0] = size
  const high = words[1]!
  // The neighbours of a power of two are not equally far.
  if (words[0] === 0 && (high & 0xfffff) === 0) return at
  const whole = size | 0
  const decimals = decimalsOf(size, whole)
  const restDecimals = decimals - FIRST_DECIMALS
  const fraction = size - whole
  const first = fraction * FIRST_POWER
  const firstDigits = Math.floor(first)
  const behindFirst = first - firstDigits + lostOf(fraction, FIRST_POWER, first)
  const power = POWERS_OF_TEN[restDecimals]!
  const rest = behindFirst * power
  const restDigits = Math.floor(rest)
  const behindRest = rest - restDigits + lostOf(behindFirst, power, rest)
  if (behindFirst < 0 || behindRest < 0) return at
  const digits = shorten(restDigits, behindRest, HALF_DISTANCES[(high >>> 20) - LOWEST_EXPONENT]! * SCALES[decimals]!)
  if (digits < 0) return at
  const carry = digits === power ? 1 : 0
  // The whole would change as well, or the first part could be rounder.
  if (firstDigits + carry === FIRST_POWER || ((digits === 0 || carry === 1) && restDecimals < 2)) return at
  const point = putDigits(view, at, whole)
  view.setUint8(point, POINT)
  putNine(view, point + 1, firstDigits + carry)
  putNine(view, point + 1 + FIRST_DECIMALS, carry === 1 ? 0 : digits * POWERS_OF_TEN[FIRST_DECIMALS - restDecimals]!)
  let end = point + 1 + decimals
  while (view.getUint8(end - 1) === ZERO) end--
  return end
}

/** The decimals that make up 17 digits from the first that is not 0. */
function decimalsOf(size: number, whole: number): number {
  if (whole === 0) return size < 0.1 ? ENOUGH_DIGITS + 1 : ENOUGH_DIGITS
  let digits = 1
  for (let power = 10; power <= whole; power *= 10) digits++
  return ENOUGH_DIGITS - digits
}

/** What rounding took from the product of two doubles (Dekker). */
function lostOf(a: number, b: number, product: number): number {
  const aScaled = a * SPLITTER
  const aHigh = aScaled - (aScaled - a)
  const aLow = a - aHigh
  const bScaled = b * SPLITTER
  const bHigh = bScaled - (bScaled - b)
  const bLow = b - bHigh
  return aLow * bLow - (product - aHigh * bHigh - aLow * bHigh - aHigh * bLow)
}

/** The roundest integer that is less than `half` from `digits + behind`, of equally round ones the nearest; -1 where it is not clear. */
function shorten(digits: number, behind: number, half: number): number {
  if (Math.abs(behind - 0.5) < DOUBT) return -1
  let best = behind < 0.5 ? digits : digits + 1
  for (let power = 10; ; power *= 10) {
    const rounded = Math.round((digits + behind) / power) * power
    const distance = Math.abs(rounded - digits - behind)
    if (Math.abs(distance - half) < DOUBT || Math.abs(distance - power / 2) < DOUBT) return -1
    if (distance > half) return best
    best = rounded
    if (rounded === 0) return 0
  }
}
