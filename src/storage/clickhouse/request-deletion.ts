import type { RequestDeletion } from '../request-store.ts'
import type { Connection } from './connection.ts'
import { numberOf, rowsOf, textOf } from './result-row.ts'
import { sql, Sql, type SqlValue } from './sql.ts'
import { forgetRequests } from './settled-days.ts'
import { forgetWords } from './word-index.ts'

/** Ids in one statement: well below what a statement may be long. */
const TRACES_AT_ONCE = 50_000
/** The spans go last: a deletion that was interrupted finds by them what is left to do. */
const TABLES_OF_TRACES = [
  'evaluations',
  'evaluation_times',
  'flagged_times',
  'logs',
  'events',
  'event_times',
  'span_starts',
  'spans',
]

/** See `RequestStore.deleteRequests`. Rewrites the parts that hold the rows and waits for it. */
export async function deleteRequests(connection: Connection, deletion: RequestDeletion): Promise<number> {
  if ('traceId' in deletion) return deleteSpan(connection, deletion.traceId, deletion.spanId)
  const owner = ownerCondition(deletion)
  for (const table of ['events', 'event_times']) await remove(connection, table, owner)
  const traces = await tracesOf(connection, deletion)
  let spans = 0
  for (let start = 0; start < traces.length; start += TRACES_AT_ONCE) {
    const condition = sql`trace_id IN ${traces.slice(start, start + TRACES_AT_ONCE) satisfies SqlValue}`
    spans += await countSpans(connection, condition)
    await removeDerived(connection, condition)
    for (const table of TABLES_OF_TRACES) await remove(connection, table, condition)
  }
  return spans
}

/** See `RequestStore.tracesOf`. */
export async function tracesOf(connection: Connection, deletion: RequestDeletion): Promise<string[]> {
  if ('traceId' in deletion) return []
  const found = await connection.query(sql`SELECT DISTINCT trace_id FROM spans WHERE ${ownerCondition(deletion)}`)
  return rowsOf(found).map((row) => textOf(row, 'trace_id'))
}

function ownerCondition(deletion: Exclude<RequestDeletion, { traceId: string }>): Sql {
  return 'userId' in deletion
    ? sql`user_id = ${nonEmpty(deletion.userId)}`
    : sql`session_id = ${nonEmpty(deletion.sessionId)}`
}

async function deleteSpan(connection: Connection, traceId: string, spanId: string): Promise<number> {
  const condition = sql`trace_id = ${nonEmpty(traceId)} AND span_id = ${nonEmpty(spanId)}`
  const spans = await countSpans(connection, condition)
  await removeDerived(connection, condition)
  // `event_times` does not know the span.
  const events = sql`id IN (SELECT id FROM events WHERE ${condition})`
  await remove(connection, 'event_times', events)
  for (const table of TABLES_OF_TRACES.filter((name) => name !== 'event_times'))
    await remove(connection, table, condition)
  return spans
}

/**
 * Sums by user and session, and whole days of settled requests and of words, which do not say what trace and whose they are. Days are settled and
 * indexed anew, because the parts of their spans change.
 */
async function removeDerived(connection: Connection, condition: Sql): Promise<void> {
  const owners = sql`SELECT arrayJoin([user_id, session_id]) FROM spans WHERE ${condition}`
  await remove(connection, 'request_owner_days', sql`id IN (${owners})`)
  const found = await connection.query(
    sql`SELECT DISTINCT toString(toDate(start)) AS day FROM spans WHERE ${condition}`,
  )
  const days = rowsOf(found).map((row) => textOf(row, 'day'))
  await forgetRequests(connection, days)
  await forgetWords(connection, days)
}

async function countSpans(connection: Connection, condition: Sql): Promise<number> {
  const [row] = rowsOf(
    await connection.query(sql`SELECT uniqExact(trace_id, span_id) AS spans FROM spans WHERE ${condition}`),
  )
  return row === undefined ? 0 : numberOf(row, 'spans')
}

function remove(connection: Connection, table: string, condition: Sql): Promise<void> {
  return connection.command(sql`ALTER TABLE ${new Sql(table)} DELETE WHERE ${condition} SETTINGS mutations_sync = 2`)
}

/** Nobody's data has the id ''; deleting by it would take everything that has none. */
function nonEmpty(id: string): string {
  if (id === '') throw new Error('a deletion needs an id that is not empty')
  return id
}
