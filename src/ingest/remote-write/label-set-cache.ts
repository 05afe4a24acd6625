import type { Labels } from '../../model/labels.ts'
import { DIGEST_WORDS, digestBytes } from '../../util/digest.ts'

/** Label sets that senders' requests are likely to repeat. */
const DEFAULT_CAPACITY = 200_000
const NONE = -1
const FEWEST_PLACES = 64
/** Places that a look-up tries. Who makes digests that want the same places only loses the benefit of the table. */
const MAX_PROBES = 64

/**
 * Label sets by a digest of the bytes that they were sent as: the bytes themselves would be 20 MB for a hundred thousand of them, and slow to
 * compare. A sender repeats the same sets in every request, so nearly all of the work of reading one is saved; and the same set is the same object
 * each time. Senders are trusted, for who makes bytes with the digest of another's set has the samples of one taken for the other's. Two generations:
 * when the young one is full it becomes the old one, and what is not asked for again is forgotten with it.
 */
export class LabelSetCache {
  readonly #capacity: number
  readonly #digest = new Int32Array(DIGEST_WORDS)
  #young = new Generation()
  #old = new Generation()

  constructor(capacity = DEFAULT_CAPACITY) {
    this.#capacity = capacity
  }

  /** The set that was sent as the bytes [start, end) of the view; undefined when it is not remembered. */
  get(bytes: DataView, start: number, end: number): Labels | undefined {
    digestBytes(bytes, start, end, this.#digest)
    const known = this.#young.get(this.#digest)
    if (known !== undefined) return known
    const older = this.#old.get(this.#digest)
    if (older !== undefined) this.#put(older)
    return older
  }

  set(bytes: DataView, start: number, end: number, labels: Labels): void {
    digestBytes(bytes, start, end, this.#digest)
    this.#put(labels)
  }

  #put(labels: Labels): void {
    if (this.#young.size >= this.#capacity) {
      this.#old = this.#young
      this.#young = new Generation()
    }
    this.#young.put(this.#digest, labels)
  }
}

/**
 * An open table, grown by doubling and at most half full, without an object for each entry. Digests and sets stand in the order in which they
 * came, because senders keep to it: what comes next is then near in memory, and the collector of garbage leaves the sets in that order too.
 */
class Generation {
  #places = new Int32Array(FEWEST_PLACES).fill(NONE)
  #digests = new Int32Array((DIGEST_WORDS * FEWEST_PLACES) / 2)
  readonly #labels: Labels[] = []

  get size(): number {
    return this.#labels.length
  }

  get(digest: Int32Array): Labels | undefined {
    const mask = this.#places.length - 1
    for (let probe = 0; probe < MAX_PROBES; probe++) {
      const key = this.#places[((digest[0] ?? 0) + probe) & mask] ?? NONE
      if (key === NONE) return undefined
      if (standsAt(this.#digests, key * DIGEST_WORDS, digest)) return this.#labels[key]
    }
    return undefined
  }

  /** Takes a set that `get` did not find. One whose places are all taken is not found later. */
  put(digest: Int32Array, labels: Labels): void {
    if (this.#labels.length * 2 >= this.#places.length) this.#grow()
    const key = this.#labels.push(labels) - 1
    this.#digests.set(digest, key * DIGEST_WORDS)
    this.#place(key)
  }

  #place(key: number): void {
    const mask = this.#places.length - 1
    for (let probe = 0; probe < MAX_PROBES; probe++) {
      const place = ((this.#digests[key * DIGEST_WORDS] ?? 0) + probe) & mask
      if (this.#places[place] !== NONE) continue
      this.#places[place] = key
      return
    }
  }

  #grow(): void {
    const digests = new Int32Array(this.#digests.length * 2)
    digests.set(this.#digests)
    this.#digests = digests
    this.#places = new Int32Array(this.#places.length * 2).fill(NONE)
    for (let key = 0; key < this.#labels.length; key++) this.#place(key)
  }
}

function standsAt(digests: Int32Array, at: number, digest: Int32Array): boolean {
  return (
    digests[at] === digest[0] &&
    digests[at + 1] === digest[1] &&
    digests[at + 2] === digest[2] &&
    digests[at + 3] === digest[3]
  )
}
