import { chunkSize } from '../packing/chunk.ts'

/** 256 kB: few enough slabs for days of samples, small enough that one is soon free again. */
const SLAB_BITS = 16
const SLAB_WORDS = 1 << SLAB_BITS
/** A slab of which less than this share is in use is worth being emptied. */
const SPARSE_SHARE = 0.5

interface Slab {
  readonly words: Uint32Array
  usedWords: number
  liveWords: number
}

/**
 * Where sealed chunks live: large slabs instead of an array for each chunk, because an array costs more than the chunk in it.
 * A chunk is named by its address. A slab is let go when its last chunk is released; `relocate` empties those that a few
 * old chunks would keep.
 */
export class ChunkArena {
  readonly #slabs: Array<Slab | undefined> = []
  #current = -1
  #slabCount = 0

  get sizeBytes(): number {
    return this.#slabCount * SLAB_WORDS * 4
  }

  /** Copies the chunk in and gives its address. */
  add(chunk: Uint32Array): number {
    const slab = this.#slabWithRoom(chunk.length)
    const offset = slab.usedWords
    slab.words.set(chunk, offset)
    slab.usedWords += chunk.length
    slab.liveWords += chunk.length
    return this.#current * SLAB_WORDS + offset
  }

  /** The words of the slab that holds the chunk; it begins at `offsetOf(address)`. */
  wordsOf(address: number): Uint32Array {
    return this.#slabOf(address).words
  }

  offsetOf(address: number): number {
    return address & (SLAB_WORDS - 1)
  }

  release(address: number): void {
    const slab = this.#slabOf(address)
    slab.liveWords -= chunkSize(slab.words, this.offsetOf(address))
    // The current slab stays: it is still being filled.
    if (slab.liveWords === 0 && slabIndex(address) !== this.#current) this.#drop(slabIndex(address))
  }

  /** Moves the chunk when its slab is sparse; gives the address that it has afterwards. */
  relocate(address: number): number {
    const slab = this.#slabOf(address)
    if (slabIndex(address) === this.#current || slab.liveWords >= slab.usedWords * SPARSE_SHARE) return address
    const offset = this.offsetOf(address)
    const moved = this.add(slab.words.subarray(offset, offset + chunkSize(slab.words, offset)))
    this.release(address)
    return moved
  }

  #slabOf(address: number): Slab {
    const slab = this.#slabs[slabIndex(address)]
    if (slab === undefined) throw new Error(`chunk ${address} was released before`)
    return slab
  }

  #slabWithRoom(words: number): Slab {
    const current = this.#slabs[this.#current]
    if (current !== undefined && current.usedWords + words <= SLAB_WORDS) return current
    if (current?.liveWords === 0) this.#drop(this.#current)
    const free = this.#slabs.indexOf(undefined)
    this.#current = free === -1 ? this.#slabs.length : free
    const slab = { words: new Uint32Array(SLAB_WORDS), usedWords: 0, liveWords: 0 }
    this.#slabs[this.#current] = slab
    this.#slabCount++
    return slab
  }

  #drop(index: number): void {
    this.#slabs[index] = undefined
    this.#slabCount--
  }
}

function slabIndex(address: number): number {
  return address >>> SLAB_BITS
}
