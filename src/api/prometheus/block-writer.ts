/** Bytes collected before they are handed to the socket. */
const BLOCK_SIZE = 256 * 1024
/** Most answers are small. */
const FIRST_SIZE = 4 * 1024
const NOTHING = Buffer.alloc(0)
const NO_VIEW = new DataView(NOTHING.buffer, 0, 0)
const QUOTE = 34
const BACKSLASH = 92
const FIRST_PRINTABLE = 32
const FIRST_BEYOND_ASCII = 128

/** Grows one buffer instead of one string, which is several times as fast for large answers. */
export class BlockWriter {
  #buffer = NOTHING
  #view = NO_VIEW
  #size = 0
  #nextSize = FIRST_SIZE

  /** Whether there is enough for a block: time to `take`. */
  get full(): boolean {
    return this.#size >= BLOCK_SIZE
  }

  text(text: string): void {
    // A UTF-16 unit needs at most three bytes of UTF-8.
    this.#reserve(text.length * 3)
    this.#size += this.#buffer.write(text, this.#size)
  }

  /** Writes the text as JSON. */
  json(text: string): void {
    this.#reserve(text.length + 2)
    const view = this.#view
    const start = this.#size + 1
    for (let i = 0; i < text.length; i++) {
      const unit = text.charCodeAt(i)
      if (unit === QUOTE || unit === BACKSLASH || unit < FIRST_PRINTABLE || unit >= FIRST_BEYOND_ASCII)
        return this.text(JSON.stringify(text))
      view.setUint8(start + i, unit)
    }
    view.setUint8(this.#size, QUOTE)
    view.setUint8(start + text.length, QUOTE)
    this.#size = start + text.length + 1
  }

  bytes(bytes: Uint8Array): void {
    this.#reserve(bytes.length)
    this.#buffer.set(bytes, this.#size)
    this.#size += bytes.length
  }

  /** Lends the buffer: `write` puts at most `sizeBytes` into it from the given index on and gives the index behind the last one. */
  fill(sizeBytes: number, write: (view: DataView, at: number) => number): void {
    this.#reserve(sizeBytes)
    this.#size = write(this.#view, this.#size)
  }

  take(): Buffer {
    const block = this.#buffer.subarray(0, this.#size)
    // The block is the taker's now. If there is more to write, it is as much again.
    this.#buffer = NOTHING
    this.#view = NO_VIEW
    this.#nextSize = BLOCK_SIZE * 2
    this.#size = 0
    return block
  }

  #reserve(sizeBytes: number): void {
    const needed = this.#size + sizeBytes
    if (needed <= this.#buffer.length) return
    const larger = Buffer.allocUnsafe(Math.max(needed, this.#nextSize, this.#buffer.length * 2))
    this.#buffer.copy(larger, 0, 0, this.#size)
    this.#buffer = larger
    this.#view = new DataView(larger.buffer, larger.byteOffset, larger.length)
  }
}
