import { chunkSize } from '../packing/chunk.ts'

/** 256 kB: few enough slabs for days of samples, small enough that one is soon free again. */
const SLAB_BITS = 16
const SLAB_WORDS = 1 << SLAB_BITS
/** A slab of which less than this share is in use is worth being emptied. */
const SPARSE_SHARE = 0.5

/** The address of no chunk. */
export const NO_CHUNK = -1
/** Words in front of a chunk: the address of the one before it, plus one. */
const LINK_WORDS = 1

/** How long a chunk is expected to stay. Those that go soon have slabs of their own, which are soon free again as a whole. */
export type ChunkStay = 'short' | 'long'

interface Slab {
  readonly words: Uint32Array
  readonly stay: ChunkStay
  usedWords: number
  liveWords: number
}

/**
 * Where sealed chunks live: large slabs instead of an array for each chunk, because an array costs more than the chunk in it.
 * A chunk is named by its address, and knows that of the chunk before it in its series: an array of addresses for each series would cost more, too.
 * A slab is let go when its last chunk is released; `relocate` empties those that a few old chunks would keep.
 */
export class ChunkArena {
  readonly #slabs: Array<Slab | undefined> = []
  /** Indexes of the slabs that are being filled. */
  readonly #current: Record<ChunkStay, number> = { short: -1, long: -1 }
  #slabCount = 0

  get sizeBytes(): number {
    return this.#slabCount * SLAB_WORDS * 4
  }

  /** Copies the chunk in, behind `previous` in its series, and gives its address. */
  add(chunk: Uint32Array, previous: number, stay: ChunkStay): number {
    const slab = this.#slabWithRoom(LINK_WORDS + chunk.length, stay)
    const offset = slab.usedWords + LINK_WORDS
    slab.words.set(chunk, offset)
    slab.usedWords += LINK_WORDS + chunk.length
    slab.liveWords += LINK_WORDS + chunk.length
    const address = this.#current[stay] * SLAB_WORDS + offset
    this.link(address, previous)
    return address
  }

  /** The chunk before this one in its series, `NO_CHUNK` when it is the first. */
  previousOf(address: number): number {
    return (this.#slabOf(address).words[this.offsetOf(address) - LINK_WORDS] ?? 0) - 1
  }

  /** Puts a chunk behind another one than before. */
  link(address: number, previous: number): void {
    this.#slabOf(address).words[this.offsetOf(address) - LINK_WORDS] = previous + 1
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
    slab.liveWords -= LINK_WORDS + chunkSize(slab.words, this.offsetOf(address))
    // What is still being filled stays.
    if (slab.liveWords === 0 && !this.#isCurrent(address)) this.#drop(slabIndex(address))
  }

  /** Moves the chunk when its slab is sparse; gives the address that it has afterwards. Who links to it must be told. */
  relocate(address: number): number {
    const slab = this.#slabOf(address)
    if (this.#isCurrent(address) || slab.liveWords >= slab.usedWords * SPARSE_SHARE) return address
    const offset = this.offsetOf(address)
    const chunk = slab.words.subarray(offset, offset + chunkSize(slab.words, offset))
    const moved = this.add(chunk, this.previousOf(address), slab.stay)
    this.release(address)
    return moved
  }

  #isCurrent(address: number): boolean {
    const index = slabIndex(address)
    return index === this.#current.short || index === this.#current.long
  }

  #slabOf(address: number): Slab {
    const slab = this.#slabs[slabIndex(address)]
    if (slab === undefined) throw new Error(`chunk ${address} was released before`)
    return slab
  }

  #slabWithRoom(words: number, stay: ChunkStay): Slab {
    const current = this.#slabs[this.#current[stay]]
    if (current !== undefined && current.usedWords + words <= SLAB_WORDS) return current
    if (current?.liveWords === 0) this.#drop(this.#current[stay])
    const free = this.#slabs.indexOf(undefined)
    this.#current[stay] = free === -1 ? this.#slabs.length : free
    const slab = { words: new Uint32Array(SLAB_WORDS), stay, usedWords: 0, liveWords: 0 }
    this.#slabs[this.#current[stay]] = slab
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
