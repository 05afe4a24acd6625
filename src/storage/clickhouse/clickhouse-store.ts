import path from 'node:path'
import type { InstrumentRegistry } from '../../telemetry/instruments.ts'
import { systemClock, type Clock } from '../../util/clock.ts'
import { secretFrom } from '../../util/secret-file.ts'
import type { RetentionConfig, StorageConfig } from '../config.ts'
import type { Store } from '../store.ts'
import { ClickHouseRequestCosts } from './clickhouse-request-costs.ts'
import { ClickHouseRequestExplorer } from './clickhouse-request-explorer.ts'
import type { Connection, InsertTarget } from './connection.ts'
import { DaySettling } from './day-settling.ts'
import { EmbeddedConnection } from './embedded-connection.ts'
import { EVALUATION_TARGET, EvaluationTable } from './evaluation-table.ts'
import { EventTable } from './event-table.ts'
import { Journal } from './journal.ts'
import { JournalledConnection } from './journalled-connection.ts'
import { LogTable } from './log-table.ts'
import { RequestTable, SPAN_TARGET } from './request-table.ts'
import { applyRetention } from './retention.ts'
import { SampleTable } from './sample-table.ts'
import { SAMPLE_TARGET } from './sample-writer.ts'
import { migrate } from './schema.ts'
import { SizeLimit } from './size-limit.ts'
import { StateTable } from './state-table.ts'
import type { CommitOptions } from './table-writer.ts'
import { countJournals, countSettlingRounds, countSizeChecks, countWrites } from './storage-instruments.ts'

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
/** About a thousand requests or a hundred thousand samples: parts of this size are not too small. */
const ENOUGH_BYTES = 2 * 1024 * 1024
const GROUP_BYTES = 16 * 1024 * 1024
const MAX_PENDING_BYTES = 128 * 1024 * 1024
/** Readers of the embedded engine: well below libuv's pool of 16, which reads files too. */
const READERS = 6
const MAX_WAITING = 1_000
/** Ten million samples. */
const MAX_SAMPLE_JOURNAL_BYTES = 256 * 1024 * 1024
/** Less, because readers of requests, who look at what is newest, wait for what is in it: some twenty-five thousand. */
const MAX_REQUEST_JOURNAL_BYTES = 64 * 1024 * 1024
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
    return createStore(connection, options, await openJournals(connection, options))
  } catch (error) {
    await connection.close()
    throw error
  }
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
      const password = await secretFrom(passwordFile ?? '')
      // With its client, which the embedded store has no use for.
      const { RemoteConnection } = await import('./remote-connection.ts')
      const connection = await RemoteConnection.open({ url, user, password, database, connections: REMOTE_CONNECTIONS })
      return { connection, location: `the database ${database} at ${url}` }
    }
  }
}

interface Journals {
  readonly samples: Journal
  readonly spans: Journal
  readonly evaluations: Journal
}

function allOf(journals: Journals | undefined): readonly Journal[] {
  return journals === undefined ? [] : [journals.samples, journals.spans, journals.evaluations]
}

/** Where the engine is at home the disk is as well: what comes in masses is committed to journals and inserted in large pieces. */
async function openJournals(connection: Connection, options: ClickHouseStoreOptions): Promise<Journals | undefined> {
  const { files } = connection
  if (files === undefined) return undefined
  const { clock = systemClock, instruments } = options
  const onSettled = instruments === undefined ? undefined : countJournals(instruments)
  const openJournal = (target: InsertTarget, maxBytes: number): Promise<Journal> =>
    Journal.open({
      directory: path.join(files.directory, target.table),
      table: target.table,
      insertFile: (file) => files.insert(target, file),
      maxBytes,
      clock,
      onSettled,
    })
  return {
    samples: await openJournal(SAMPLE_TARGET, MAX_SAMPLE_JOURNAL_BYTES),
    spans: await openJournal(SPAN_TARGET, MAX_REQUEST_JOURNAL_BYTES),
    evaluations: await openJournal(EVALUATION_TARGET, MAX_REQUEST_JOURNAL_BYTES),
  }
}

function createStore(connection: Connection, options: ClickHouseStoreOptions, journals: Journals | undefined): Store {
  const commits = commitOptions(options)
  const ofRequests = requestSide(connection, commits, journals)
  const explorer = new ClickHouseRequestExplorer(ofRequests.connection)
  const evaluations = new EvaluationTable(ofRequests.connection, ofRequests.commits)
  const events = new EventTable(connection, commits)
  const logs = new LogTable(connection, commits)
  const tables = {
    samples: new SampleTable(connection, commits, journals?.samples),
    requests: new RequestTable(ofRequests.connection, explorer, ofRequests.commits, [evaluations, events, logs]),
    evaluations,
    events,
    logs,
    state: new StateTable(connection, commits),
  }
  const sizeLimit = limitSize(connection, tables.samples, options, journals)
  const settling = settleDays(connection, options)
  let closing: Promise<void> | undefined
  const close = async (): Promise<void> => {
    await Promise.all([sizeLimit?.stop(), settling.stop()])
    await Promise.all(Object.values(tables).map((table) => table.drain()))
    await Promise.all(allOf(journals).map((journal) => journal.close()))
    await connection.close()
  }
  return {
    ...tables,
    explorer,
    costs: new ClickHouseRequestCosts(ofRequests.connection),
    close() {
      closing ??= close()
      return closing
    },
  }
}

/** What the tables of requests are written and read by. A journal is appended to, for which nobody needs to gather. */
function requestSide(
  connection: Connection,
  commits: CommitOptions,
  journals: Journals | undefined,
): { readonly connection: Connection; readonly commits: CommitOptions } {
  if (journals === undefined) return { connection, commits }
  const { spans, evaluations } = journals
  const byTable = new Map([spans, evaluations].map((journal) => [journal.table, journal]))
  return { connection: new JournalledConnection(connection, byTable), commits: { ...commits, intervalMs: 0 } }
}

function commitOptions({ clock, commitIntervalMs, instruments }: ClickHouseStoreOptions): CommitOptions {
  return {
    clock: clock ?? systemClock,
    intervalMs: commitIntervalMs ?? COMMIT_INTERVAL_MS,
    enoughBytes: ENOUGH_BYTES,
    groupBytes: GROUP_BYTES,
    maxPendingBytes: MAX_PENDING_BYTES,
    ...(instruments === undefined ? {} : { onInsert: countWrites(instruments) }),
  }
}

function settleDays(connection: Connection, { clock, instruments }: ClickHouseStoreOptions): DaySettling {
  const settling = new DaySettling({
    connection,
    clock: clock ?? systemClock,
    ...(instruments === undefined ? {} : { onRound: countSettlingRounds(instruments) }),
  })
  settling.start()
  return settling
}

function limitSize(
  connection: Connection,
  samples: SampleTable,
  { clock, retention, instruments }: ClickHouseStoreOptions,
  journals: Journals | undefined,
): SizeLimit | undefined {
  if (retention.size === undefined) return undefined
  const limit = new SizeLimit({
    connection,
    clock: clock ?? systemClock,
    maxBytes: retention.size,
    settle: async () => {
      await Promise.all(allOf(journals).map((journal) => journal.settle()))
    },
    onDropped: () => samples.forgetStatements(),
    ...(instruments === undefined ? {} : { onCheck: countSizeChecks(instruments) }),
  })
  limit.start()
  return limit
}
