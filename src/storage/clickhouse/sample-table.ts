import { compareText, type Labels } from '../../model/labels.ts'
import type { Matcher } from '../../model/matcher.ts'
import type { SampleBatch } from '../../model/sample.ts'
import type { Exemplar, MetricMetadata, Series } from '../../model/series.ts'
import {
  ALL_TIMES,
  type Cancellation,
  type Cardinality,
  type SampleStore,
  type SelectHints,
  type TimeRange,
} from '../sample-store.ts'
import { readCardinality } from './cardinality-query.ts'
import type { Connection } from './connection.ts'
import { ExemplarTable } from './exemplar-table.ts'
import type { Journal } from './journal.ts'
import { MetadataTable } from './metadata-table.ts'
import { SampleReaderTable, type StoredSeries } from './sample-reader.ts'
import { SampleWriterTable } from './sample-writer.ts'
import { SeriesRegistry } from './series-registry.ts'
import { sql } from './sql.ts'
import type { CommitOptions } from './table-writer.ts'
import { timeCondition } from './time-condition.ts'

/** Series that the writer remembers to have stated. */
const REGISTRY_CAPACITY = 1_000_000
const IDS_PER_DELETE = 10_000

/** Samples in the tables `samples` and `series`. */
export class SampleTable implements SampleStore {
  readonly #connection: Connection
  readonly #registry = new SeriesRegistry(REGISTRY_CAPACITY)
  readonly #writer: SampleWriterTable
  readonly #reader: SampleReaderTable
  readonly #metadata: MetadataTable
  readonly #exemplars: ExemplarTable

  /** `journal`: where samples are committed before they reach the table; without one they are committed to the table. */
  constructor(connection: Connection, options: CommitOptions, journal: Journal | undefined) {
    this.#connection = connection
    this.#writer = new SampleWriterTable(connection, options, this.#registry, journal)
    this.#reader = new SampleReaderTable(connection)
    this.#metadata = new MetadataTable(connection, options)
    this.#exemplars = new ExemplarTable(connection, options)
  }

  write(batch: SampleBatch): Promise<void> {
    return this.#writer.write(batch)
  }

  writeMetadata(metadata: readonly MetricMetadata[]): Promise<void> {
    return this.#metadata.write(metadata)
  }

  writeExemplars(exemplars: readonly Exemplar[]): Promise<void> {
    return this.#exemplars.write(exemplars)
  }

  async *select(
    matchers: readonly Matcher[],
    range: TimeRange,
    hints: SelectHints,
    cancellation?: Cancellation,
  ): AsyncGenerator<readonly Series[], void, undefined> {
    await this.#writer.settle(range)
    yield* this.#reader.select(matchers, range, hints, cancellation)
  }

  async series(selectors: ReadonlyArray<readonly Matcher[]>, range: TimeRange): Promise<Labels[]> {
    return (await this.#seriesWithSamples(selectors, range)).map(({ labels }) => labels)
  }

  async labelNames(selectors: ReadonlyArray<readonly Matcher[]>, range: TimeRange): Promise<string[]> {
    const found = await this.#seriesWithSamples(selectors, range)
    return distinct(found.flatMap(({ labels }) => labels.names()))
  }

  async labelValues(name: string, selectors: ReadonlyArray<readonly Matcher[]>, range: TimeRange): Promise<string[]> {
    const found = await this.#seriesWithSamples(selectors, range)
    return distinct(found.map(({ labels }) => labels.get(name)).filter((value) => value !== ''))
  }

  metadata(): Promise<MetricMetadata[]> {
    return this.#metadata.all()
  }

  exemplars(selectors: ReadonlyArray<readonly Matcher[]>, range: TimeRange): Promise<Exemplar[]> {
    return this.#exemplars.find(selectors, range)
  }

  async cardinality(limit: number): Promise<Cardinality> {
    await this.#writer.settle(ALL_TIMES)
    return readCardinality(this.#connection, limit)
  }

  async deleteSamples(selectors: ReadonlyArray<readonly Matcher[]>, range: TimeRange): Promise<void> {
    await this.#writer.drain()
    await this.#writer.settle(ALL_TIMES)
    const found = await this.#reader.findSeries(selectors, range)
    for (let start = 0; start < found.length; start += IDS_PER_DELETE) {
      await this.#deleteOf(found.slice(start, start + IDS_PER_DELETE), range)
    }
    this.#registry.clear()
  }

  /** To be called when something else has removed series: those that come again are stated again. */
  forgetStatements(): void {
    this.#registry.clear()
  }

  async drain(): Promise<void> {
    await Promise.all([this.#writer.drain(), this.#metadata.drain(), this.#exemplars.drain()])
  }

  async #seriesWithSamples(selectors: ReadonlyArray<readonly Matcher[]>, range: TimeRange): Promise<StoredSeries[]> {
    await this.#writer.settle(range)
    return this.#reader.withSamples(await this.#reader.findSeries(selectors, range), range)
  }

  /** A series that has no sample left on a day is no longer stated for it, and is stated again when it comes back. */
  async #deleteOf(series: readonly StoredSeries[], range: TimeRange): Promise<void> {
    const ids = series.map(({ id }) => BigInt(id))
    await this.#connection.command(sql`
      DELETE FROM samples WHERE series IN ${ids} AND ${timeCondition('time', range)}`)
    await this.#connection.command(sql`
      DELETE FROM series WHERE series IN ${ids}
      AND (series, day) NOT IN (SELECT DISTINCT series, toDate(time) FROM samples WHERE series IN ${ids})`)
  }
}

function distinct(texts: readonly string[]): string[] {
  return [...new Set(texts)].sort(compareText)
}
