import { decodeCursor } from '../page-cursor.ts'
import type { RequestQuery } from '../request-store.ts'
import type { Connection } from './connection.ts'
import { OVER_REQUESTS, requestConditions, settledConditions, SPAN_HASH } from './request-conditions.ts'
import { figureSql, momentSql } from './request-order.ts'
import { millisecondsOf, rowsOf, textOf } from './result-row.ts'
import { isOneOf, isOtherThan } from './settled-days.ts'
import { readableDays } from './settled-requests.ts'
import { sql, type Sql } from './sql.ts'

/** Settled requests have no ids: those that start with the last one of the page before come once more. */
const REPEATED = 8
/** Of requests that start at the same time with the same figure all are given; when they are more, the spans are asked. */
const MAX_FOUND = 5_000

/** Some requests by what settled requests know of them. */
export interface FoundRequests {
  readonly startsMs: readonly number[]
  /** Of `SPAN_HASH`. */
  readonly hashes: readonly bigint[]
  /** Whether no others belong to the list. */
  readonly isAll: boolean
}

/**
 * The next requests of a list, at least `count` of them or all: narrow columns tell which they are, and the spans are then read at these times
 * only. Undefined when no day is settled, when settled requests do not have what the filter looks at, and when they are too many.
 */
export async function settledPage(
  connection: Connection,
  query: RequestQuery,
  count: number,
): Promise<FoundRequests | undefined> {
  const { range, filter, order = 'start' } = query
  const days = await readableDays(connection, query)
  if (days.length === 0) return undefined
  const limit = count + REPEATED
  const greatest = sql`ORDER BY figure DESC, start DESC LIMIT ${limit} WITH TIES`
  const figure = figureSql(order)
  const statement = sql`
    SELECT start, toString(hash) AS hash FROM (SELECT * FROM (
      (SELECT start, span_hash AS hash, ${figure} AS figure FROM settled_requests
      WHERE ${isOneOf(days)} AND ${settledConditions(range, filter)} AND ${comesNext(query)} ${greatest})
      UNION ALL
      (SELECT start, ${SPAN_HASH} AS hash, ${figure} AS figure FROM spans
      WHERE ${requestConditions(range, filter)} AND ${isOtherThan(days)} AND ${comesNext(query)} ${greatest})
    ) ${greatest}) LIMIT ${MAX_FOUND} ${OVER_REQUESTS}`
  const rows = rowsOf(await connection.query(statement))
  if (rows.length === MAX_FOUND) return undefined
  return {
    startsMs: rows.map((row) => millisecondsOf(row, 'start')),
    hashes: rows.map((row) => BigInt(textOf(row, 'hash'))),
    isAll: rows.length < limit,
  }
}

/** Holds for what stands where the page before ended, or after it. */
function comesNext({ cursor, order = 'start' }: RequestQuery): Sql {
  if (cursor === undefined) return sql`1`
  const { startMs, figure = 0 } = decodeCursor(cursor)
  return order === 'start'
    ? sql`start <= ${momentSql(startMs)}`
    : sql`(${figureSql(order)}, start) <= (${figure}, ${momentSql(startMs)})`
}
