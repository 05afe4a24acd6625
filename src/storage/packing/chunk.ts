import { bitWidth, pack, packedWords, unpack } from './bit-packing.ts'
import type { SampleColumns } from './sample-columns.ts'
import {
  choosePacking,
  packingWords,
  type PackSource,
  packValues,
  readDouble,
  unpackValues,
  type ValueForm,
  type ValuePacking,
  writeDouble,
} from './value-packing.ts'

/**
 * A sealed chunk: consecutive samples of one series, compressed, in 32-bit words. A chunk is packed when all its samples are known,
 * so that each part takes the one width that fits all of them: no per-sample control bits as in Gorilla, and decoding is a few plain loops.
 *
 *     word 0     sample count (11 bits) | distinct count (11) | value form (2) | decimal scale (4) | has repeats (1) | has stale (1)
 *     word 1     size in words (12 bits) | width of times (6) | width of values (6) | width of low words (6)
 *     words 2-3  first time, a double
 *     word 4     last time less first time
 *     word 5     smallest difference of two neighbouring times
 *     times      each difference less the smallest; with equal intervals the width is 0 and there is nothing
 *     stale      only if any: one bit a sample
 *     changes    only where leaving out values that equal their predecessor saves room: one bit a sample, set where the value differs from the one before
 *     values     all values, or those that differ from their predecessor, in the form of `value-packing.ts`
 *
 * The value under a stale marker means nothing and is packed as a repeat; it is read back as NaN with the flag set.
 */
const HEADER_WORDS = 6

/** The most samples one chunk takes. */
export const MAX_CHUNK_SAMPLES = 1024
/** The longest time from first to last sample of a chunk: differences are kept in 32 bits. */
export const MAX_CHUNK_SPAN_MS = 2 ** 32 - 1

/** Room for the largest chunk: header, times, two bitmaps, and values that nothing makes smaller. */
const MAX_CHUNK_WORDS = HEADER_WORDS + 3 * MAX_CHUNK_SAMPLES + 2 * (MAX_CHUNK_SAMPLES / 32) + 4

const FORMS: readonly ValueForm[] = ['xor', 'steps', 'offsets']

/** Reused from call to call; nothing is kept in them between two calls. */
const encoded = new Uint32Array(MAX_CHUNK_WORDS)
const bits = new Uint32Array(MAX_CHUNK_SAMPLES / 32)
const differences = new Uint32Array(MAX_CHUNK_SAMPLES)
const distinct = new Float64Array(MAX_CHUNK_SAMPLES)
const distinctWords = new Uint32Array(distinct.buffer)
const repeated = new Float64Array(MAX_CHUNK_SAMPLES)
const repeatedWords = new Uint32Array(repeated.buffer)

/**
 * Compresses `columns[from..from + count)`: times are ascending integers, none equal, over at most `MAX_CHUNK_SPAN_MS`;
 * 1 <= count <= `MAX_CHUNK_SAMPLES`. The words that are handed out are overwritten by the next call.
 */
export function encodeChunk(columns: SampleColumns, from: number, count: number): Uint32Array {
  const firstMs = columns.timestampsMs[from] ?? 0
  const spanMs = (columns.timestampsMs[from + count - 1] ?? 0) - firstMs
  writeDouble(encoded, 2, firstMs)
  encoded[4] = spanMs
  const timeWidth = encodeTimes(columns.timestampsMs, from, count)
  let at = HEADER_WORDS + packedWords(count - 1, timeWidth)

  const stale = encodeStale(columns.stale, from, count, at)
  if (stale) at += bitmapWords(count)
  const { source, packing, repeats } = chooseValues(collectDistinct(columns, from, count), count)
  if (repeats) {
    encoded.set(bits.subarray(0, bitmapWords(count)), at)
    at += bitmapWords(count)
  }
  at = packValues(encoded, at, packing, source)

  encoded[0] = flagWord(count, source.count, packing) | (repeats ? 1 << 28 : 0) | (stale ? 1 << 29 : 0)
  encoded[1] = at | (timeWidth << 12) | (packing.width << 18) | (packing.lowWidth << 24)
  return encoded.subarray(0, at)
}

