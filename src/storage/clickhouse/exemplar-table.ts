import { Labels } from '../../model/labels.ts'
import type { Matcher } from '../../model/matcher.ts'
import type { Exemplar } from '../../model/series.ts'
import type { TimeRange } from '../sample-store.ts'
import type { Connection } from './connection.ts'
import { matchesAny } from './label-condition.ts'
import { float, milliseconds, pairs, type Column } from './native-writer.ts'
import { numberOf, rowsOf, textsOf } from './result-row.ts'
import { sql } from './sql.ts'
import { TableWriter, type CommitOptions } from './table-writer.ts'
import { timeCondition } from './time-condition.ts'

const COLUMNS: readonly Column<Exemplar>[] = [
  milliseconds('time', ({ timestampMs }) => timestampMs),
  pairs('series_labels', ({ seriesLabels }) => seriesLabels.pairs),
  pairs('labels', ({ labels }) => labels.pairs),
  float('value', ({ value }) => value),
]

/** The newest exemplars that one question gives; there may be one for every sample. */
const MAX_FOUND = 10_000

/** Exemplars by time. */
export class ExemplarTable {
  readonly #connection: Connection
  readonly #writer: TableWriter<Exemplar>

  constructor(connection: Connection, options: CommitOptions) {
    this.#connection = connection
    this.#writer = new TableWriter(connection, 'exemplars', COLUMNS, options)
  }

  write(exemplars: readonly Exemplar[]): Promise<void> {
    return this.#writer.write(exemplars)
  }

  async find(selectors: ReadonlyArray<readonly Matcher[]>, range: TimeRange): Promise<Exemplar[]> {
    const statement = sql`
      SELECT toUnixTimestamp64Milli(time) AS time_ms, value,
        series_labels AS series_pairs, labels AS pairs FROM exemplars FINAL
      WHERE ${timeCondition('time', range)} ORDER BY time`
    const found = rowsOf(await this.#connection.query(statement)).map((row) => ({
      seriesLabels: Labels.fromSorted(textsOf(row, 'series_pairs')),
      labels: Labels.fromSorted(textsOf(row, 'pairs')),
      value: numberOf(row, 'value'),
      timestampMs: numberOf(row, 'time_ms'),
    }))
    return found.filter(({ seriesLabels }) => matchesAny(selectors, (name) => seriesLabels.get(name))).slice(-MAX_FOUND)
  }

  drain(): Promise<void> {
    return this.#writer.drain()
  }
}
