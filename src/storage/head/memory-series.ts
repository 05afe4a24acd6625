import type { Labels } from '../../model/labels.ts'
import type { TimeRange } from '../sample-store.ts'
import { type ChunkArena, type ChunkStay, NO_CHUNK } from './chunk-arena.ts'
import {
  chunkCount,
  chunkMaxMs,
  chunkMinMs,
  chunkSize,
  decodeChunk,
  encodeChunk,
  MAX_CHUNK_SPAN_MS,
} from '../packing/chunk.ts'
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

/** Of so many slots, each packed when it is full, one chunk is made: small ones are mostly heads, and raw samples take five times the room. */
const SLOTS_PER_CHUNK = 4
const CHUNK_SAMPLES = SLOTS_PER_CHUNK * SLOT_SAMPLES
const NO_SLOT = -1

/** Room for packing; nothing is kept in it between two calls. */
const scratch = new SampleColumns(CHUNK_SAMPLES)

/**
 * One series of the head: sealed chunks, the last of them small ones of a slot each, then an open one. Its samples are ascending over all chunks at any
 * time, except for those that came after their chunk was sealed: they wait in a slot of their own and are merged when the slot is full or the series is read.
 */
export class MemorySeries {
  readonly id: number
  readonly labels: Labels
  readonly #memory: SampleMemory
  /** Address of the newest sealed chunk, from which the others are found. */
  #newestChunk = NO_CHUNK
  /** How many of the newest chunks hold one slot each. Series that begin together count from different numbers, so that they do not all pack at once. */
  #smallChunks: number
  #openSlot = NO_SLOT
  #lateSlot = NO_SLOT
  #sealedMaxMs = -Infinity
  #ended = false

  constructor(id: number, labels: Labels, memory: SampleMemory) {
    this.id = id
    this.labels = labels
    this.#memory = memory
    this.#smallChunks = id % SLOTS_PER_CHUNK
  }

  /** Time of the newest sample, -Infinity when there is none. */
  get maxMs(): number {
    return this.#openSlot === NO_SLOT ? this.#sealedMaxMs : this.#memory.slots.lastMs(this.#openSlot)
  }

  /** Time of the oldest sample that is not waiting to be merged, Infinity when there is none. */
  get minMs(): number {
    const { arena, slots } = this.#memory
    let minMs = this.#openSlot === NO_SLOT ? Infinity : slots.timeMs(this.#openSlot, 0)
    for (let chunk = this.#newestChunk; chunk !== NO_CHUNK; chunk = arena.previousOf(chunk)) {
      minMs = chunkMinMs(arena.wordsOf(chunk), arena.offsetOf(chunk))
    }
    return minMs
  }

