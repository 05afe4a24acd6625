/** Bytes that are asked for at once. What needs more than a quarter of it has memory of its own. */
const SLAB_BYTES = 32 * 1024
const LARGE_BYTES = SLAB_BYTES / 4
const ALIGNMENT = 8

let slab = Buffer.from(new ArrayBuffer(SLAB_BYTES))
let used = 0

/**
 * Integers, all 0. Memory for a typed array costs a microsecond, a view of memory that is there a twentieth of it. Reading a
 * text takes some twenty arrays, so they are cut from slabs, as Node's small buffers are. A slab lives as long as the last of
 * its arrays: what is kept for long should not be cut from one.
 */
export function cutInts(length: number): Int32Array {
  const bytes = length * Int32Array.BYTES_PER_ELEMENT
  if (bytes > LARGE_BYTES) return new Int32Array(length)
  const from = cut(bytes)
  return new Int32Array(slab.buffer, from, length)
}

/** The first integers of an array, which may change afterwards. */
export function cutCopy(source: Int32Array, length: number): Int32Array {
  const copy = cutInts(length)
  copy.set(source.length === length ? source : source.subarray(0, length))
  return copy
}

/** The UTF-16 units of a text. */
export function cutUnits(text: string): Uint16Array {
  const bytes = text.length * Uint16Array.BYTES_PER_ELEMENT
  if (bytes > LARGE_BYTES) {
    const units = new Uint16Array(text.length)
    Buffer.from(units.buffer).write(text, 'utf16le')
    return units
  }
  const from = cut(bytes)
  slab.write(text, from, bytes, 'utf16le')
  return new Uint16Array(slab.buffer, from, text.length)
}

/** Where in the slab so many bytes begin, which nobody has had before. */
function cut(bytes: number): number {
  if (used + bytes > SLAB_BYTES) {
    slab = Buffer.from(new ArrayBuffer(SLAB_BYTES))
    used = 0
  }
  const from = used
  used = Math.ceil((used + bytes) / ALIGNMENT) * ALIGNMENT
  return from
}
