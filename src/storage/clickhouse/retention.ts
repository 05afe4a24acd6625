import type { RetentionConfig } from '../config.ts'
import type { Connection } from './connection.ts'
import { rowsOf, textOf } from './result-row.ts'
import { sql, Sql } from './sql.ts'

/** Which time of a row counts, and whose retention. */
const TIMES: ReadonlyArray<readonly [table: string, time: string, kept: Exclude<keyof RetentionConfig, 'size'>]> = [
  ['samples', 'toDateTime(time)', 'samples'],
  // A series is stated for a whole day, and is needed until the last sample of that day is gone.
  ['series', 'toDateTime(day) + toIntervalDay(1)', 'samples'],
  ['exemplars', 'toDateTime(time)', 'samples'],
  ['spans', 'toDateTime(start)', 'requests'],
  // What is worked out of a day of requests goes with it.
  ['request_hours', 'toDateTime(hour)', 'requests'],
  ['request_owner_days', 'toDateTime(day) + toIntervalDay(1)', 'requests'],
  ['settled_requests', 'toDateTime(day) + toIntervalDay(1)', 'requests'],
  ['request_words', 'toDateTime(day) + toIntervalDay(1)', 'requests'],
  ['indexed_days', 'toDateTime(day) + toIntervalDay(1)', 'requests'],
  ['span_starts', 'toDateTime(start)', 'requests'],
  ['evaluations', 'toDateTime(time)', 'evaluations'],
  ['evaluation_times', 'toDateTime(time)', 'evaluations'],
  ['flagged_times', 'toDateTime(time)', 'evaluations'],
  ['events', 'toDateTime(time)', 'events'],
  ['event_times', 'toDateTime(time)', 'events'],
  ['logs', 'toDateTime(time)', 'logs'],
]

/**
 * States the retention to the engine, which forgets old data by itself. Data that is there already is judged when it is next merged,
 * so a changed retention costs nothing at start.
 */
export async function applyRetention(connection: Connection, retention: RetentionConfig): Promise<void> {
  const definitions = await tableDefinitions(connection)
  for (const [table, time, kept] of TIMES) {
    const change = ttlChange(definitions.get(table) ?? '', time, Math.ceil(retention[kept] / 1000))
    if (change !== undefined) await connection.command(sql`ALTER TABLE ${new Sql(table)} ${change}`)
  }
}

async function tableDefinitions(connection: Connection): Promise<ReadonlyMap<string, string>> {
  const statement = sql`SELECT name, create_table_query AS definition FROM system.tables WHERE database = currentDatabase()`
  return new Map(
    rowsOf(await connection.query(statement)).map((row) => [textOf(row, 'name'), textOf(row, 'definition')]),
  )
}

function ttlChange(definition: string, time: string, seconds: number): Sql | undefined {
  if (seconds === 0) return definition.includes(' TTL ') ? new Sql('REMOVE TTL') : undefined
  const ttl = `${time} + toIntervalSecond(${seconds})`
  if (definition.includes(ttl)) return undefined
  return new Sql(`MODIFY TTL ${ttl} SETTINGS materialize_ttl_after_modify = 0`)
}
