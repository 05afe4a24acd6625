import { NewerSchemaError } from '../store.ts'
import type { Connection } from './connection.ts'
import { tables } from './migrations/001-tables.ts'
import { settledDays } from './migrations/002-settled-days.ts'
import { wordIndex } from './migrations/003-word-index.ts'
import { settledRequests } from './migrations/004-settled-requests.ts'
import { flaggedTimes } from './migrations/005-flagged-times.ts'
import { numberOf, rowsOf } from './result-row.ts'
import { sql, type Sql } from './sql.ts'

/** One step from a version of the schema to the next. Steps only go forward, and one that was released is never changed. */
export interface Migration {
  readonly version: number
  readonly statements: readonly Sql[]
}

const MIGRATIONS: readonly Migration[] = [tables, settledDays, wordIndex, settledRequests, flaggedTimes]

export const SCHEMA_VERSION = Math.max(...MIGRATIONS.map(({ version }) => version))

/**
 * Brings the database to the version that this program knows. A step that was interrupted is taken again from its beginning,
 * so its statements must bear being run twice. Throws `NewerSchemaError` without having changed anything.
 */
export async function migrate(connection: Connection, location: string): Promise<void> {
  await connection.command(sql`
    CREATE TABLE IF NOT EXISTS schema_versions (version UInt32, applied DateTime64(3, 'UTC')) ENGINE = MergeTree ORDER BY version`)
  const found = await schemaVersion(connection)
  if (found > SCHEMA_VERSION) throw new NewerSchemaError(location, found, SCHEMA_VERSION)
  for (const { version, statements } of MIGRATIONS.filter(({ version }) => version > found)) {
    for (const statement of statements) await connection.command(statement)
    await connection.command(sql`INSERT INTO schema_versions SELECT ${version}, now64(3)`)
  }
}

async function schemaVersion(connection: Connection): Promise<number> {
  const [row] = rowsOf(await connection.query(sql`SELECT toUInt64(max(version)) AS version FROM schema_versions`))
  return row === undefined ? 0 : numberOf(row, 'version')
}
