import { POINT, putDigits, ZERO } from './digits.ts'
import { putShortest, SHORTEST_FROM, SHORTEST_TO } from './shortest-decimal.ts'

/** Bytes collected before they are handed to the socket. */
const BLOCK_SIZE = 256 * 1024
/** Most answers are small. */
const FIRST_SIZE = 4 * 1024
const NOTHING = Buffer.alloc(0)
/** Up to here a number takes integer arithmetic only. */
const MAX_FAST = 0x7fffffff
/** Numbers from here on, and those nearer to 0 than a millionth, are written with an exponent. */
const EXPONENT_FROM = 1e21
const EXPONENT_BELOW = 1e-6
const MINUS = 45

/** Grows one buffer instead of one string, which is several times as fast for large answers. */
export class BlockWriter {
  #buffer = Buffer.allocUnsafe(FIRST_SIZE)
  #size = 0

  /** Whether there is enough for a block: time to `take`. */
  get full(): boolean {
    return this.#size >= BLOCK_SIZE
  }

  text(text: string): void {
    // A UTF-16 unit needs at most three bytes of UTF-8.
    this.#reserve(text.length * 3)
    this.#size += this.#buffer.write(text, this.#size)
  }

  #reserve(sizeBytes: number): void {
    const needed = this.#size + sizeBytes
    if (needed <= this.#buffer.length) return
    const usual = this.#buffer === NOTHING ? BLOCK_SIZE * 2 : this.#buffer.length * 2
    const larger = Buffer.allocUnsafe(Math.max(needed, usual))
    this.#buffer.copy(larger, 0, 0, this.#size)
    this.#buffer = larger
  }

  /** Lends the buffer: `write` puts at most `sizeBytes` into it from the given index on and gives the index behind the last one. */
  fill(sizeBytes: number, write: (buffer: Buffer, at: number) => number): void {
    this.#reserve(sizeBytes)
    this.#size = write(this.#buffer, this.#size)
  }

  take(): Buffer {
    const block = this.#buffer.subarray(0, this.#size)
    // The block is the taker's now. If there is more to write, it is as much again.
    this.#buffer = NOTHING
    this.#size = 0
    return block
  }
}

/** Copies `source[from, to)` to `at`; for a few bytes a loop is faster than `set`. Gives the index behind. */
export function putBytes(buffer: Buffer, at: number, source: Uint8Array, from: number, to: number): number {
  for (let i = from; i < to; i++) buffer[at + i - from] = source[i]!
  return at + to - from
}

/** Writes a value at `at` as `formatValue` does, at most 30 bytes, and gives the index behind. */
export function putNumber(buffer: Buffer, at: number, value: number): number {
  const size = Math.abs(value)
  if (size <= MAX_FAST && Number.isInteger(value) && !Object.is(value, -0))
    return putDigits(buffer, putSign(buffer, at, value), size)
  const thousandths = Math.round(size * 1000)
  if (thousandths <= MAX_FAST && thousandths / 1000 === size && size !== 0)
    return putDecimal(buffer, putSign(buffer, at, value), thousandths)
  if (size >= SHORTEST_FROM && size < SHORTEST_TO) {
    const start = putSign(buffer, at, value)
    const end = putShortest(buffer, start, size)
    if (end !== start) return end
  }
  return putText(buffer, at, formatValue(value))
}

/** Writes a time as `formatTime` does, at most 30 bytes, and gives the index behind. */
export function putTime(buffer: Buffer, at: number, timestampMs: number): number {
  const seconds = timestampMs / 1000
  if (seconds >= 0 && seconds <= MAX_FAST && Number.isInteger(seconds)) return putDigits(buffer, at, seconds)
  return putText(buffer, at, formatTime(timestampMs))
}

/** A text of ASCII. For one so short a loop is faster than a call into the engine. */
function putText(buffer: Buffer, at: number, text: string): number {
  for (let i = 0; i < text.length; i++) buffer[at + i] = text.charCodeAt(i)
  return at + text.length
}

function putSign(buffer: Buffer, at: number, value: number): number {
  if (value >= 0) return at
  buffer[at] = MINUS
  return at + 1
}

/** Three decimals, without zeros at the end. The shortest text: no other decimal of so few digits reads back as the same number. */
function putDecimal(buffer: Buffer, at: number, thousandths: number): number {
  const whole = (thousandths / 1000) | 0
  const fraction = thousandths - whole * 1000
  const point = putDigits(buffer, at, whole)
  const hundredths = (fraction / 10) | 0
  const tenths = (fraction / 100) | 0
  buffer[point] = POINT
  buffer[point + 1] = ZERO + tenths
  if (fraction === tenths * 100) return point + 2
  buffer[point + 2] = ZERO + hundredths - tenths * 10
  if (fraction === hundredths * 10) return point + 3
  buffer[point + 3] = ZERO + fraction - hundredths * 10
  return point + 4
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
