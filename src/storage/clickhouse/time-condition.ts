import type { TimeRange } from '../sample-store.ts'
import { sql, Sql } from './sql.ts'

/** What a DateTime64 holds: 1900 to 2299. */
const FIRST_MS = -2_208_988_800_000
const LAST_MS = 10_413_791_999_999

/** Both ends included. A range may reach beyond what a column can hold. */
export function timeCondition(column: string, range: TimeRange): Sql {
  const name = new Sql(column)
  return sql`${name} >= ${momentSql(Math.ceil(clamp(range.minMs)))} AND ${name} <= ${momentSql(Math.floor(clamp(range.maxMs)))}`
}

/** The same for a column in microseconds. */
export function microsecondCondition(column: string, range: TimeRange): Sql {
  const name = new Sql(column)
  const { minUs, maxUs } = microsecondsOf(range)
  return sql`${name} >= fromUnixTimestamp64Micro(${minUs}, 'UTC') AND ${name} <= fromUnixTimestamp64Micro(${maxUs}, 'UTC')`
}

/** The first and the last microsecond of a range that a column can hold. */
export function microsecondsOf({ minMs, maxMs }: TimeRange): { readonly minUs: number; readonly maxUs: number } {
  return { minUs: Math.ceil(clamp(minMs) * 1000), maxUs: Math.floor(clamp(maxMs) * 1000) }
}

function momentSql(timeMs: number): Sql {
  return sql`fromUnixTimestamp64Milli(${timeMs}, 'UTC')`
}

function clamp(timeMs: number): number {
  return Math.min(Math.max(timeMs, FIRST_MS), LAST_MS)
}
