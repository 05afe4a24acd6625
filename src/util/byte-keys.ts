const NONE = -1
/** Places that a look-up tries. Who makes hashes collide only loses the benefit of the table. */
const MAX_PROBES = 32

/**
 * Byte strings numbered from 0 in the order in which they were added, and found again by their bytes. A hash table with open addressing, grown by
 * doubling; all keys stand one behind the other in one buffer, so that there is no object for each.
 */
export class ByteKeys {
  #size = 0
  #places = new Int32Array(64).fill(NONE)
  #hashes = new Int32Array(32)
  /** Where key `i` ends in `#bytes`; it begins where the one before ends. */
  #ends = new Uint32Array(33)
  #bytes = new DataView(new ArrayBuffer(4096))

  get size(): number {
    return this.#size
  }

  lengthOf(key: number): number {
    return (this.#ends[key + 1] ?? 0) - (this.#ends[key] ?? 0)
  }

  /** The key that is the bytes [start, end) of the view; -1 when it is not there. `hash` is what `hashOfBytes` gives for them. */
  find(hash: number, view: DataView, start: number, end: number): number {
    const mask = this.#places.length - 1
    for (let probe = 0; probe < MAX_PROBES; probe++) {
      const key = this.#places[(hash + probe) & mask] ?? NONE
      if (key === NONE) return NONE
      if (this.#hashes[key] === hash && this.lengthOf(key) === end - start && this.standsAt(key, view, start))
        return key
    }
    return NONE
  }

  /** Adds a copy of bytes that `find` did not find, and gives its number. One that has no place near its hash is not found later. */
  add(hash: number, view: DataView, start: number, end: number): number {
    if (this.#size * 2 >= this.#places.length) this.#grow()
    const key = this.#size++
    const at = this.#ends[key] ?? 0
    this.#makeRoomForBytes(at + end - start)
    copy(view, start, end, this.#bytes, at)
    this.#ends[key + 1] = at + end - start
    this.#hashes[key] = hash
    this.#place(hash, key)
    return key
  }

  /** Whether the key's bytes stand at `at`, where so many must be. */
  standsAt(key: number, view: DataView, at: number): boolean {
    const bytes = this.#bytes
    const start = this.#ends[key] ?? 0
    const end = this.#ends[key + 1] ?? 0
    const shift = at - start
    let i = start
    for (; i + 4 <= end; i += 4) if (bytes.getInt32(i) !== view.getInt32(i + shift)) return false
    for (; i < end; i++) if (bytes.getUint8(i) !== view.getUint8(i + shift)) return false
    return true
  }

  /** Forgets all keys; their numbers are given again. */
  clear(): void {
    this.#size = 0
    this.#places.fill(NONE)
  }

  #makeRoomForBytes(size: number): void {
    if (size <= this.#bytes.byteLength) return
    const grown = new Uint8Array(Math.max(size, this.#bytes.byteLength * 2))
    grown.set(new Uint8Array(this.#bytes.buffer))
    this.#bytes = new DataView(grown.buffer)
  }

  #place(hash: number, key: number): void {
    const mask = this.#places.length - 1
    for (let probe = 0; probe < MAX_PROBES; probe++) {
      const place = (hash + probe) & mask
      if (this.#places[place] !== NONE) continue
      this.#places[place] = key
      return
    }
  }

  #grow(): void {
    const places = this.#places.length * 2
    const [hashes, ends] = [this.#hashes, this.#ends]
    this.#places = new Int32Array(places).fill(NONE)
    this.#hashes = new Int32Array(places / 2)
    this.#hashes.set(hashes)
    this.#ends = new Uint32Array(places / 2 + 1)
    this.#ends.set(ends)
    for (let key = 0; key < this.#size; key++) this.#place(this.#hashes[key] ?? 0, key)
  }
}

/** Four bytes at a time, by a multiplication and a shift each (as FNV and Murmur do); a 32-bit integer whose low bits are good. */
export function hashOfBytes(view: DataView, start: number, end: number): number {
  let hash = end - start
  let i = start
  for (; i + 4 <= end; i += 4) {
    hash = Math.imul(hash ^ view.getInt32(i), 0x9e3779b1)
    hash ^= hash >>> 15
  }
  for (; i < end; i++) hash = Math.imul(hash ^ view.getUint8(i), 0x01000193)
  hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b)
  return hash ^ (hash >>> 13)
}

/** For keys of some tens of bytes a native copy costs more than it saves. */
function copy(from: DataView, start: number, end: number, to: DataView, at: number): void {
  const shift = at - start
  let i = start
  for (; i + 4 <= end; i += 4) to.setInt32(i + shift, from.getInt32(i))
  for (; i < end; i++) to.setUint8(i + shift, from.getUint8(i))
}
