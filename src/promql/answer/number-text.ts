import { putDigits, putThousandths, SPOILT_BYTES } from './digits.ts'
import { putShortest, SHORTEST_FROM, SHORTEST_TO } from './shortest-decimal.ts'

/** The longest number or time, and what writing it may spoil behind it. */
export const MAX_NUMBER_BYTES = 30 + SPOILT_BYTES
/** Up to here a number takes integer arithmetic only. */
const MAX_FAST = 0x7fffffff
/** Numbers from here on, and those nearer to 0 than a millionth, are written with an exponent. */
const EXPONENT_FROM = 1e21
const EXPONENT_BELOW = 1e-6
const MINUS = 45

/** Writes a value at `at` as `formatValue` does, and gives the index behind. There must be room for `MAX_NUMBER_BYTES`. */
export function putNumber(view: DataView, at: number, value: number): number {
  const size = Math.abs(value)
  if (size <= MAX_FAST && (size | 0) === size && !Object.is(value, -0))
    return putDigits(view, putSign(view, at, value), size)
  const thousandths = Math.round(size * 1000)
  // The shortest text: no other decimal of so few digits reads back as the same number.
  if (thousandths <= MAX_FAST && thousandths / 1000 === size && size !== 0)
    return putDecimal(view, putSign(view, at, value), thousandths)
  if (size >= SHORTEST_FROM && size < SHORTEST_TO) {
    const start = putSign(view, at, value)
    const end = putShortest(view, start, size)
    if (end !== start) return end
  }
  return putText(view, at, formatValue(value))
}

/** Writes a time as `formatTime` does, and gives the index behind. There must be room for `MAX_NUMBER_BYTES`. */
export function putTime(view: DataView, at: number, timestampMs: number): number {
  const seconds = timestampMs / 1000
  if (seconds >= 0 && seconds <= MAX_FAST && Number.isInteger(seconds)) return putDigits(view, at, seconds)
  return putText(view, at, formatTime(timestampMs))
}

/** Go's shortest form: exponents only below 1e-6 and from 1e21, with at least two digits (`1e-07`). */
export function formatValue(value: number): string {
  if (value === 0) return Object.is(value, -0) ? '-0' : '0'
  if (Number.isFinite(value)) {
    const text = String(value)
    const size = Math.abs(value)
    if (size >= EXPONENT_BELOW && size < EXPONENT_FROM) return text
    const at = text.indexOf('e')
    const digits = text.slice(at + 2)
    return `${text.slice(0, at + 2)}${digits.length < 2 ? `0${digits}` : digits}`
  }
  return Number.isNaN(value) ? 'NaN' : value > 0 ? '+Inf' : '-Inf'
}

/** Seconds as Prometheus writes them: no fraction, or exactly three digits. */
export function formatTime(timestampMs: number): string {
  const seconds = Math.trunc(timestampMs / 1000)
  const fraction = Math.abs(timestampMs % 1000)
  if (fraction === 0) return String(seconds)
  const sign = timestampMs < 0 && seconds === 0 ? '-' : ''
  return `${sign}${seconds}.${String(fraction).padStart(3, '0')}`
}

function putDecimal(view: DataView, at: number, thousandths: number): number {
  const whole = (thousandths / 1000) | 0
  return putThousandths(view, putDigits(view, at, whole), thousandths - whole * 1000)
}

function putSign(view: DataView, at: number, value: number): number {
  if (value >= 0) return at
  view.setUint8(at, MINUS)
  return at + 1
}

/** A text of ASCII. For one so short a loop is faster than a call into the engine. */
function putText(view: DataView, at: number, text: string): number {
  for (let i = 0; i < text.length; i++) view.setUint8(at + i, text.charCodeAt(i))
  return at + text.length
}
