import { createReadStream } from 'node:fs'
import { mkdir, rm, unlink, writeFile } from 'node:fs/promises'
import { availableParallelism } from 'node:os'
import path from 'node:path'
import { drainPending, Session } from 'chdb'
import { StoreUnavailableError } from '../store.ts'
import {
  EXPORT_SETTINGS,
  STATEMENT_SETTINGS,
  type Connection,
  type ExportTarget,
  type InsertTarget,
} from './connection.ts'
import { abortable } from './abortable.ts'
import { lockDirectory, type DirectoryLock } from './directory-lock.ts'
import { SessionPool } from './session-pool.ts'
import { sql, Sql } from './sql.ts'

export interface EmbeddedOptions {
  readonly path: string
  /** Queries at once. Each takes a thread of libuv's pool, which file access needs too, so stay well below its size. */
  readonly readers: number
  /** Queries that may wait for a reader. */
  readonly maxWaiting: number
}

/** The database of the embedded engine; only the data directory tells one store from another. */
const DATABASE = 'tetrascope'

/**
 * What the engine may keep for itself. Its defaults are those of a server with a machine of its own: gigabytes of caches
 * and a thread for everything that could be done at once.
 */
const ENGINE_ARGUMENTS = [
  '--mark_cache_size=67108864',
  '--primary_index_cache_size=67108864',
  '--index_mark_cache_size=16777216',
  '--query_condition_cache_size=8388608',
  '--compiled_expression_cache_size=8388608',
  '--parquet_metadata_cache_size=0',
  '--background_pool_size=2',
  '--background_schedule_pool_size=2',
  '--max_thread_pool_size=500',
  '--max_server_memory_usage_to_ram_ratio=0.5',
]

/** One statement must not take a whole machine from the others. */
const MAX_THREADS = Math.min(4, availableParallelism())

/** ClickHouse inside this process: one session that writes, a small pool that reads. */
export class EmbeddedConnection implements Connection {
  readonly #lock: DirectoryLock
  readonly #spoolPath: string
  readonly #writer: SessionPool<Session>
  readonly #readers: SessionPool<Session>
  #insertNumber = 0
  #closing: Promise<void> | undefined

  private constructor(
    lock: DirectoryLock,
    spoolPath: string,
    writer: SessionPool<Session>,
    readers: SessionPool<Session>,
  ) {
    this.#lock = lock
    this.#spoolPath = spoolPath
    this.#writer = writer
    this.#readers = readers
  }

  /** Throws `DirectoryInUseError` when another process has the directory. */
  static async open(options: EmbeddedOptions): Promise<EmbeddedConnection> {
    const directory = path.resolve(options.path)
    await mkdir(directory, { recursive: true })
    const lock = await lockDirectory(directory)
    try {
      const spoolPath = path.join(directory, 'inserts')
      // What a killed process has left was not acknowledged.
      await rm(spoolPath, { recursive: true, force: true })
      await mkdir(spoolPath)
      // The first session of a process decides how the engine is configured.
      const writer = openSession(path.join(directory, 'clickhouse'))
      await prepare(writer)
      const readers = Array.from({ length: options.readers }, () => openSession(path.join(directory, 'clickhouse')))
      for (const reader of readers) await prepare(reader)
      const pools = [
        new SessionPool([writer], options.maxWaiting),
        new SessionPool(readers, options.maxWaiting),
      ] as const
      return new EmbeddedConnection(lock, spoolPath, ...pools)
    } catch (error) {
      await lock.release()
      throw error
    }
  }

  async command(statement: Sql): Promise<void> {
    await this.#writer.run((session) => session.queryAsync(statement.text))
  }

  /**
   * Through a file, because the engine takes inline data as text only: writing the file and reading it back costs a tenth
   * of what parsing text does. It need not outlive the process: what was not committed was not acknowledged.
   */
  async insert({ table, columns }: InsertTarget, blocks: readonly Buffer[]): Promise<void> {
    const file = path.join(this.#spoolPath, `${table}-${this.#insertNumber++}.native`)
    try {
      await writeFile(file, blocks)
      const list = new Sql(columns.join(', '))
      const target = new Sql(table)
      await this.command(sql`INSERT INTO ${target} (${list}) SELECT ${list} FROM file(${file}, 'Native')`)
    } finally {
      await unlink(file).catch(() => {})
    }
  }

  async query(statement: Sql, signal?: AbortSignal): Promise<Buffer> {
    // The signal does not go to the session: its promise would settle while the engine still works, and the next statement
    // would wait on a thread of libuv's pool.
    const running = this.#readers.run((session) => session.queryAsync(statement.text, { format: 'Native' }), signal)
    const bytes = (await abortable(running, signal)).bytes()
    return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  }

  /** Through a file that the engine writes: its own results are whole buffers. */
  async *export(statement: Sql, format: ExportTarget): AsyncGenerator<Buffer> {
    const file = path.join(this.#spoolPath, `export-${this.#insertNumber++}.${format.toLowerCase()}`)
    try {
      const write = sql`INSERT INTO FUNCTION file(${file}, ${format}) ${statement} SETTINGS ${EXPORT_SETTINGS}`
      await this.#readers.run((session) => session.queryAsync(write.text))
      yield* createReadStream(file) as AsyncIterable<Buffer>
    } finally {
      await unlink(file).catch(() => {})
    }
  }

  close(): Promise<void> {
    this.#closing ??= this.#close()
    return this.#closing
  }

  async #close(): Promise<void> {
    await Promise.all([this.#writer.drain(), this.#readers.drain()])
    // A statement that was aborted has no promise left to wait for, and closing under it ends the process.
    await drainPending()
    for (const session of [...this.#readers.sessions, ...this.#writer.sessions]) session.close()
    await drainPending()
    await this.#lock.release()
  }
}

function openSession(directory: string): Session {
  try {
    return new Session(directory, { connectionArgs: ENGINE_ARGUMENTS })
  } catch (error) {
    throw new StoreUnavailableError(`cannot open the data directory ${directory}: ${String(error)}`, { cause: error })
  }
}

async function prepare(session: Session): Promise<void> {
  await session.queryAsync(`CREATE DATABASE IF NOT EXISTS ${DATABASE}`)
  await session.queryAsync(`USE ${DATABASE}`)
  const settings = Object.entries({ ...STATEMENT_SETTINGS, max_threads: MAX_THREADS }).map(
    ([name, value]) => `${name} = ${value}`,
  )
  await session.queryAsync(`SET ${settings.join(', ')}`)
}
