import { copyRaw } from '../packing/packed-series.ts'
import type { SampleColumns } from '../packing/sample-columns.ts'

/** Samples that one slot takes. */
export const SLOT_SAMPLES = 32
const PAGE_BITS = 10
const SLOTS_PER_PAGE = 1 << PAGE_BITS
/** Times are kept as distances from the first one, in 32 bits: ±24 days. */
const MAX_DISTANCE_MS = 2 ** 31 - 1

interface Page {
  readonly counts: Uint8Array
  /** Samples that each slot takes. */
  readonly limits: Uint8Array
  readonly basesMs: Float64Array
  readonly distancesMs: Int32Array
  readonly values: Float64Array
  /** The same memory as words. */
  readonly valueWords: Uint32Array
  readonly stale: Uint8Array
}

/** `refused`: the slot is full, or the time is too far from the others. */
export type PutResult = 'appended' | 'inserted' | 'replaced' | 'refused'

/**
 * Slots of up to `SLOT_SAMPLES` raw samples in ascending time, in pages of typed arrays: the open chunks of all series, and what came late.
 * Raw, because the newest samples are asked for most and are the ones that still change.
 */
export class SampleSlots {
  readonly #pages: Page[] = []
  readonly #free: number[] = []
  #size = 0

  get sizeBytes(): number {
    return this.#pages.length * SLOTS_PER_PAGE * (SLOT_SAMPLES * 13 + 10)
  }

  /** Gives an empty slot for `limit` samples. */
  take(limit = SLOT_SAMPLES): number {
    const slot = this.#free.pop() ?? this.#size++
    if (slot >= this.#pages.length * SLOTS_PER_PAGE) this.#pages.push(newPage())
    const page = this.#page(slot)
    page.counts[slot & (SLOTS_PER_PAGE - 1)] = 0
    page.limits[slot & (SLOTS_PER_PAGE - 1)] = limit
    return slot
  }

  giveBack(slot: number): void {
    this.#free.push(slot)
  }

  count(slot: number): number {
    return this.#page(slot).counts[slot & (SLOTS_PER_PAGE - 1)] ?? 0
  }

  /** Time of the sample at `index`, which must be below `count`. */
  timeMs(slot: number, index: number): number {
    const page = this.#page(slot)
    const inPage = slot & (SLOTS_PER_PAGE - 1)
    return (page.basesMs[inPage] ?? 0) + (page.distancesMs[inPage * SLOT_SAMPLES + index] ?? 0)
  }

  lastMs(slot: number): number {
    return this.timeMs(slot, this.count(slot) - 1)
  }

  /** Puts a sample in its place; one of the same time is replaced. */
  put(slot: number, timestampMs: number, value: number, stale: number): PutResult {
    const page = this.#page(slot)
    const inPage = slot & (SLOTS_PER_PAGE - 1)
    const count = page.counts[inPage] ?? 0
    const first = inPage * SLOT_SAMPLES
    if (count === 0) page.basesMs[inPage] = timestampMs
    const distanceMs = timestampMs - (page.basesMs[inPage] ?? 0)
    if (count === page.limits[inPage] || Math.abs(distanceMs) > MAX_DISTANCE_MS) return 'refused'
    const at = placeOf(page.distancesMs, distanceMs, first, first + count)
    const result = makeRoom(page, at, first + count, distanceMs)
    if (result !== 'replaced') page.counts[inPage] = count + 1
    page.distancesMs[at] = distanceMs
    page.values[at] = value
    page.stale[at] = stale
    return result
  }

  /** Copies all samples into `columns` from index `to` on, which must have the room. Gives whether any is stale. */
  copy(slot: number, columns: SampleColumns, to: number): boolean {
    const page = this.#page(slot)
    const { distancesMs, values, stale: flags } = page
    const { timestampsMs: toTimes, values: toValues } = columns
    const inPage = slot & (SLOTS_PER_PAGE - 1)
    const count = page.counts[inPage] ?? 0
    const first = inPage * SLOT_SAMPLES
    const baseMs = page.basesMs[inPage] ?? 0
    let stale = 0
    // A plain loop: for this few samples a native copy costs more than it saves.
    for (let i = 0; i < count; i++) {
      toTimes[to + i] = baseMs + distancesMs[first + i]!
      toValues[to + i] = values[first + i]!
      stale |= flags[first + i]!
    }
    if (stale !== 0) columns.stale.set(page.stale.subarray(first, first + count), to)
    return stale !== 0
  }

  /** Copies all samples to `words[to]`. Gives the index behind them; -1 where there is no room. */
  pack(slot: number, words: Uint32Array, to: number): number {
    const { counts, basesMs, distancesMs, valueWords, stale } = this.#page(slot)
    const inPage = slot & (SLOTS_PER_PAGE - 1)
    const [count, baseMs] = [counts[inPage] ?? 0, basesMs[inPage] ?? 0]
    return copyRaw({ first: inPage * SLOT_SAMPLES, count, baseMs, distancesMs, valueWords, stale }, words, to)
  }

  #page(slot: number): Page {
    const page = this.#pages[slot >>> PAGE_BITS]
    if (page === undefined) throw new Error(`slot ${slot} was never taken`)
    return page
  }
}

/** Opens a gap at `at` unless the sample there has this very time or `at` is the end. */
function makeRoom(page: Page, at: number, end: number, distanceMs: number): PutResult {
  if (at === end) return 'appended'
  if (page.distancesMs[at] === distanceMs) return 'replaced'
  page.distancesMs.copyWithin(at + 1, at, end)
  page.values.copyWithin(at + 1, at, end)
  page.stale.copyWithin(at + 1, at, end)
  return 'inserted'
}

/** The first index in [from, end) whose distance is not smaller, or `end`. Searched from the end, where samples usually belong. */
function placeOf(distancesMs: Int32Array, distanceMs: number, from: number, end: number): number {
  let at = end
  while (at > from && (distancesMs[at - 1] ?? 0) >= distanceMs) at--
  return at
}

function newPage(): Page {
  const samples = SLOTS_PER_PAGE * SLOT_SAMPLES
  const values = new Float64Array(samples)
  return {
    counts: new Uint8Array(SLOTS_PER_PAGE),
    limits: new Uint8Array(SLOTS_PER_PAGE),
    basesMs: new Float64Array(SLOTS_PER_PAGE),
    distancesMs: new Int32Array(samples),
    values,
    valueWords: new Uint32Array(values.buffer),
    stale: new Uint8Array(samples),
  }
}
