import type { TimeRange } from '../sample-store.ts'
import { chunkCount, chunkSize, decodeChunk } from './chunk.ts'
import { type ReadSamples, trimmed } from './read-samples.ts'
import type { SampleColumns } from './sample-columns.ts'
import { readDouble, writeDouble } from './value-packing.ts'

/**
 * The samples of a series as they lie in memory, copied into one run of 32-bit words for whoever unpacks them elsewhere:
 *
 *     word 0        number of chunks
 *     chunks        one behind the other
 *     one word      number of raw samples | whether any is stale (the highest bit)
 *     two words     the time that distances are counted from, a double; only where there are raw samples, as all that follows
 *     distances     a word a sample, signed
 *     values        two words a sample
 *     stale         only if any: a word a sample
 */
const STALE = 0x80000000

/** Samples that are not compressed: `count` of them from index `first` on, ascending. */
export interface RawSamples {
  readonly first: number
  readonly count: number
  readonly baseMs: number
  readonly distancesMs: Int32Array
  /** The values as pairs of words, low first. */
  readonly valueWords: Uint32Array
  readonly stale: Uint8Array
}

/** Copies the chunk at `source[from]` to `words[to]`. Gives the index behind it; -1 where there is no room. */
export function copyChunk(source: Uint32Array, from: number, words: Uint32Array, to: number): number {
  const size = chunkSize(source, from)
  if (to + size > words.length) return -1
  // A plain loop: chunks are a few dozen words.
  for (let i = 0; i < size; i++) words[to + i] = source[from + i]!
  return to + size
}

/** Ends a packed series that has no raw samples. Gives the index behind it; -1 where there is no room. */
export function copyNothing(words: Uint32Array, to: number): number {
  if (to >= words.length) return -1
  words[to] = 0
  return to + 1
}

/** Ends a packed series by its raw samples. Gives the index behind them; -1 where there is no room. */
export function copyRaw(raw: RawSamples, words: Uint32Array, to: number): number {
  const { first, count, distancesMs, valueWords, stale } = raw
  if (to + 3 + 4 * count > words.length) return -1
  let at = to + 3
  writeDouble(words, to + 1, raw.baseMs)
  for (let i = first; i < first + count; i++) words[at++] = distancesMs[i]!
  for (let i = 2 * first; i < 2 * (first + count); i++) words[at++] = valueWords[i]!
  let any = 0
  for (let i = first; i < first + count; i++) any |= stale[i]!
  words[to] = any === 0 ? count : count | STALE
  if (any !== 0) for (let i = first; i < first + count; i++) words[at++] = stale[i]!
  return at
}

/** Unpacks the series at `words[at]` into the columns from their beginning, which makes room, and leaves what lies in the range. */
export function readPacked(words: Uint32Array, at: number, columns: SampleColumns, range: TimeRange): ReadSamples {
  const chunks = words[at]!
  let next = at + 1
  let end = 0
  let stale = false
  for (let i = 0; i < chunks; i++) {
    const count = chunkCount(words, next)
    columns.ensure(end + count)
    stale = decodeChunk(words, next, columns, end) || stale
    next += chunkSize(words, next)
    end += count
  }
  const count = words[next]! & ~STALE
  columns.ensure(end + count)
  if (count > 0) stale = readRaw(words, next, columns, end) || stale
  return trimmed(columns, { from: 0, end: end + count, stale }, range)
}

/** Gives whether any of the samples is stale. */
function readRaw(
  words: Uint32Array,
  at: number,
  { timestampsMs, valueWords, stale }: SampleColumns,
  to: number,
): boolean {
  const isStale = words[at]! >= STALE
  const count = words[at]! & ~STALE
  const baseMs = readDouble(words, at + 1)
  let next = at + 3
  for (let i = to; i < to + count; i++) timestampsMs[i] = baseMs + (words[next++]! | 0)
  for (let i = 2 * to; i < 2 * (to + count); i++) valueWords[i] = words[next++]!
  if (isStale) for (let i = to; i < to + count; i++) stale[i] = words[next++]!
  return isStale
}
