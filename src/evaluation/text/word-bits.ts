/** Places for each word: mostly empty, so that a word which is not there is hardly ever looked for twice. */
const ROOM = 8

/** Bits for some words, by their hashes (see `wordsOf`): an open table, because every word of every text is looked up. */
export class WordBits {
  readonly #mask: number
  readonly #hashes: Int32Array
  readonly #bits: Int32Array

  /** The bits of a word that comes several times are joined. No bits may be 0. */
  constructor(words: ReadonlyArray<readonly [hash: number, bits: number]>) {
    const size = 2 ** Math.ceil(Math.log2(words.length * ROOM))
    this.#mask = size - 1
    this.#hashes = new Int32Array(size)
    this.#bits = new Int32Array(size)
    for (const [hash, bits] of words) {
      const slot = this.#slotOf(hash)
      this.#hashes[slot] = hash
      this.#bits[slot] = (this.#bits[slot] ?? 0) | bits
    }
  }

  /** 0 for a word that is not there. */
  of(hash: number): number {
    return this.#bits[this.#slotOf(hash)] ?? 0
  }

  #slotOf(hash: number): number {
    let slot = (hash ^ (hash >>> 16)) & this.#mask
    while (this.#bits[slot] !== 0 && this.#hashes[slot] !== hash) slot = (slot + 1) & this.#mask
    return slot
  }
}