interface ChosenValues {
  readonly source: PackSource
  readonly packing: ValuePacking
  /** The source leaves out values that repeat the one before; `bits` says where. */
  readonly repeats: boolean
}

/** The values that differ from the one before, or all of them where that is no larger: what need not be spread out is read sooner. */
function chooseValues(distinctCount: number, count: number): ChosenValues {
  const source = { values: distinct, valueWords: distinctWords, count: distinctCount }
  const packing = choosePacking(distinct, distinctWords, distinctCount)
  if (distinctCount === 1 || distinctCount === count) return { source, packing, repeats: false }
  spread(bits, 0, distinctWords, { from: 0, target: repeatedWords, to: 0, count })
  const all = { values: repeated, valueWords: repeatedWords, count }
  const packingOfAll = choosePacking(repeated, repeatedWords, count)
  const sizeWords = packingWords(packing, distinctCount) + bitmapWords(count)
  return packingWords(packingOfAll, count) <= sizeWords
    ? { source: all, packing: packingOfAll, repeats: false }
    : { source, packing, repeats: true }
}

function flagWord(count: number, distinctCount: number, packing: ValuePacking): number {
  return count | (distinctCount << 11) | (FORMS.indexOf(packing.form) << 22) | (packing.scale << 24)
}

/** Packs the times behind the header and gives their width. */
function encodeTimes(timestampsMs: Float64Array, from: number, count: number): number {
  let min = count > 1 ? Infinity : 0
  let max = 0
  for (let i = 1; i < count; i++) {
    const difference = (timestampsMs[from + i] ?? 0) - (timestampsMs[from + i - 1] ?? 0)
    min = Math.min(min, difference)
    max = Math.max(max, difference)
  }
  const width = bitWidth(max - min)
  for (let i = 1; i < count; i++) {
    differences[i - 1] = (timestampsMs[from + i] ?? 0) - (timestampsMs[from + i - 1] ?? 0) - min
  }
  encoded[5] = min
  pack(encoded, HEADER_WORDS, width, differences, count - 1)
  return width
}

/** Writes the bitmap of stale markers at `at`; false, and nothing of use written, when there are none. */
function encodeStale(stale: Uint8Array, from: number, count: number, at: number): boolean {
  let any = false
  bits.fill(0, 0, bitmapWords(count))
  for (let i = 0; i < count; i++) {
    if (stale[from + i] !== 1) continue
    bits[i >>> 5] = (bits[i >>> 5] ?? 0) | (1 << (i & 31))
    any = true
  }
  if (any) encoded.set(bits.subarray(0, bitmapWords(count)), at)
  return any
}

/**
 * Collects the values that differ from the one before, and marks their places in `bits`. Gives how many there are.
 * A stale marker counts as a repeat; those at the beginning repeat the first real value in advance.
 */
function collectDistinct({ valueWords, stale }: SampleColumns, from: number, count: number): number {
  bits.fill(0, 0, bitmapWords(count))
  const firstReal = stale.indexOf(0, from)
  let size = 0
  for (let i = 0; i < count; i++) {
    if (size > 0 && stale[from + i] === 1) continue
    const source = size === 0 && firstReal < from + count ? Math.max(firstReal, 0) : from + i
    const low = valueWords[2 * source] ?? 0
    const high = valueWords[2 * source + 1] ?? 0
    if (size > 0 && low === distinctWords[2 * size - 2] && high === distinctWords[2 * size - 1]) continue
    distinctWords[2 * size] = low
    distinctWords[2 * size + 1] = high
    bits[i >>> 5] = (bits[i >>> 5] ?? 0) | (1 << (i & 31))
    size++
  }
  return size
}

function bitmapWords(count: number): number {
  return (count + 31) >>> 5
}

export function chunkCount(words: Uint32Array, at: number): number {
  return (words[at] ?? 0) & 0x7ff
}

/** Size in words of the chunk that begins at `at`. */
export function chunkSize(words: Uint32Array, at: number): number {
  return (words[at + 1] ?? 0) & 0xfff
}

export function chunkMinMs(words: Uint32Array, at: number): number {
  return readDouble(words, at + 2)
}

