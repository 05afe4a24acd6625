import type { Labels } from '../../model/labels.ts'
import type { SampleBatch } from '../../model/sample.ts'
import { nextTurn } from '../../util/steps.ts'
import { ByteWriter } from './byte-writer.ts'
import type { Connection } from './connection.ts'
import { GroupCommit } from './group-commit.ts'
import { column, pairs, text, type Column } from './native-writer.ts'
import { dayOf, isStated, markStated, type SeriesRegistry, type SeriesEntry } from './series-registry.ts'
import { TableWriter, type CommitOptions } from './table-writer.ts'

interface SeriesDay {
  readonly entry: SeriesEntry
  readonly labels: Labels
  readonly day: number
}

const SERIES_COLUMNS: readonly Column<SeriesDay>[] = [
  column('day', 'Date', (out, { day }) => out.uint16(Math.min(Math.max(day, 0), 0xffff))),
  text('name', ({ labels }) => labels.metricName),
  column('series', 'UInt64', (out, { entry }) => out.uint64(entry.idHigh, entry.idLow)),
  pairs('labels', ({ labels }) => labels.pairs),
]

const SAMPLE_TARGET = { table: 'samples', columns: ['series', 'time', 'value', 'stale'] }

/** Samples encoded at a time, so that a big batch does not hold the event loop. */
const SAMPLES_PER_BLOCK = 50_000
/** Series whose ids are looked up or, for new ones, computed in one go. */
const SERIES_PER_STEP = 2_000

/** Commits samples, and before them, once for each series and day, the labels. */
export class SampleWriterTable {
  readonly #registry: SeriesRegistry
  readonly #series: TableWriter<SeriesDay>
  readonly #samples: GroupCommit

  constructor(connection: Connection, options: CommitOptions, registry: SeriesRegistry) {
    this.#registry = registry
    this.#series = new TableWriter(connection, 'series', SERIES_COLUMNS, options)
    this.#samples = new GroupCommit({
      ...options,
      table: SAMPLE_TARGET.table,
      insert: (blocks) => connection.insert(SAMPLE_TARGET, blocks),
    })
  }

  async write(batch: SampleBatch): Promise<void> {
    if (batch.series.length === 0) return
    if (batch.histograms.size > 0) throw new Error('native histograms cannot be stored yet: send classic histograms')
    const entries = await this.#entriesOf(batch.labels)
    await this.#state(unstatedDays(batch, entries))
    const blocks: Buffer[] = []
    for (let start = 0; start < batch.series.length; start += SAMPLES_PER_BLOCK) {
      if (start > 0) await nextTurn()
      blocks.push(encodeSamples(batch, entries, start, Math.min(start + SAMPLES_PER_BLOCK, batch.series.length)))
    }
    await this.#samples.write(blocks, batch.series.length)
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
  for (let i = 0; i < batch.series.length; i++) {
    const series = batch.series[i] ?? 0
    const entry = entries[series]
    if (entry === undefined) throw new Error(`sample ${i} of the batch names series ${series}, which it has not`)
    const day = dayOf(batch.timestampsMs[i] ?? 0)
    if (entry.newestDay === day || isStated(entry, day)) continue
    const days = found.get(series) ?? new Set()
    found.set(series, days.add(day))
  }
  return [...found].flatMap(([series, days]) => {
    const [entry, labels] = [entries[series], batch.labels[series]]
    return entry === undefined || labels === undefined ? [] : Array.from(days, (day) => ({ entry, labels, day }))
  })
}

/** Encoding never waits, so one writer serves all. */
const scratch = new ByteWriter()

/** By hand instead of through `Column`s, because a sample is four numbers and there are very many. */
function encodeSamples(batch: SampleBatch, entries: readonly SeriesEntry[], start: number, end: number): Buffer {
  const out = scratch
  out.clear()
  out.varint(4)
  out.varint(end - start)
  out.text('series')
  out.text('UInt64')
  for (let i = start; i < end; i++) {
    const entry = entries[batch.series[i] ?? 0]
    out.uint64(entry?.idHigh ?? 0, entry?.idLow ?? 0)
  }
  out.text('time')
  out.text("DateTime64(3, 'UTC')")
  for (let i = start; i < end; i++) out.int64(batch.timestampsMs[i] ?? 0)
  out.text('value')
  out.text('Float64')
  out.raw(bytesOf(batch.values.subarray(start, end)))
  out.text('stale')
  out.text('UInt8')
  out.raw(batch.stale.subarray(start, end))
  return out.take()
}

function bytesOf(values: Float64Array): Uint8Array {
  return new Uint8Array(values.buffer, values.byteOffset, values.byteLength)
}
