/** Words of a digest. */
export const DIGEST_WORDS = 4

/**
 * Writes 128 bits of the bytes [start, end) into `digest`: MurmurHash3_x86_128 with seed 0 (Austin Appleby, public domain). That two byte strings
 * share them by chance does not happen; who wants to can make such strings.
 */
export function digestBytes(view: DataView, start: number, end: number, digest: Int32Array): void {
  let [h1, h2, h3, h4] = [0, 0, 0, 0]
  let at = start
  for (; at + 16 <= end; at += 16) {
    h1 = (Math.imul(rotated(h1 ^ mixed1(view.getInt32(at, true)), 19) + h2, 5) + 0x561ccd1b) | 0
    h2 = (Math.imul(rotated(h2 ^ mixed2(view.getInt32(at + 4, true)), 17) + h3, 5) + 0x0bcaa747) | 0
    h3 = (Math.imul(rotated(h3 ^ mixed3(view.getInt32(at + 8, true)), 15) + h4, 5) + 0x96cd1c35) | 0
    h4 = (Math.imul(rotated(h4 ^ mixed4(view.getInt32(at + 12, true)), 13) + h1, 5) + 0x32ac3b17) | 0
  }
  const length = end - start
  h1 ^= mixed1(wordUpTo(view, at, end)) ^ length
  h2 ^= mixed2(wordUpTo(view, at + 4, end)) ^ length
  h3 ^= mixed3(wordUpTo(view, at + 8, end)) ^ length
  h4 ^= mixed4(wordUpTo(view, at + 12, end)) ^ length
  const sum = (h1 + h2 + h3 + h4) | 0
  h1 = finished(sum)
  h2 = finished(h2 + sum)
  h3 = finished(h3 + sum)
  h4 = finished(h4 + sum)
  digest[0] = h1 + h2 + h3 + h4
  digest[1] = h2 + (digest[0] ?? 0)
  digest[2] = h3 + (digest[0] ?? 0)
  digest[3] = h4 + (digest[0] ?? 0)
}

function mixed1(word: number): number {
  return Math.imul(rotated(Math.imul(word, 0x239b961b), 15), 0xab0e9789)
}

function mixed2(word: number): number {
  return Math.imul(rotated(Math.imul(word, 0xab0e9789), 16), 0x38b34ae5)
}

function mixed3(word: number): number {
  return Math.imul(rotated(Math.imul(word, 0x38b34ae5), 17), 0xa1e38b93)
}

function mixed4(word: number): number {
  return Math.imul(rotated(Math.imul(word, 0xa1e38b93), 18), 0x239b961b)
}

function rotated(word: number, bits: number): number {
  return (word << bits) | (word >>> (32 - bits))
}

function finished(word: number): number {
  let bits = Math.imul(word ^ (word >>> 16), 0x85ebca6b)
  bits = Math.imul(bits ^ (bits >>> 13), 0xc2b2ae35)
  return bits ^ (bits >>> 16)
}

/** The up to four bytes from `at` on that come before `end`, the first one lowest; 0 when there are none. */
function wordUpTo(view: DataView, at: number, end: number): number {
  let word = 0
  for (let i = Math.min(at + 4, end) - 1; i >= at; i--) word = (word << 8) | view.getUint8(i)
  return word
}
