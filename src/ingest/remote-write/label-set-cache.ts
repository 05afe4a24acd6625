import type { Labels } from '../../model/labels.ts'

/** Label sets that senders' requests are likely to repeat. */
const DEFAULT_CAPACITY = 200_000
/** Places that a look-up tries. A sender who makes hashes collide only loses the benefit of the cache. */
const MAX_PROBES = 32

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
    const hash = hashOf(bytes, start, end)
    const known = this.#young.get(hash, bytes, start, end)
    if (known !== undefined) return known
    const older = this.#old.get(hash, bytes, start, end)
    if (older !== undefined) this.#put(hash, bytes, start, end, older)
    return older
  }

  set(bytes: DataView, start: number, end: number, labels: Labels): void {
    this.#put(hashOf(bytes, start, end), bytes, start, end, labels)
  }

  #put(hash: number, bytes: DataView, start: number, end: number, labels: Labels): void {
    if (this.#young.size >= this.#capacity) {
      this.#old = this.#young
      this.#young = new Generation(this.#capacity)
    }
    this.#young.put(hash, new Uint8Array(bytes.buffer, bytes.byteOffset + start, end - start), labels)
  }
}

/** A hash table with open addressing, grown by doubling; all keys stand one behind the other in one buffer. */
class Generation {
  size = 0
  readonly #capacity: number
  #slots = new Int32Array(64).fill(-1)
  readonly #labels: Labels[] = []
  #hashes = new Int32Array(32)
  /** Where key `i` ends in `#keys`; it begins where the one before ends. */
  #ends = new Uint32Array(33)
  #keys = new DataView(new ArrayBuffer(4096))

  constructor(capacity: number) {
    this.#capacity = capacity
  }

  get(hash: number, bytes: DataView, start: number, end: number): Labels | undefined {
    const mask = this.#slots.length - 1
    for (let probe = 0; probe < MAX_PROBES; probe++) {
      const entry = this.#slots[(hash + probe) & mask] ?? -1
      if (entry < 0) return undefined
      if (this.#hashes[entry] === hash && this.#isKey(entry, bytes, start, end)) return this.#labels[entry]
    }
    return undefined
  }

  put(hash: number, key: Uint8Array, labels: Labels): void {
    if (this.size >= this.#capacity) return
    if (this.size * 2 >= this.#slots.length) this.#grow()
    const entry = this.size
    if (!this.#place(hash, entry)) return
    const start = this.#ends[entry] ?? 0
    const end = start + key.length
    this.#makeRoomForKeys(end)
    new Uint8Array(this.#keys.buffer).set(key, start)
    this.#ends[entry + 1] = end
    this.#hashes[entry] = hash
    this.#labels.push(labels)
    this.size++
  }

  #isKey(entry: number, bytes: DataView, start: number, end: number): boolean {
    const from = this.#ends[entry] ?? 0
    if ((this.#ends[entry + 1] ?? 0) - from !== end - start) return false
    const keys = this.#keys
    const shift = from - start
    let i = start
    for (; i + 4 <= end; i += 4) if (bytes.getInt32(i) !== keys.getInt32(i + shift)) return false
    for (; i < end; i++) if (bytes.getUint8(i) !== keys.getUint8(i + shift)) return false
    return true
  }

  #makeRoomForKeys(sizeBytes: number): void {
    if (sizeBytes <= this.#keys.byteLength) return
    const keys = new Uint8Array(Math.max(sizeBytes, this.#keys.byteLength * 2))
    keys.set(new Uint8Array(this.#keys.buffer))
    this.#keys = new DataView(keys.buffer)
  }

  #place(hash: number, entry: number): boolean {
    const mask = this.#slots.length - 1
    for (let probe = 0; probe < MAX_PROBES; probe++) {
      const slot = (hash + probe) & mask
      if ((this.#slots[slot] ?? -1) >= 0) continue
      this.#slots[slot] = entry
      return true
    }
    return false
  }

  #grow(): void {
    const slots = this.#slots.length * 2
    this.#slots = new Int32Array(slots).fill(-1)
    const [hashes, ends] = [this.#hashes, this.#ends]
    this.#hashes = new Int32Array(slots / 2)
    this.#hashes.set(hashes)
    this.#ends = new Uint32Array(slots / 2 + 1)
    this.#ends.set(ends)
    // One that finds no place any more is not found again; it will be put anew.
    for (let entry = 0; entry < this.size; entry++) this.#place(this.#hashes[entry] ?? 0, entry)
  }
}

/** Four bytes at a time, by a multiplication and a shift each (as FNV and Murmur do); a 32-bit integer whose low bits are good. */
function hashOf(bytes: DataView, start: number, end: number): number {
  let hash = end - start
  let i = start
  for (; i + 4 <= end; i += 4) {
    hash = Math.imul(hash ^ bytes.getInt32(i), 0x9e3779b1)
    hash ^= hash >>> 15
  }
  for (; i < end; i++) hash = Math.imul(hash ^ bytes.getUint8(i), 0x01000193)
  hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b)
  return hash ^ (hash >>> 13)
}
