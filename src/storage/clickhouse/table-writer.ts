import { GroupCommit, type GroupCommitOptions } from './group-commit.ts'
import type { Connection } from './connection.ts'
import { encodeBlock, type Column } from './native-writer.ts'

export type CommitOptions = Omit<GroupCommitOptions, 'table' | 'insert'>

/** Rows encoded at a time, so that a big batch does not hold the event loop. */
const ROWS_PER_BLOCK = 500

/** Writes rows of one table by group commit. */
export class TableWriter<Row> {
  readonly #columns: readonly Column<Row>[]
  readonly #commits: GroupCommit
  /** Rows on their way to `#commits`. */
  readonly #encoding = new Set<Promise<unknown>>()

  constructor(connection: Connection, table: string, columns: readonly Column<Row>[], options: CommitOptions) {
    const target = { table, columns: columns.map(({ name }) => name) }
    this.#columns = columns
    this.#commits = new GroupCommit({ ...options, table, insert: (blocks) => connection.insert(target, blocks) })
  }

  /** Resolves when the rows are committed; of rows with the same key the last one counts. Rejects with `StoreUnavailableError`. */
  async write(rows: readonly Row[]): Promise<void> {
    if (rows.length === 0) return
    const encoding = this.#encode(rows).then((blocks) => ({ committed: this.#commits.write(blocks, rows.length) }))
    this.#encoding.add(encoding)
    try {
      await (await encoding).committed
    } finally {
      this.#encoding.delete(encoding)
    }
  }

  /** Commits all that was written before the call. */
  async drain(): Promise<void> {
    await Promise.allSettled(this.#encoding)
    await this.#commits.drain()
  }

  async #encode(rows: readonly Row[]): Promise<Buffer[]> {
    const blocks: Buffer[] = []
    for (let start = 0; start < rows.length; start += ROWS_PER_BLOCK) {
      if (start > 0) await new Promise((resolve) => setImmediate(resolve))
      blocks.push(encodeBlock(this.#columns, rows.slice(start, start + ROWS_PER_BLOCK)))
    }
    return blocks
  }
}
