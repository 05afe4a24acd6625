import { Readable } from 'node:stream'
import { buffer } from 'node:stream/consumers'
import { ClickHouseError, ClickHouseLogLevel, createClient, type ClickHouseClient } from '@clickhouse/client'
import { StoreUnavailableError } from '../store.ts'
import {
  EXPORT_SETTINGS,
  STATEMENT_SETTINGS,
  type Connection,
  type ExportTarget,
  type InsertTarget,
} from './connection.ts'
import { sql, Sql } from './sql.ts'

export interface RemoteOptions {
  readonly url: string
  readonly user: string
  readonly password: string
  readonly database: string
  /** Requests at once. */
  readonly connections: number
}

const DATABASE_NAME = /^[A-Za-z_][A-Za-z0-9_]*$/

const SETTINGS = {
  ...STATEMENT_SETTINGS,
  // Signs of life, or something between may take a long statement for a dead connection.
  send_progress_in_http_headers: 1,
  http_headers_progress_interval_ms: '20000',
  // The server keeps the answer until the statement has ended, so that an error has a status of its own and never stands at the end of data.
  wait_end_of_query: 1,
  // Tables of a cluster answer an insert when the data is there, not when it is queued.
  async_insert: 0,
  insert_distributed_sync: 1,
} as const

/** A ClickHouse server or cluster over HTTP. */
export class RemoteConnection implements Connection {
  readonly #client: ClickHouseClient
  readonly #location: string

  private constructor(client: ClickHouseClient, location: string) {
    this.#client = client
    this.#location = location
  }

  /** Creates the database when it is not there. Rejects with `StoreUnavailableError` when the server does not answer. */
  static async open(options: RemoteOptions): Promise<RemoteConnection> {
    if (!DATABASE_NAME.test(options.database)) {
      throw new Error(
        `storage.database: ${JSON.stringify(options.database)} is no name of a database (letters, digits, _)`,
      )
    }
    const first = new RemoteConnection(connect(options, 'default'), options.url)
    try {
      await first.command(sql`CREATE DATABASE IF NOT EXISTS ${new Sql(options.database)}`)
    } finally {
      await first.close()
    }
    return new RemoteConnection(connect(options, options.database), options.url)
  }

  async command(statement: Sql): Promise<void> {
    await this.#attempt(() => this.#client.command({ query: statement.text }))
  }

  maintain(statement: Sql): Promise<void> {
    return this.command(statement)
  }

  async insert({ table, columns }: InsertTarget, blocks: readonly Buffer[]): Promise<void> {
    const query = `INSERT INTO ${table} (${columns.join(', ')}) FORMAT Native`
    await this.#attempt(async () => {
      const { stream } = await this.#client.exec({ query, values: Readable.from(blocks, { objectMode: false }) })
      await buffer(stream)
    })
  }

  async query(statement: Sql, signal?: AbortSignal): Promise<Buffer> {
    signal?.throwIfAborted()
    const abort = signal === undefined ? {} : { abort_signal: signal }
    return this.#attempt(async () => {
      const { stream } = await this.#client.exec({ query: `${statement.text}\nFORMAT Native`, ...abort })
      return buffer(stream)
    }, signal)
  }

  async *export(statement: Sql, format: ExportTarget): AsyncGenerator<Buffer> {
    const query = sql`${statement} SETTINGS ${EXPORT_SETTINGS} FORMAT ${new Sql(format)}`.text
    const { stream } = await this.#attempt(() => this.#client.exec({ query }))
    for await (const piece of stream) yield Buffer.from(piece as Uint8Array)
  }

  close(): Promise<void> {
    return this.#client.close()
  }

  async #attempt<T>(work: () => Promise<T>, signal?: AbortSignal): Promise<T> {
    try {
      return await work()
    } catch (error) {
      signal?.throwIfAborted()
      const reason =
        error instanceof ClickHouseError ? `${error.code} ${error.type ?? ''} ${error.message}` : String(error)
      throw new StoreUnavailableError(`the ClickHouse at ${this.#location} failed: ${reason}`, { cause: error })
    }
  }
}

function connect(options: RemoteOptions, database: string): ClickHouseClient {
  return createClient({
    url: options.url,
    username: options.user,
    password: options.password,
    database,
    application: 'tetrascope',
    max_open_connections: options.connections,
    request_timeout: (STATEMENT_SETTINGS.max_execution_time + 10) * 1000,
    compression: { request: true, response: true },
    clickhouse_settings: SETTINGS,
    // What goes wrong is in the errors that are thrown; nothing is said twice.
    log: { level: ClickHouseLogLevel.OFF },
  })
}
