/** How many 32-bit words `count` integers of `width` bits take. */
export function packedWords(count: number, width: number): number {
  return Math.ceil((count * width) / 32)
}

/** Bits that an unsigned 32-bit integer needs; 0 for 0. */
export function bitWidth(value: number): number {
  return 32 - Math.clz32(value)
}

/**
 * Packs the low `width` (0-32) bits of `source[0..count)` into `words` from index `at`, first integer in the lowest bits.
 * Gives the index behind the last word written.
 */
export function pack(words: Uint32Array, at: number, width: number, source: Uint32Array, count: number): number {
  if (width === 0) return at
  const end = at + packedWords(count, width)
  words.fill(0, at, end)
  let index = at
  let shift = 0
  for (let i = 0; i < count; i++) {
    const value = source[i] ?? 0
    words[index] = (words[index] ?? 0) | (value << shift)
    shift += width
    if (shift >= 32) {
      index++
      shift -= 32
      // What is left of the value; a shift by 32 would be a shift by 0.
      if (shift > 0) words[index] = value >>> (width - shift)
    }
  }
  return end
}

/** The reverse of `pack`: fills `target[0..count)` and gives the index behind the last word read. */
export function unpack(words: Uint32Array, at: number, width: number, target: Uint32Array, count: number): number {
  if (width === 0) {
    target.fill(0, 0, count)
    return at
  }
  const mask = width === 32 ? -1 : (1 << width) - 1
  let index = at
  let shift = 0
  for (let i = 0; i < count; i++) {
    let value = (words[index] ?? 0) >>> shift
    shift += width
    if (shift >= 32) {
      index++
      shift -= 32
      if (shift > 0) value |= (words[index] ?? 0) << (width - shift)
    }
    target[i] = value & mask
  }
  return at + packedWords(count, width)
}
