import { readFile } from 'node:fs/promises'
import type { InstrumentRegistry } from '../../telemetry/instruments.ts'
import { systemClock, type Clock } from '../../util/clock.ts'
import type { RetentionConfig, StorageConfig } from '../config.ts'
import type { Store } from '../store.ts'
import type { Connection } from './connection.ts'
import { EmbeddedConnection } from './embedded-connection.ts'
import { EvaluationTable } from './evaluation-table.ts'
import { EventTable } from './event-table.ts'
import { LogTable } from './log-table.ts'
import { RemoteConnection } from './remote-connection.ts'
import { RequestTable } from './request-table.ts'
import { applyRetention } from './retention.ts'
import { SampleTable } from './sample-table.ts'
import { migrate } from './schema.ts'
import { StateTable } from './state-table.ts'
import type { CommitOptions } from './table-writer.ts'
import { countWrites } from './write-instruments.ts'

export interface ClickHouseStoreOptions {
  readonly storage: StorageConfig
  readonly retention: RetentionConfig
  /** The data directory of an embedded store whose configuration names none. */
  readonly dataDirectory: string
  /** Between two inserts into one table: the longest that a write waits before it is under way. */
  readonly commitIntervalMs?: number
  readonly clock?: Clock
  /** Where the store counts what it writes and what it refuses. */
  readonly instruments?: InstrumentRegistry
}

const COMMIT_INTERVAL_MS = 200
const GROUP_BYTES = 32 * 1024 * 1024
const MAX_PENDING_BYTES = 128 * 1024 * 1024
/** Readers of the embedded engine: well below libuv's pool of 16, which reads files too. */
const READERS = 6
const MAX_WAITING = 1_000
const REMOTE_CONNECTIONS = 16

/**
 * Opens the store and brings its schema to the version that this program knows.
 * Throws `NewerSchemaError`, `DirectoryInUseError`, or `StoreUnavailableError` when the engine or the server does not answer.
 */
export async function openClickHouseStore(options: ClickHouseStoreOptions): Promise<Store> {
  const { connection, location } = await connect(options.storage, options.dataDirectory)
  try {
    await migrate(connection, location)
    await applyRetention(connection, options.retention)
  } catch (error) {
    await connection.close()
    throw error
  }
  return createStore(connection, {
    clock: options.clock ?? systemClock,
    intervalMs: options.commitIntervalMs ?? COMMIT_INTERVAL_MS,
    groupBytes: GROUP_BYTES,
    maxPendingBytes: MAX_PENDING_BYTES,
    ...(options.instruments === undefined ? {} : { onInsert: countWrites(options.instruments) }),
  })
}

async function connect(
  storage: StorageConfig,
  dataDirectory: string,
): Promise<{ connection: Connection; location: string }> {
  switch (storage.type) {
    case 'embedded': {
      const path = storage.path ?? dataDirectory
      const connection = await EmbeddedConnection.open({ path, readers: READERS, maxWaiting: MAX_WAITING })
      return { connection, location: `the data directory ${path}` }
    }
    case 'clickhouse': {
      const { url, user, database, password_file: passwordFile } = storage
      const password = passwordFile === undefined ? '' : (await readFile(passwordFile, 'utf8')).trimEnd()
      const connection = await RemoteConnection.open({ url, user, password, database, connections: REMOTE_CONNECTIONS })
      return { connection, location: `the database ${database} at ${url}` }
    }
  }
}

function createStore(connection: Connection, options: CommitOptions): Store {
  const tables = {
    samples: new SampleTable(connection, options),
    requests: new RequestTable(connection, options),
    evaluations: new EvaluationTable(connection, options),
    events: new EventTable(connection, options),
    logs: new LogTable(connection, options),
    state: new StateTable(connection, options),
  }
  let closing: Promise<void> | undefined
  const close = async (): Promise<void> => {
    await Promise.all(Object.values(tables).map((table) => table.drain()))
    await connection.close()
  }
  return {
    ...tables,
    close() {
      closing ??= close()
      return closing
    },
  }
}
