import { ALL_TIMES } from '../sample-store.ts'
import type { Connection, ExportTarget, InsertTarget } from './connection.ts'
import type { Journal } from './journal.ts'
import type { Sql } from './sql.ts'

/**
 * A connection whose inserts into some tables are committed to journals. Who asks it anything, or changes anything through it, finds in the
 * tables all that was committed before.
 */
export class JournalledConnection implements Connection {
  readonly #connection: Connection
  readonly #journals: ReadonlyMap<string, Journal>

  /** `journals` by table. */
  constructor(connection: Connection, journals: ReadonlyMap<string, Journal>) {
    this.#connection = connection
    this.#journals = journals
  }

  async insert(target: InsertTarget, blocks: readonly Buffer[]): Promise<void> {
    const journal = this.#journals.get(target.table)
    if (journal === undefined) return this.#connection.insert(target, blocks)
    const length = blocks.reduce((sum, block) => sum + block.length, 0)
    await journal.append([{ pieces: blocks, length, range: ALL_TIMES }])
  }

  async command(statement: Sql): Promise<void> {
    await this.#settle()
    await this.#connection.command(statement)
  }

  async maintain(statement: Sql): Promise<void> {
    await this.#settle()
    await this.#connection.maintain(statement)
  }

  async query(statement: Sql, signal?: AbortSignal): Promise<Buffer> {
    await this.#settle()
    return this.#connection.query(statement, signal)
  }

  async *export(statement: Sql, format: ExportTarget): AsyncGenerator<Buffer> {
    await this.#settle()
    yield* this.#connection.export(statement, format)
  }

  async #settle(): Promise<void> {
    await Promise.all(Array.from(this.#journals.values(), (journal) => journal.settle()))
  }

  close(): Promise<void> {
    return this.#connection.close()
  }
}
