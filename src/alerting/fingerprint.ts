import type { Labels } from '../model/labels.ts'

/** The FNV offset basis and the low part of the FNV prime, 2^40 + 0x1b3, of 64 bits, in halves of 32. */
const OFFSET_HIGH = 0xcbf29ce4
const OFFSET_LOW = 0x84222325
const PRIME_LOW = 0x1b3
const TWO_TO_32 = 0x1_0000_0000
const SEPARATOR = 0xff

const known = new WeakMap<Labels, string>()

/**
 * Alertmanager's fingerprint of a label set, 16 hexadecimal digits: FNV-1a of 64 bits over names and values in the order of names, each
 * ended by a byte 0xff (prometheus/common, model/signature.go). It names alerts in the API and in webhooks.
 */
export function fingerprint(labels: Labels): string {
  const before = known.get(labels)
  if (before !== undefined) return before
  const hash = new Fnv64()
  for (const text of labels.pairs) {
    hash.addText(text)
    hash.addByte(SEPARATOR)
  }
  const hex = hash.toString()
  known.set(labels, hex)
  return hex
}

/** In numbers, because bigints would take ten times as long. */
class Fnv64 {
  #high = OFFSET_HIGH
  #low = OFFSET_LOW

  addText(text: string): void {
    for (let i = 0; i < text.length; i++) {
      const unit = text.charCodeAt(i)
      if (unit > 0x7f) return this.#addBytes(Buffer.from(text.slice(i)))
      this.addByte(unit)
    }
  }

  addByte(byte: number): void {
    const low = (this.#low ^ byte) >>> 0
    const product = low * PRIME_LOW
    // The product with 2^40 moves the low half 8 bits into the high half, and the high half out of sight.
    this.#high = (this.#high * PRIME_LOW + Math.floor(product / TWO_TO_32) + ((low << 8) >>> 0)) % TWO_TO_32
    this.#low = product % TWO_TO_32
  }

  toString(): string {
    return hex(this.#high) + hex(this.#low)
  }

  #addBytes(bytes: Uint8Array): void {
    for (const byte of bytes) this.addByte(byte)
  }
}

function hex(half: number): string {
  return half.toString(16).padStart(8, '0')
}
