import type { Labels } from '../../model/labels.ts'
import { ByteKeys, hashOfBytes } from '../../util/byte-keys.ts'

/** Label sets that senders' requests are likely to repeat. */
const DEFAULT_CAPACITY = 200_000

/**
 * Label sets by the bytes that they were sent as. A sender repeats the same sets in every request, so nearly all of the work of reading one is
 * saved; and the same set is the same object each time. Two generations: when the young one is full it becomes the old one, and what is
 * not asked for again is forgotten with it.
 */
export class LabelSetCache {
  readonly #capacity: number
  #young: Generation
  #old: Generation

  constructor(capacity = DEFAULT_CAPACITY) {
    this.#capacity = capacity
    this.#young = new Generation(capacity)
    this.#old = new Generation(0)
  }

  /** The set that was sent as the bytes [start, end) of the view; undefined when it is not remembered. */
  get(bytes: DataView, start: number, end: number): Labels | undefined {
    const hash = hashOfBytes(bytes, start, end)
    const known = this.#young.get(hash, bytes, start, end)
    if (known !== undefined) return known
    const older = this.#old.get(hash, bytes, start, end)
    if (older !== undefined) this.#put(hash, bytes, start, end, older)
    return older
  }

  set(bytes: DataView, start: number, end: number, labels: Labels): void {
    this.#put(hashOfBytes(bytes, start, end), bytes, start, end, labels)
  }

  #put(hash: number, bytes: DataView, start: number, end: number, labels: Labels): void {
    if (this.#young.isFull) {
      this.#old = this.#young
      this.#young = new Generation(this.#capacity)
    }
    this.#young.put(hash, bytes, start, end, labels)
  }
}

/** As many sets as the capacity allows; further ones are not taken. */
class Generation {
  readonly #capacity: number
  readonly #keys = new ByteKeys()
  /** By number of the key. */
  readonly #labels: Labels[] = []

  constructor(capacity: number) {
    this.#capacity = capacity
  }

  get isFull(): boolean {
    return this.#keys.size >= this.#capacity
  }

  get(hash: number, bytes: DataView, start: number, end: number): Labels | undefined {
    const key = this.#keys.find(hash, bytes, start, end)
    return key === -1 ? undefined : this.#labels[key]
  }

  put(hash: number, bytes: DataView, start: number, end: number, labels: Labels): void {
    this.#keys.add(hash, bytes, start, end)
    this.#labels.push(labels)
  }
}
