import type { StateStore } from '../state-store.ts'
import type { Connection } from './connection.ts'
import { flag, text, type Column } from './native-writer.ts'
import { rowsOf, textOf } from './result-row.ts'
import { sql } from './sql.ts'
import { TableWriter, type CommitOptions } from './table-writer.ts'

interface StoredDocument {
  readonly kind: string
  readonly id: string
  /** JSON; '' for a document that was deleted. */
  readonly json: string
}

const COLUMNS: readonly Column<StoredDocument>[] = [
  text('kind', ({ kind }) => kind),
  text('id', ({ id }) => id),
  text('document', ({ json }) => json),
  flag('is_deleted', ({ json }) => json === ''),
]

/** Documents by kind and id. A deletion is a document that says so; the engine keeps the last statement. */
export class StateTable implements StateStore {
  readonly #connection: Connection
  readonly #writer: TableWriter<StoredDocument>

  constructor(connection: Connection, options: CommitOptions) {
    this.#connection = connection
    this.#writer = new TableWriter(connection, 'state', COLUMNS, options)
  }

  async documents(kind: string): Promise<ReadonlyMap<string, unknown>> {
    const statement = sql`SELECT id, document FROM state FINAL WHERE kind = ${kind} AND NOT is_deleted ORDER BY id`
    const rows = rowsOf(await this.#connection.query(statement))
    return new Map(rows.map((row) => [textOf(row, 'id'), JSON.parse(textOf(row, 'document')) as unknown]))
  }

  async putDocuments(kind: string, documents: ReadonlyMap<string, unknown>): Promise<void> {
    await this.#writer.write(
      Array.from(documents, ([id, document]) => ({ kind, id, json: JSON.stringify(document) ?? '' })),
    )
  }

  drain(): Promise<void> {
    return this.#writer.drain()
  }
}
