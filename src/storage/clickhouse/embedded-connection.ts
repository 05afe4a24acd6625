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
  type LocalFiles,
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
 * What is inserted and merged can wait for a core a little; who asks, calls through the gateway and what else the machine does cannot.
 * Linux allows it with CAP_SYS_NICE; without that the engine leaves its threads as they are.
 */
const NICENESS = 5

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
  `--os_threads_nice_value_merge_mutate=${NICENESS}`,
  '--background_schedule_pool_size=2',
  '--max_thread_pool_size=500',
  '--max_server_memory_usage_to_ram_ratio=0.5',
]

/**
 * Compiling what a statement computes pays over many rows: questions about requests ask for it themselves. The periodic small
 * statements of an idle program do not, and would load a compiler of 25 MB.
 */
const COMPILING = { compile_expressions: 0, compile_aggregate_expressions: 0, compile_sort_description: 0 } as const

/** One statement must not take a whole machine from the others. */
const MAX_THREADS = Math.min(4, availableParallelism())

/** ClickHouse inside this process: one session that writes, one that inserts whole files, one that maintains, a small pool that reads. */
export class EmbeddedConnection implements Connection {
  readonly files: LocalFiles
  readonly #lock: DirectoryLock
  readonly #spoolPath: string
  readonly #writer: SessionPool<Session>
  readonly #fileWriter: SessionPool<Session>
  readonly #maintainer: SessionPool<Session>
  readonly #readers: SessionPool<Session>
  #insertNumber = 0
  #closing: Promise<void> | undefined

  private constructor(lock: DirectoryLock, directory: string, pools: SessionPools) {
    this.#lock = lock
    this.#spoolPath = spoolPathOf(directory)
    this.#writer = pools.writer
    this.#fileWriter = pools.fileWriter
    this.#maintainer = pools.maintainer
    this.#readers = pools.readers
    this.files = {
      directory: path.join(directory, 'journal'),
      insert: (target, file) => runInsert(this.#fileWriter, target, file),
    }
  }

  /** Throws `DirectoryInUseError` when another process has the directory. */
  static async open(options: EmbeddedOptions): Promise<EmbeddedConnection> {
    const directory = path.resolve(options.path)
    await mkdir(directory, { recursive: true })
    const lock = await lockDirectory(directory)
    try {
      const spoolPath = spoolPathOf(directory)
      // What a killed process has left was not acknowledged.
      await rm(spoolPath, { recursive: true, force: true })
      await mkdir(spoolPath)
      return new EmbeddedConnection(lock, directory, await openPools(path.join(directory, 'clickhouse'), options))
    } catch (error) {
      await lock.release()
      throw error
    }
  }

  async command(statement: Sql): Promise<void> {
    await this.#writer.run((session) => session.queryAsync(statement.text))
  }

  async maintain(statement: Sql): Promise<void> {
    await this.#maintainer.run((session) => session.queryAsync(statement.text))
  }

  /**
   * Through a file, because the engine takes inline data as text only: writing the file and reading it back costs a tenth
   * of what parsing text does. It need not outlive the process: what was not committed was not acknowledged.
   */
  async insert(target: InsertTarget, blocks: readonly Buffer[]): Promise<void> {
    const file = path.join(this.#spoolPath, `${target.table}-${this.#insertNumber++}.native`)
    try {
      await writeFile(file, blocks)
      await runInsert(this.#writer, target, file)
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
    const pools = [this.#readers, this.#maintainer, this.#fileWriter, this.#writer]
    await Promise.all(pools.map((pool) => pool.drain()))
    // A statement that was aborted has no promise left to wait for, and closing under it ends the process.
    await drainPending()
    for (const session of pools.flatMap(({ sessions }) => sessions)) session.close()
    await drainPending()
    await this.#lock.release()
  }
}

interface SessionPools {
  readonly writer: SessionPool<Session>
  readonly fileWriter: SessionPool<Session>
  readonly maintainer: SessionPool<Session>
  readonly readers: SessionPool<Session>
}

/** The first session of a process decides how the engine is configured. */
async function openPools(directory: string, { readers, maxWaiting }: EmbeddedOptions): Promise<SessionPools> {
  const openPool = async (size: number, niceness: number): Promise<SessionPool<Session>> => {
    const sessions = Array.from({ length: size }, () => openSession(directory))
    for (const session of sessions) await prepare(session, niceness)
    return new SessionPool(sessions, maxWaiting)
  }
  return {
    writer: await openPool(1, NICENESS),
    fileWriter: await openPool(1, NICENESS),
    maintainer: await openPool(1, NICENESS),
    readers: await openPool(readers, 0),
  }
}

function spoolPathOf(directory: string): string {
  return path.join(directory, 'inserts')
}

async function runInsert(pool: SessionPool<Session>, { table, columns }: InsertTarget, file: string): Promise<void> {
  const [target, list] = [new Sql(table), new Sql(columns.join(', '))]
  const statement = sql`INSERT INTO ${target} (${list}) SELECT ${list} FROM file(${file}, 'Native')`
  await pool.run((session) => session.queryAsync(statement.text))
}

function openSession(directory: string): Session {
  try {
    return new Session(directory, { connectionArgs: ENGINE_ARGUMENTS })
  } catch (error) {
    throw new StoreUnavailableError(`cannot open the data directory ${directory}: ${String(error)}`, { cause: error })
  }
}

async function prepare(session: Session, niceness: number): Promise<void> {
  await session.queryAsync(`CREATE DATABASE IF NOT EXISTS ${DATABASE}`)
  await session.queryAsync(`USE ${DATABASE}`)
  const all = { ...STATEMENT_SETTINGS, ...COMPILING, max_threads: MAX_THREADS, os_threads_nice_value_query: niceness }
  const settings = Object.entries(all).map(([name, value]) => `${name} = ${value}`)
  await session.queryAsync(`SET ${settings.join(', ')}`)
}
