import { decodeCursor } from '../page-cursor.ts'
import type { RequestQuery } from '../request-store.ts'
import type { Connection } from './connection.ts'
import { FINAL_BY_DAY, requestConditions, settledConditions } from './request-conditions.ts'
import { figureSql, momentSql } from './request-order.ts'
import { millisecondsOf, rowsOf } from './result-row.ts'
import { isOneOf, isOtherThan } from './settled-days.ts'
import { readableDays } from './settled-requests.ts'
import { sql, type Sql } from './sql.ts'

/** Settled requests have no ids: those that start with the last one of the page before come once more. */
const REPEATED = 8

export interface PageStarts {
  readonly startsMs: readonly number[]
  /** Whether nothing that belongs to the list starts at another time. */
  readonly isAll: boolean
}

/**
 * When the next requests of a list start, at least `count` of them or all: narrow columns tell it, and the spans are then read at these times
 * only. Undefined when no day is settled or settled requests do not have what the filter looks at.
 */
export async function settledPage(
  connection: Connection,
  query: RequestQuery,
  count: number,
): Promise<PageStarts | undefined> {
  const { range, filter, order = 'start' } = query
  const days = await readableDays(connection, query)
  if (days.length === 0) return undefined
  const limit = count + REPEATED
  const greatest = sql`ORDER BY figure DESC, start DESC LIMIT ${limit}`
  const columns = sql`start, ${figureSql(order)} AS figure`
  const statement = sql`
    SELECT start FROM (
      (SELECT ${columns} FROM settled_requests
      WHERE ${isOneOf(days)} AND ${settledConditions(range, filter)} AND ${comesNext(query)} ${greatest})
      UNION ALL
      (SELECT ${columns} FROM spans
      WHERE ${requestConditions(range, filter)} AND ${isOtherThan(days)} AND ${comesNext(query)} ${greatest})
    ) ${greatest} ${FINAL_BY_DAY}`
  const startsMs = rowsOf(await connection.query(statement)).map((row) => millisecondsOf(row, 'start'))
  return { startsMs: [...new Set(startsMs)], isAll: startsMs.length < limit }
}

/** Holds for what stands where the page before ended, or after it. */
function comesNext({ cursor, order = 'start' }: RequestQuery): Sql {
  if (cursor === undefined) return sql`1`
  const { startMs, figure = 0 } = decodeCursor(cursor)
  return order === 'start'
    ? sql`start <= ${momentSql(startMs)}`
    : sql`(${figureSql(order)}, start) <= (${figure}, ${momentSql(startMs)})`
}