export function chunkMaxMs(words: Uint32Array, at: number): number {
  return readDouble(words, at + 2) + (words[at + 4] ?? 0)
}

/** Decodes the whole chunk at `words[at]` into `columns` from index `to` on, which must have the room. Gives whether any sample is stale. */
export function decodeChunk(words: Uint32Array, at: number, columns: SampleColumns, to: number): boolean {
  const flags = words[at] ?? 0
  const sizes = words[at + 1] ?? 0
  const count = flags & 0x7ff
  const distinctCount = (flags >>> 11) & 0x7ff
  const packing = {
    form: FORMS[(flags >>> 22) & 3] ?? 'xor',
    scale: (flags >>> 24) & 0xf,
    width: (sizes >>> 18) & 0x3f,
    lowWidth: (sizes >>> 24) & 0x3f,
  }
  let next = decodeTimes(words, at, (sizes >>> 12) & 0x3f, { timestampsMs: columns.timestampsMs, to, count })
  const staleAt = next
  const stale = (flags & (1 << 29)) !== 0
  if (stale) next += bitmapWords(count)
  const changesAt = next
  if ((flags & (1 << 28)) !== 0) next += bitmapWords(count)

  // Distinct values are unpacked to the end of their place and then spread from its beginning: no second buffer is needed.
  const from = to + count - distinctCount
  unpackValues(words, next, packing, {
    values: columns.values,
    valueWords: columns.valueWords,
    count: distinctCount,
    from,
  })
  if (distinctCount === 1) fillWords(columns.valueWords, to, count)
  else if (distinctCount < count)
    spread(words, changesAt, columns.valueWords, { from, target: columns.valueWords, to, count })
  if (stale) markStale(words, staleAt, columns, { to, count })
  return stale
}

interface TimesTarget {
  readonly timestampsMs: Float64Array
  readonly to: number
  readonly count: number
}

function decodeTimes(words: Uint32Array, at: number, width: number, target: TimesTarget): number {
  const { timestampsMs, to, count } = target
  const min = words[at + 5] ?? 0
  let timeMs = chunkMinMs(words, at)
  timestampsMs[to] = timeMs
  if (width === 0) {
    for (let i = 1; i < count; i++) timestampsMs[to + i] = timeMs + i * min
    return at + HEADER_WORDS
  }
  const next = unpack(words, at + HEADER_WORDS, width, differences, count - 1)
  for (let i = 1; i < count; i++) {
    timeMs += min + (differences[i - 1] ?? 0)
    timestampsMs[to + i] = timeMs
  }
  return next
}

/** Repeats the last value of the place, the only distinct one, over all of it. */
function fillWords(valueWords: Uint32Array, to: number, count: number): void {
  const low = valueWords[2 * (to + count - 1)] ?? 0
  const high = valueWords[2 * (to + count - 1) + 1] ?? 0
  for (let i = to; i < to + count; i++) {
    valueWords[2 * i] = low
    valueWords[2 * i + 1] = high
  }
}

interface Place {
  readonly to: number
  readonly count: number
}

interface Spread extends Place {
  readonly from: number
  readonly target: Uint32Array
}

/** Puts values where the bitmap says that they begin, and repeats each until the next. Source and target may be the same memory. */
function spread(words: Uint32Array, changesAt: number, valueWords: Uint32Array, place: Spread): void {
  const { from, target, to, count } = place
  // The first bit is always set.
  let at = from - 1
  for (let i = 0; i < count; i++) {
    // Added, not branched on: where values change can be guessed by nobody, the processor included.
    at += (words[changesAt + (i >>> 5)]! >>> (i & 31)) & 1
    target[2 * (to + i)] = valueWords[2 * at]!
    target[2 * (to + i) + 1] = valueWords[2 * at + 1]!
  }
}

function markStale(words: Uint32Array, staleAt: number, { values, stale }: SampleColumns, { to, count }: Place): void {
  for (let i = 0; i < count; i++) {
    if (((words[staleAt + (i >>> 5)] ?? 0) & (1 << (i & 31))) === 0) continue
    stale[to + i] = 1
    values[to + i] = NaN
  }
}
