import type { MetricMetadata } from '../../model/series.ts'
import type { Connection } from './connection.ts'
import { text, type Column } from './native-writer.ts'
import { rowsOf, textOf } from './result-row.ts'
import { sql } from './sql.ts'
import { TableWriter, type CommitOptions } from './table-writer.ts'

const COLUMNS: readonly Column<MetricMetadata>[] = [
  text('name', ({ name }) => name),
  text('type', ({ type }) => type),
  text('help', ({ help }) => help),
  text('unit', ({ unit }) => unit),
]

/** Metric families that are known to stand in the table as they were last stated. */
const REMEMBERED = 100_000

/** What was said of metric families. A scrape says it every time, so what has not changed is not written again. */
export class MetadataTable {
  readonly #connection: Connection
  readonly #writer: TableWriter<MetricMetadata>
  readonly #written = new Map<string, string>()

  constructor(connection: Connection, options: CommitOptions) {
    this.#connection = connection
    this.#writer = new TableWriter(connection, 'metadata', COLUMNS, options)
  }

  async write(metadata: readonly MetricMetadata[]): Promise<void> {
    const changed = metadata.filter((entry) => this.#written.get(entry.name) !== statementOf(entry))
    await this.#writer.write(changed)
    if (this.#written.size > REMEMBERED) this.#written.clear()
    for (const entry of changed) this.#written.set(entry.name, statementOf(entry))
  }

  async all(): Promise<MetricMetadata[]> {
    const statement = sql`SELECT name, type, help, unit FROM metadata FINAL ORDER BY name`
    return rowsOf(await this.#connection.query(statement)).map((row) => ({
      name: textOf(row, 'name'),
      type: textOf(row, 'type') as MetricMetadata['type'],
      help: textOf(row, 'help'),
      unit: textOf(row, 'unit'),
    }))
  }

  drain(): Promise<void> {
    return this.#writer.drain()
  }
}

function statementOf({ type, help, unit }: MetricMetadata): string {
  return `${type}\n${unit}\n${help}`
}
