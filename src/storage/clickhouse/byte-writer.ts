const INITIAL_BYTES = 64 * 1024
/** A writer that once had to hold more gives the memory back. */
const KEPT_BYTES = 8 * 1024 * 1024
const TWO_32 = 2 ** 32

/** A buffer that grows while numbers and texts are appended in ClickHouse's binary encoding (little endian, LEB128 lengths). */
export class ByteWriter {
  #buffer: Buffer
  #size = 0

  constructor(initialBytes = INITIAL_BYTES) {
    this.#buffer = Buffer.allocUnsafeSlow(initialBytes)
  }

  /** What was written since the last `take`, in memory of its own; the writer is empty afterwards. */
  take(): Buffer {
    const taken = Buffer.allocUnsafeSlow(this.#size)
    this.#buffer.copy(taken, 0, 0, this.#size)
    this.#size = 0
    if (this.#buffer.length > KEPT_BYTES) this.#buffer = Buffer.allocUnsafeSlow(INITIAL_BYTES)
    return taken
  }

  /** Forgets what was written. */
  clear(): void {
    this.#size = 0
  }

  uint8(value: number): void {
    this.#reserve(1)
    this.#buffer[this.#size++] = value
  }

  uint16(value: number): void {
    this.#reserve(2)
    this.#buffer.writeUInt16LE(value, this.#size)
    this.#size += 2
  }

  /** Given in halves, because a number holds only 53 bits. */
  uint64(high: number, low: number): void {
    this.#reserve(8)
    this.#buffer.writeUInt32LE(low, this.#size)
    this.#buffer.writeUInt32LE(high, this.#size + 4)
    this.#size += 8
  }

  /** A whole number below 2^53 in size, of either sign. */
  int64(value: number): void {
    this.#reserve(8)
    const high = Math.floor(value / TWO_32)
    this.#buffer.writeUInt32LE(value - high * TWO_32, this.#size)
    this.#buffer.writeInt32LE(high, this.#size + 4)
    this.#size += 8
  }

  float64(value: number): void {
    this.#reserve(8)
    this.#buffer.writeDoubleLE(value, this.#size)
    this.#size += 8
  }

  varint(value: number): void {
    this.#reserve(8)
    let rest = value
    while (rest >= 0x80) {
      this.#buffer[this.#size++] = (rest % 0x80) | 0x80
      rest = Math.floor(rest / 0x80)
    }
    this.#buffer[this.#size++] = rest
  }

  /** Length in bytes, then UTF-8. */
  text(value: string): void {
    // A UTF-16 unit takes at most three bytes, so short texts need no second pass to learn their length.
    if (value.length < 42) return this.#shortText(value)
    const length = Buffer.byteLength(value)
    this.varint(length)
    this.#reserve(length)
    this.#buffer.write(value, this.#size)
    this.#size += length
  }

  raw(bytes: Uint8Array): void {
    this.#reserve(bytes.byteLength)
    this.#buffer.set(bytes, this.#size)
    this.#size += bytes.byteLength
  }

  /** Most texts are words of ASCII; copying those here is cheaper than the way into Node's encoder. */
  #shortText(value: string): void {
    this.#reserve(1 + 3 * value.length)
    const start = this.#size + 1
    let length = 0
    while (length < value.length && value.charCodeAt(length) < 0x80) {
      this.#buffer[start + length] = value.charCodeAt(length)
      length++
    }
    if (length < value.length) length = this.#buffer.write(value, start)
    this.#buffer[this.#size] = length
    this.#size = start + length
  }

  #reserve(size: number): void {
    const needed = this.#size + size
    if (needed <= this.#buffer.length) return
    const grown = Buffer.allocUnsafeSlow(Math.max(needed, this.#buffer.length * 2))
    this.#buffer.copy(grown, 0, 0, this.#size)
    this.#buffer = grown
  }
}
