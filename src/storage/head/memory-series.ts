import type { Labels } from '../../model/labels.ts'
import type { TimeRange } from '../sample-store.ts'
import type { ChunkArena } from './chunk-arena.ts'
import { chunkCount, chunkMaxMs, chunkMinMs, decodeChunk, encodeChunk, MAX_CHUNK_SPAN_MS } from '../packing/chunk.ts'
import { copyChunk, copyNothing } from '../packing/packed-series.ts'
import { type ReadSamples, trimmed } from '../packing/read-samples.ts'
import { SampleColumns } from '../packing/sample-columns.ts'
import { SLOT_SAMPLES, type SampleSlots } from './sample-slots.ts'

/** Where the samples of all series live. */
export interface SampleMemory {
  readonly arena: ChunkArena
  readonly slots: SampleSlots
}

/** What became of an appended sample: the newest of its series, put between older ones, or the new value of a known time. */
export type AppendResult = 'appended' | 'late' | 'replaced'

/** Chunks that are packed again take a little more than a slot, so that one late sample does not leave a chunk of one. */
const REPACKED_SAMPLES = 96
const NO_SLOT = -1

/** Room for packing again; nothing is kept in it between two calls. */
const scratch = new SampleColumns(SLOT_SAMPLES)

/**
 * One series of the head: sealed chunks, then an open one. Its samples are ascending over all chunks at any time, except for those that came
 * after their chunk was sealed: they wait in a slot of their own and are merged when the slot is full or the series is read.
 */
export class MemorySeries {
  readonly id: number
  readonly labels: Labels
  readonly #memory: SampleMemory
  /** Addresses of sealed chunks, ascending in time. */
  #chunks: number[] = []
  #openSlot = NO_SLOT
  #lateSlot = NO_SLOT
  #sealedMaxMs = -Infinity
  #ended = false

  constructor(id: number, labels: Labels, memory: SampleMemory) {
    this.id = id
    this.labels = labels
    this.#memory = memory
  }

  /** Time of the newest sample, -Infinity when there is none. */
  get maxMs(): number {
    return this.#openSlot === NO_SLOT ? this.#sealedMaxMs : this.#memory.slots.lastMs(this.#openSlot)
  }

