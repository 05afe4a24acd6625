import { hash } from 'node:crypto'
import type { Labels } from '../../model/labels.ts'

export const DAY_MS = 24 * 3_600_000

/** No day of a time that can be written; as a small integer. */
const NO_DAY = -(2 ** 31)

/** A series as the writer knows it, without its labels, because there may be very many. */
export class SeriesEntry {
  /** The id in two halves, because a number holds only 53 bits; with a sign, as which they need no object of their own. */
  readonly idHigh: number
  readonly idLow: number
  /** Days since 1970 for which the series is stated in the store: the newest here, for it is asked for with every sample. */
  newestDay = NO_DAY
  olderDays: Set<number> | undefined = undefined
  /** The memory of a registry that this belongs to. */
  readonly memory: object

  constructor(idHigh: number, idLow: number, memory: object) {
    this.idHigh = idHigh
    this.idLow = idLow
    this.memory = memory
  }
}

/**
 * What the writer has already stated in the table `series`. It holds a bounded number of series, half of them forgotten at a time;
 * a series that was forgotten is stated again, which changes nothing.
 *
 * An id is 12 bits of the SHA-256 of the metric's name, so that the series of a metric lie together on disk, and 52 bits of that of all labels.
 * Among a million series of one metric the chance that any two share an id is 1 in 9,000, among 100,000 it is 1 in 900,000;
 * samples of two such series would be read as one series under the labels of one of them.
 */
export class SeriesRegistry {
  readonly #capacity: number
  /** By the low half of the id. Of two with the same one, which hardly ever occur, the older is forgotten. */
  #young = new Map<number, SeriesEntry>()
  #old = new Map<number, SeriesEntry>()
  /** Changes when all is forgotten. */
  #memory: object = {}

  constructor(capacity: number) {
    this.#capacity = capacity
  }

  /** A note on the labels spares working out the id. */
  entryOf(labels: Labels): SeriesEntry {
    const noted = labels.storeNote
    if (noted instanceof SeriesEntry && noted.memory === this.#memory) return noted
    const entry = this.#entryOf(labels)
    labels.storeNote = entry
    return entry
  }

  /** After series were removed from the store, what is known of them is no longer true. */
  clear(): void {
    this.#young.clear()
    this.#old.clear()
    this.#memory = {}
  }

  #entryOf(labels: Labels): SeriesEntry {
    const entry = createEntry(labels, this.#memory)
    const known = sameAs(entry, this.#young.get(entry.idLow))
    if (known !== undefined) return known
    const older = sameAs(entry, this.#old.get(entry.idLow)) ?? entry
    if (this.#young.size >= this.#capacity / 2) {
      this.#old = this.#young
      this.#young = new Map()
    }
    this.#young.set(entry.idLow, older)
    return older
  }
}

function sameAs({ idHigh }: SeriesEntry, found: SeriesEntry | undefined): SeriesEntry | undefined {
  return found?.idHigh === idHigh ? found : undefined
}

export function isStated(entry: SeriesEntry, day: number): boolean {
  return entry.newestDay === day || entry.olderDays?.has(day) === true
}

/** To be called when the statement is committed, not before: else a sample could be found by nobody after a failure. */
export function markStated(entry: SeriesEntry, day: number): void {
  if (isStated(entry, day)) return
  if (entry.newestDay !== NO_DAY) {
    entry.olderDays ??= new Set()
    entry.olderDays.add(Math.min(day, entry.newestDay))
  }
  entry.newestDay = Math.max(day, entry.newestDay)
}

/** Of the high half of an id. */
const METRIC_BITS = 0xfff0_0000

function createEntry(labels: Labels, memory: object): SeriesEntry {
  const metric = hash('sha256', labels.metricName, 'buffer').readUInt32BE(0)
  const digest = hash('sha256', labels.key, 'buffer')
  const idHigh = (metric & METRIC_BITS) | (digest.readUInt32BE(0) & ~METRIC_BITS)
  return new SeriesEntry(idHigh, digest.readInt32BE(4), memory)
}

/** Days since 1970. */
export function dayOf(timestampMs: number): number {
  return Math.floor(timestampMs / DAY_MS)
}
