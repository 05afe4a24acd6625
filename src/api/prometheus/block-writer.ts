/** Bytes collected before they are handed to the socket. */
const BLOCK_SIZE = 256 * 1024
/** Most answers are small. */
const FIRST_SIZE = 4 * 1024
const NOTHING = Buffer.alloc(0)
/** Up to here a number takes integer arithmetic only. */
const MAX_FAST = 0x7fffffff
const MAX_NUMBER_BYTES = 30
const ZERO = 48
const MINUS = 45
const POINT = 46

/** Grows one buffer instead of one string, which is several times as fast for large answers; numbers are written as digits at once. */
export class BlockWriter {
  #buffer = Buffer.allocUnsafe(FIRST_SIZE)
  #size = 0

  /** Whether there is enough for a block: time to `take`. */
  get full(): boolean {
    return this.#size >= BLOCK_SIZE
  }

  get sizeBytes(): number {
    return this.#size
  }

  text(text: string): void {
    // A UTF-16 unit needs at most three bytes of UTF-8.
    this.reserve(text.length * 3)
    this.#size += this.#buffer.write(text, this.#size)
  }

  /** Makes room; what is written into it by `byte` and `bytes` is not checked again. */
  reserve(sizeBytes: number): void {
    const needed = this.#size + sizeBytes
    if (needed <= this.#buffer.length) return
    const usual = this.#buffer === NOTHING ? BLOCK_SIZE * 2 : this.#buffer.length * 2
    const larger = Buffer.allocUnsafe(Math.max(needed, usual))
    this.#buffer.copy(larger, 0, 0, this.#size)
    this.#buffer = larger
  }

  byte(code: number): void {
    this.#buffer[this.#size++] = code
  }

  /** Copies `source[from, to)`; for a few bytes a loop is faster than `set`. */
  bytes(source: Uint8Array, from: number, to: number): void {
    for (let i = from; i < to; i++) this.#buffer[this.#size++] = source[i] ?? 0
  }

  /** Writes a value as `formatValue` does: at most 30 bytes. */
  number(value: number): void {
    if (this.#buffer.length - this.#size < MAX_NUMBER_BYTES) this.reserve(MAX_NUMBER_BYTES)
    const thousandths = Math.round(value * 1000)
    if (Math.abs(value) <= MAX_FAST && Number.isInteger(value) && !Object.is(value, -0)) this.#integer(value)
    else if (Math.abs(thousandths) <= MAX_FAST && thousandths / 1000 === value && value !== 0)
      this.#decimal(value < 0, Math.abs(thousandths))
    else this.#size += this.#buffer.write(formatValue(value), this.#size, 'latin1')
  }

  /** Writes a time as `formatTime` does: at most 30 bytes. */
  time(timestampMs: number): void {
    if (this.#buffer.length - this.#size < MAX_NUMBER_BYTES) this.reserve(MAX_NUMBER_BYTES)
    const seconds = timestampMs / 1000
    if (seconds >= 0 && seconds <= MAX_FAST && Number.isInteger(seconds)) this.#digits(seconds)
    else this.#size += this.#buffer.write(formatTime(timestampMs), this.#size, 'latin1')
  }

  take(): Buffer {
    const block = this.#buffer.subarray(0, this.#size)
    // The block is the taker's now. If there is more to write, it is as much again.
    this.#buffer = NOTHING
    this.#size = 0
    return block
  }

  #integer(value: number): void {
    if (value < 0) this.byte(MINUS)
    this.#digits(Math.abs(value))
  }

  /** Three decimals, without zeros at the end. The shortest text: no other decimal of so few digits reads back as the same number. */
  #decimal(isNegative: boolean, thousandths: number): void {
    if (isNegative) this.byte(MINUS)
    const whole = Math.floor(thousandths / 1000)
    const fraction = thousandths - whole * 1000
    this.#digits(whole)
    this.byte(POINT)
    const [hundred, ten, one] = [Math.floor(fraction / 100), Math.floor(fraction / 10) % 10, fraction % 10]
    this.byte(ZERO + hundred)
    if (ten !== 0 || one !== 0) this.byte(ZERO + ten)
    if (one !== 0) this.byte(ZERO + one)
  }

  #digits(value: number): void {
    let end = this.#size + 1
    for (let power = 10; power <= value; power *= 10) end++
    this.#size = end
    let rest = value | 0
    do {
      const next = (rest / 10) | 0
      this.#buffer[--end] = ZERO + rest - next * 10
      rest = next
    } while (rest > 0)
  }
}

/** Go's shortest form: exponents only below 1e-6 and from 1e21, with at least two digits (`1e-07`). */
export function formatValue(value: number): string {
  if (value === 0) return Object.is(value, -0) ? '-0' : '0'
  if (Number.isFinite(value)) {
    const text = String(value)
    const at = text.indexOf('e')
    if (at === -1) return text
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