  /** Time of the oldest sample that is not waiting to be merged, Infinity when there is none. */
  get minMs(): number {
    if (this.#chunks.length > 0) return chunkMinMs(...this.#chunkAt(0))
    return this.#openSlot === NO_SLOT ? Infinity : this.#memory.slots.timeMs(this.#openSlot, 0)
  }

  /** Sealed chunks and the open one. */
  get chunkCount(): number {
    return this.#chunks.length + (this.#openSlot === NO_SLOT ? 0 : 1)
  }

  /** Takes a sample of any time. Times must be integers. */
  append(timestampMs: number, value: number, stale: number): AppendResult {
    if (timestampMs <= this.#sealedMaxMs) {
      this.#appendLate(timestampMs, value, stale)
      return 'late'
    }
    const { slots } = this.#memory
    if (this.#openSlot === NO_SLOT) this.#openSlot = slots.take(this.#openLimit())
    const put = slots.put(this.#openSlot, timestampMs, value, stale)
    if (put === 'refused') {
      this.#seal()
      return this.append(timestampMs, value, stale)
    }
    return put === 'inserted' ? 'late' : put
  }

  /** Whether there is a sample in the range. */
  hasSampleIn(range: TimeRange): boolean {
    this.#mergeLate()
    const { arena, slots } = this.#memory
    let undecided = false
    const ends = (minMs: number, maxMs: number): boolean => {
      if (minMs > range.maxMs || maxMs < range.minMs) return false
      undecided = true
      return minMs >= range.minMs || maxMs <= range.maxMs
    }
    if (this.#openSlot !== NO_SLOT && ends(slots.timeMs(this.#openSlot, 0), slots.lastMs(this.#openSlot))) return true
    for (const address of this.#chunks) {
      const [words, at] = [arena.wordsOf(address), arena.offsetOf(address)]
      if (ends(chunkMinMs(words, at), chunkMaxMs(words, at))) return true
    }
    // The range falls between the first and the last sample of a chunk; only the samples themselves can tell.
    if (!undecided) return false
    const { from, end } = this.read(range, new SampleColumns(this.countAtMost(range)), 0)
    return end > from
  }

  /** The most samples that `read` can give for the range, which is also the room that it takes. */
  countAtMost(range: TimeRange): number {
    this.#mergeLate()
    let count = this.#openOverlaps(range) ? this.#memory.slots.count(this.#openSlot) : 0
    for (let i = this.#firstChunkFor(range); i < this.#chunks.length; i++) {
      const [words, at] = this.#chunkAt(i)
      if (chunkMinMs(words, at) > range.maxMs) break
      count += chunkCount(words, at)
    }
    return count
  }

  /** Decodes the samples in the range into `columns` somewhere behind index `to`, which makes room for them. */
  read(range: TimeRange, columns: SampleColumns, to: number): ReadSamples {
    this.#mergeLate()
    let end = to
    let stale = false
    for (let i = this.#firstChunkFor(range); i < this.#chunks.length; i++) {
      const [words, at] = this.#chunkAt(i)
      if (chunkMinMs(words, at) > range.maxMs) break
      const count = chunkCount(words, at)
      columns.ensure(end + count)
      stale = decodeChunk(words, at, columns, end) || stale
      end += count
    }
    if (this.#openOverlaps(range)) {
      const count = this.#memory.slots.count(this.#openSlot)
      columns.ensure(end + count)
      stale = this.#memory.slots.copy(this.#openSlot, columns, end) || stale
      end += count
    }
    return trimmed(columns, { from: to, end, stale }, range)
  }

  /**
   * Copies to `words[at]` what `read` would decode, for `readPacked` to do it elsewhere. Gives the index behind it; -1 where there is no room,
   * and nothing of use written.
   */
  pack(range: TimeRange, words: Uint32Array, at: number): number {
    this.#mergeLate()
    const first = this.#firstChunkFor(range)
    let next = at + 1
    let end = first
    for (; end < this.#chunks.length; end++) {
      const [source, from] = this.#chunkAt(end)
      if (chunkMinMs(source, from) > range.maxMs) break
      next = copyChunk(source, from, words, next)
      if (next === -1) return -1
    }
    if (next >= words.length) return -1
    words[at] = end - first
    return this.#openOverlaps(range) ? this.#memory.slots.pack(this.#openSlot, words, next) : copyNothing(words, next)
  }

  /** Lets go of chunks whose last sample is before `minMs`, and moves those that keep a sparse slab alive. */
  truncate(minMs: number): void {
    this.#mergeLate()
    this.#releaseFirst(this.#firstChunkFor({ minMs, maxMs: Infinity }))
    for (const [i, address] of this.#chunks.entries()) this.#chunks[i] = this.#memory.arena.relocate(address)
  }

  /** Removes the samples in the range. */
  delete(range: TimeRange): void {
    const [before, after] = [
      { minMs: -Infinity, maxMs: range.minMs - 1 },
      { minMs: range.maxMs + 1, maxMs: Infinity },
    ]
    const columns = new SampleColumns(this.countAtMost(before) + this.countAtMost(after))
    const older = this.read(before, columns, 0).end
    const newer = this.read(after, columns, older)
    columns.moveForward(older, newer.from, newer.end)
    this.#clear()
    this.#pack(columns, older + newer.end - newer.from)
  }

  /** Gives back all memory. The series must not be appended to afterwards. */
  end(): void {
    this.#clear()
    this.#ended = true
  }

  /** Whether this is a series of this memory that has not ended. */
  livesIn(memory: SampleMemory): boolean {
    return this.#memory === memory && !this.#ended
  }

  #clear(): void {
    const { slots } = this.#memory
    this.#releaseFirst(this.#chunks.length)
    if (this.#openSlot !== NO_SLOT) slots.giveBack(this.#openSlot)
    if (this.#lateSlot !== NO_SLOT) slots.giveBack(this.#lateSlot)
    this.#openSlot = this.#lateSlot = NO_SLOT
    this.#sealedMaxMs = -Infinity
  }

  /** Index of the first chunk that ends within the range or after it. Searched from the newest, which are asked for most. */
  #firstChunkFor({ minMs }: TimeRange): number {
    let first = this.#chunks.length
    for (; first > 0; first--) {
      const [words, at] = this.#chunkAt(first - 1)
      if (chunkMaxMs(words, at) < minMs) break
    }
    return first
  }

  #chunkAt(index: number): [words: Uint32Array, at: number] {
    const { arena } = this.#memory
    const address = this.#chunks[index] ?? 0
    return [arena.wordsOf(address), arena.offsetOf(address)]
  }

  #openOverlaps(range: TimeRange): boolean {
    if (this.#openSlot === NO_SLOT) return false
    const { slots } = this.#memory
    return slots.timeMs(this.#openSlot, 0) <= range.maxMs && slots.lastMs(this.#openSlot) >= range.minMs
  }

  /** Series that begin together would all seal in the same scrape; the first chunk of each has another length. */
  #openLimit(): number {
    return this.#chunks.length === 0 ? SLOT_SAMPLES / 2 + (this.id % (SLOT_SAMPLES / 2 + 1)) : SLOT_SAMPLES
  }

  #seal(): void {
    const { slots } = this.#memory
    scratch.ensure(SLOT_SAMPLES)
    const count = slots.count(this.#openSlot)
    const stale = slots.copy(this.#openSlot, scratch, 0)
    this.#pack(scratch, count)
    if (stale) scratch.stale.fill(0, 0, count)
    slots.giveBack(this.#openSlot)
    this.#openSlot = NO_SLOT
  }

  #appendLate(timestampMs: number, value: number, stale: number): void {
    const { slots } = this.#memory
    if (this.#lateSlot === NO_SLOT) this.#lateSlot = slots.take()
    if (slots.put(this.#lateSlot, timestampMs, value, stale) !== 'refused') return
    this.#mergeLate()
    this.#appendLate(timestampMs, value, stale)
  }

  /** Packs the late samples and the sealed chunks from the first of their times on again. */
  #mergeLate(): void {
    if (this.#lateSlot === NO_SLOT) return
    const { slots } = this.#memory
    const late = new SampleColumns(SLOT_SAMPLES)
    const lateCount = slots.count(this.#lateSlot)
    slots.copy(this.#lateSlot, late, 0)
    slots.giveBack(this.#lateSlot)
    this.#lateSlot = NO_SLOT

    const sealed = this.#unpackFrom(late.timestampsMs[0] ?? 0)
    const merged = new SampleColumns(sealed.count + lateCount)
    this.#pack(merged, mergeColumns({ columns: late, count: lateCount }, sealed, merged))
  }

  /** Takes the sealed chunks that end at or after the time out of the series and gives their samples. */
  #unpackFrom(minMs: number): CountedColumns {
    const { arena } = this.#memory
    const first = this.#chunks.findIndex(
      (address) => chunkMaxMs(arena.wordsOf(address), arena.offsetOf(address)) >= minMs,
    )
    const taken = first === -1 ? [] : this.#chunks.splice(first)
    const columns = new SampleColumns(
      taken.reduce((total, address) => total + chunkCount(arena.wordsOf(address), arena.offsetOf(address)), 0),
    )
    let count = 0
    for (const address of taken) {
      const [words, at] = [arena.wordsOf(address), arena.offsetOf(address)]
      decodeChunk(words, at, columns, count)
      count += chunkCount(words, at)
      arena.release(address)
    }
    return { columns, count }
  }

  /** Appends the samples as sealed chunks of about equal size. */
  #pack(columns: SampleColumns, count: number): void {
    if (count === 0) return
    const { arena } = this.#memory
    const size = Math.ceil(count / Math.ceil(count / REPACKED_SAMPLES))
    for (let from = 0; from < count; ) {
      const length = lengthWithin(columns.timestampsMs, from, Math.min(from + size, count))
      this.#chunks.push(arena.add(encodeChunk(columns, from, length)))
      from += length
    }
    this.#sealedMaxMs = Math.max(this.#sealedMaxMs, columns.timestampsMs[count - 1] ?? 0)
  }

  #releaseFirst(count: number): void {
    if (count === 0) return
    for (const address of this.#chunks.splice(0, count)) this.#memory.arena.release(address)
  }
}

interface CountedColumns {
  readonly columns: SampleColumns
  readonly count: number
}

/** Merges two ascending runs into `target`; of two samples of equal time that of `newer` counts. Gives the count. */
function mergeColumns(newer: CountedColumns, older: CountedColumns, target: SampleColumns): number {
  let size = 0
  const take = ({ columns }: CountedColumns, i: number): void => {
    target.timestampsMs[size] = columns.timestampsMs[i] ?? 0
    target.valueWords[2 * size] = columns.valueWords[2 * i] ?? 0
    target.valueWords[2 * size + 1] = columns.valueWords[2 * i + 1] ?? 0
    target.stale[size++] = columns.stale[i] ?? 0
  }
  let [i, j] = [0, 0]
  while (i < newer.count || j < older.count) {
    const newerMs = i < newer.count ? (newer.columns.timestampsMs[i] ?? 0) : Infinity
    const olderMs = j < older.count ? (older.columns.timestampsMs[j] ?? 0) : Infinity
    if (olderMs < newerMs) take(older, j++)
    else take(newer, i++)
    if (olderMs === newerMs) j++
  }
  return size
}

/** How many samples of [from, end) fit the time that one chunk may span. */
function lengthWithin(timestampsMs: Float64Array, from: number, end: number): number {
  let length = end - from
  while ((timestampsMs[from + length - 1] ?? 0) - (timestampsMs[from] ?? 0) > MAX_CHUNK_SPAN_MS) length--
  return length
}
