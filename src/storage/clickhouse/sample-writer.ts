import type { Labels } from '../../model/labels.ts'
import type { SampleBatch } from '../../model/sample.ts'
import { nextTurn } from '../../util/steps.ts'
import type { TimeRange } from '../sample-store.ts'
import type { Connection, InsertTarget } from './connection.ts'
import { GroupCommit } from './group-commit.ts'
import type { Journal, JournalBlock } from './journal.ts'
import { column, pairs, text, type Column } from './native-writer.ts'
import { encodeSamples, SAMPLE_COLUMNS } from './sample-block.ts'
import { DAY_MS, dayOf, isStated, markStated, type SeriesRegistry, type SeriesEntry } from './series-registry.ts'
import { TableWriter, type CommitOptions } from './table-writer.ts'

interface SeriesDay {
  readonly entry: SeriesEntry
  readonly labels: Labels
  readonly day: number
}

const SERIES_COLUMNS: readonly Column<SeriesDay>[] = [
  column('day', 'Date', (out, { day }) => out.uint16(Math.min(Math.max(day, 0), 0xffff))),
  text('name', ({ labels }) => labels.metricName),
  column('series', 'UInt64', (out, { entry }) => out.uint64(entry.idHigh >>> 0, entry.idLow >>> 0)),
  pairs('labels', ({ labels }) => labels.pairs),
]

export const SAMPLE_TARGET: InsertTarget = { table: 'samples', columns: SAMPLE_COLUMNS }

/** Samples encoded at a time, so that a big batch does not hold the event loop. */
const SAMPLES_PER_BLOCK = 50_000
/** Series whose ids are looked up or, for new ones, computed in one go. */
const SERIES_PER_STEP = 2_000

/** Commits samples, and before them, once for each series and day, the labels. With a journal samples are committed to it. */
export class SampleWriterTable {
  readonly #registry: SeriesRegistry
  readonly #series: TableWriter<SeriesDay>
  readonly #samples: GroupCommit<JournalBlock>
  readonly #journal: Journal | undefined

  constructor(connection: Connection, options: CommitOptions, registry: SeriesRegistry, journal: Journal | undefined) {
    this.#registry = registry
    this.#journal = journal
    this.#series = new TableWriter(connection, 'series', SERIES_COLUMNS, options)
    this.#samples = new GroupCommit({
      ...options,
      table: SAMPLE_TARGET.table,
      // A journal is appended to, for which nobody needs to gather; what comes during one append goes into the next.
      ...(journal === undefined ? {} : { intervalMs: 0 }),
      insert: (blocks) =>
        journal === undefined
          ? connection.insert(
              SAMPLE_TARGET,
              blocks.flatMap(({ pieces }) => pieces).map((piece) => Buffer.from(piece)),
            )
          : journal.append(blocks),
    })
  }

  async write(batch: SampleBatch): Promise<void> {
    if (batch.series.length === 0) return
    if (batch.histograms.size > 0) throw new Error('native histograms cannot be stored yet: send classic histograms')
    const entries = await this.#entriesOf(batch.labels)
    await this.#state(unstatedDays(batch, entries))
    const ids = idsOf(entries)
    const blocks: JournalBlock[] = []
    for (let start = 0; start < batch.series.length; start += SAMPLES_PER_BLOCK) {
      if (start > 0) await nextTurn()
      blocks.push(encodeSamples(batch, ids, start, Math.min(start + SAMPLES_PER_BLOCK, batch.series.length)))
    }
    await this.#samples.write(blocks, batch.series.length)
  }

  /** Resolves when the table itself holds every committed sample of the range. */
  async settle(range: TimeRange): Promise<void> {
    await this.#journal?.settle(range)
  }

  async drain(): Promise<void> {
    await this.#series.drain()
    await this.#samples.drain()
  }

  async #entriesOf(labels: readonly Labels[]): Promise<SeriesEntry[]> {
    const entries: SeriesEntry[] = []
    for (const [i, one] of labels.entries()) {
      if (i % SERIES_PER_STEP === SERIES_PER_STEP - 1) await nextTurn()
      entries.push(this.#registry.entryOf(one))
    }
    return entries
  }

  async #state(days: readonly SeriesDay[]): Promise<void> {
    await this.#series.write(days)
    for (const { entry, day } of days) markStated(entry, day)
  }
}

function unstatedDays(batch: SampleBatch, entries: readonly SeriesEntry[]): SeriesDay[] {
  const found = new Map<number, Set<number>>()
  let [lastSeries, dayStartMs, day] = [-1, Infinity, 0]
  for (let i = 0; i < batch.series.length; i++) {
    const series = batch.series[i] ?? 0
    const timestampMs = batch.timestampsMs[i] ?? 0
    const isSameDay = timestampMs >= dayStartMs && timestampMs < dayStartMs + DAY_MS
    if (series === lastSeries && isSameDay) continue
    lastSeries = series
    if (!isSameDay) {
      day = dayOf(timestampMs)
      dayStartMs = day * DAY_MS
    }
    const entry = entries[series]
    if (entry === undefined) throw new Error(`sample ${i} of the batch names series ${series}, which it has not`)
    if (entry.newestDay === day || isStated(entry, day)) continue
    const days = found.get(series) ?? new Set()
    found.set(series, days.add(day))
  }
  return [...found].flatMap(([series, days]) => {
    const [entry, labels] = [entries[series], batch.labels[series]]
    return entry === undefined || labels === undefined ? [] : Array.from(days, (day) => ({ entry, labels, day }))
  })
}

/** The ids of the series as pairs of words, low and high. */
function idsOf(entries: readonly SeriesEntry[]): Uint32Array {
  const ids = new Uint32Array(2 * entries.length)
  for (const [i, { idLow, idHigh }] of entries.entries()) {
    ids[2 * i] = idLow
    ids[2 * i + 1] = idHigh
  }
  return ids
}