  /** Sealed chunks and the open one. */
  get chunkCount(): number {
    let count = this.#openSlot === NO_SLOT ? 0 : 1
    for (let chunk = this.#newestChunk; chunk !== NO_CHUNK; chunk = this.#memory.arena.previousOf(chunk)) count++
    return count
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
    for (let chunk = this.#newestChunk; chunk !== NO_CHUNK; chunk = arena.previousOf(chunk)) {
      const [words, at] = [arena.wordsOf(chunk), arena.offsetOf(chunk)]
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
    return this.#openCountFor(range) + this.#sealedFor(range).samples
  }

  /** Decodes the samples in the range into `columns` somewhere behind index `to`, which makes room for them. */
  read(range: TimeRange, columns: SampleColumns, to: number): ReadSamples {
    this.#mergeLate()
    const { arena, slots } = this.#memory
    const sealed = this.#sealedFor(range)
    const openCount = this.#openCountFor(range)
    const sealedEnd = to + sealed.samples
    const end = sealedEnd + openCount
    columns.ensure(end)
    let stale = openCount > 0 && slots.copy(this.#openSlot, columns, sealedEnd)
    // From the newest to the oldest, as they are linked.
    let at = sealedEnd
    for (let chunk = sealed.newest; at > to; chunk = arena.previousOf(chunk)) {
      const [words, offset] = [arena.wordsOf(chunk), arena.offsetOf(chunk)]
      at -= chunkCount(words, offset)
      stale = decodeChunk(words, offset, columns, at) || stale
    }
    return trimmed(columns, { from: to, end, stale }, range)
  }

  /**
   * Copies to `words[at]` what `read` would decode, for `readPacked` to do it elsewhere. Gives the index behind it; -1 where there is no room,
   * and nothing of use written.
   */
  pack(range: TimeRange, words: Uint32Array, at: number): number {
    this.#mergeLate()
    const { arena, slots } = this.#memory
    const sealed = this.#sealedFor(range)
    const sealedEnd = at + 1 + sealed.words
    if (sealedEnd > words.length) return -1
    words[at] = sealed.chunks
    let to = sealedEnd
    for (let chunk = sealed.newest; to > at + 1; chunk = arena.previousOf(chunk)) {
      const [source, from] = [arena.wordsOf(chunk), arena.offsetOf(chunk)]
      to -= chunkSize(source, from)
      copyChunk(source, from, words, to)
    }
    return this.#openCountFor(range) > 0 ? slots.pack(this.#openSlot, words, sealedEnd) : copyNothing(words, sealedEnd)
  }

  /** Lets go of chunks whose last sample is before `minMs`, and moves those that keep a sparse slab alive. */
  truncate(minMs: number): void {
    this.#mergeLate()
    const { arena } = this.#memory
    let newer = NO_CHUNK
    let chunk = this.#newestChunk
    while (chunk !== NO_CHUNK && chunkMaxMs(arena.wordsOf(chunk), arena.offsetOf(chunk)) >= minMs) {
      const moved = arena.relocate(chunk)
      if (moved !== chunk) this.#linkFrom(newer, moved)
      newer = moved
      chunk = arena.previousOf(moved)
    }
    if (chunk === NO_CHUNK) return
    this.#linkFrom(newer, NO_CHUNK)
    this.#releaseFrom(chunk)
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
    this.#pack(columns, older + newer.end - newer.from, 'long')
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
    this.#releaseFrom(this.#newestChunk)
    if (this.#openSlot !== NO_SLOT) slots.giveBack(this.#openSlot)
    if (this.#lateSlot !== NO_SLOT) slots.giveBack(this.#lateSlot)
    this.#openSlot = this.#lateSlot = NO_SLOT
    this.#newestChunk = NO_CHUNK
    this.#smallChunks = 0
    this.#sealedMaxMs = -Infinity
  }

  /** The sealed chunks that overlap the range: the newest of them, and how much they and those before them hold. */
  #sealedFor({ minMs, maxMs }: TimeRange): SealedRun {
    const { arena } = this.#memory
    let [newest, chunks, samples, size] = [NO_CHUNK, 0, 0, 0]
    for (let chunk = this.#newestChunk; chunk !== NO_CHUNK; chunk = arena.previousOf(chunk)) {
      const [words, at] = [arena.wordsOf(chunk), arena.offsetOf(chunk)]
      if (chunkMaxMs(words, at) < minMs) break
      if (chunkMinMs(words, at) > maxMs) continue
      if (newest === NO_CHUNK) newest = chunk
      chunks++
      samples += chunkCount(words, at)
      size += chunkSize(words, at)
    }
    return { newest, chunks, samples, words: size }
  }

  /** How many samples the open chunk has, when it overlaps the range. */
  #openCountFor(range: TimeRange): number {
    if (this.#openSlot === NO_SLOT) return 0
    const { slots } = this.#memory
    const overlaps = slots.timeMs(this.#openSlot, 0) <= range.maxMs && slots.lastMs(this.#openSlot) >= range.minMs
    return overlaps ? slots.count(this.#openSlot) : 0
  }

  /** Series that begin together would all seal in the same scrape; the first chunk of each has another length. */
  #openLimit(): number {
    if (this.#newestChunk !== NO_CHUNK) return SLOT_SAMPLES
    return SLOT_SAMPLES / 2 + (Math.floor(this.id / SLOTS_PER_CHUNK) % (SLOT_SAMPLES / 2 + 1))
  }

  /** Packs the open chunk: alone, or with the small ones before it when there are enough of them. */
  #seal(): void {
    const { slots } = this.#memory
    const isChunkFull = this.#smallChunks === SLOTS_PER_CHUNK - 1
    const before = isChunkFull ? this.#takeNewest(this.#smallChunks, scratch) : 0
    const count = before + slots.count(this.#openSlot)
    slots.copy(this.#openSlot, scratch, before)
    this.#pack(scratch, count, isChunkFull ? 'long' : 'short')
    this.#smallChunks = isChunkFull ? 0 : this.#smallChunks + 1
    scratch.stale.fill(0, 0, count)
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

    const sealed = new SampleColumns(0)
    const { chunks } = this.#sealedFor({ minMs: late.timestampsMs[0] ?? 0, maxMs: Infinity })
    const sealedCount = this.#takeNewest(chunks, sealed)
    const merged = new SampleColumns(sealedCount + lateCount)
    const newer = { columns: late, count: lateCount }
    this.#pack(merged, mergeColumns(newer, { columns: sealed, count: sealedCount }, merged), 'long')
    this.#smallChunks = 0
  }

  /** Takes so many of the newest sealed chunks out of the series and unpacks them to the beginning of the columns. Gives the number of samples. */
  #takeNewest(chunks: number, columns: SampleColumns): number {
    const { arena } = this.#memory
    let samples = 0
    for (let i = 0, chunk = this.#newestChunk; i < chunks && chunk !== NO_CHUNK; i++, chunk = arena.previousOf(chunk)) {
      samples += chunkCount(arena.wordsOf(chunk), arena.offsetOf(chunk))
    }
    columns.ensure(samples)
    for (let at = samples; at > 0; ) {
      const chunk = this.#newestChunk
      const [words, offset] = [arena.wordsOf(chunk), arena.offsetOf(chunk)]
      at -= chunkCount(words, offset)
      decodeChunk(words, offset, columns, at)
      this.#newestChunk = arena.previousOf(chunk)
      arena.release(chunk)
    }
    return samples
  }

  /** Appends the samples as sealed chunks of about equal size. */
  #pack(columns: SampleColumns, count: number, stay: ChunkStay): void {
    if (count === 0) return
    const { arena } = this.#memory
    const size = Math.ceil(count / Math.ceil(count / CHUNK_SAMPLES))
    for (let from = 0; from < count; ) {
      const length = lengthWithin(columns.timestampsMs, from, Math.min(from + size, count))
      this.#newestChunk = arena.add(encodeChunk(columns, from, length), this.#newestChunk, stay)
      from += length
    }
    this.#sealedMaxMs = Math.max(this.#sealedMaxMs, columns.timestampsMs[count - 1] ?? 0)
  }

  /** Makes a chunk the one before `newer`, or the newest when that is none. */
  #linkFrom(newer: number, chunk: number): void {
    if (newer === NO_CHUNK) this.#newestChunk = chunk
    else this.#memory.arena.link(newer, chunk)
  }

  /** Releases a chunk and all before it. */
  #releaseFrom(newest: number): void {
    const { arena } = this.#memory
    for (let chunk = newest; chunk !== NO_CHUNK; ) {
      const previous = arena.previousOf(chunk)
      arena.release(chunk)
      chunk = previous
    }
  }
}

/** Sealed chunks that follow each other: the newest, how many, and what they hold. */
interface SealedRun {
  readonly newest: number
  readonly chunks: number
  readonly samples: number
  /** Room that they take. */
  readonly words: number
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
