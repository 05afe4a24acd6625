import type { RequestFilter } from '../request-store.ts'
import type { TimeRange } from '../sample-store.ts'
import type { Connection } from './connection.ts'
import type { LocatedFilter } from './request-conditions.ts'
import { numberOf, rowsOf } from './result-row.ts'
import { dayMs, daysIn, DAY_MS, isOneOf, type SettledDay } from './settled-days.ts'
import { coarsen, joined, type Stretch } from './stretch.ts'
import { sql, Sql } from './sql.ts'
import { microsecondsOf } from './time-condition.ts'
import { isToken, tokensOf, type SearchedToken } from './tokens.ts'

/** In one statement: the engine tries each of them on its index. */
const MAX_STRETCHES = 128
/** The first statement of a list looks at few: mostly they are enough. */
const FIRST_STRETCHES = 8

/** The selection with where its text may be, as far as the index of words knows. */
export async function locate<Selection extends { readonly range: TimeRange; readonly filter: RequestFilter }>(
  connection: Connection,
  selection: Selection,
): Promise<Selection & { readonly filter: LocatedFilter }> {
  const stretches = await textStretches(connection, selection.range, selection.filter.text ?? '')
  if (stretches === undefined) return selection
  return { ...selection, filter: { ...selection.filter, stretches: coarsen(stretches, MAX_STRETCHES) } }
}

/**
 * Where in the range requests with a text may be, the newest first and none touching another; undefined when it may be anywhere. Of days
 * that are not indexed, or not as they are now, that is everywhere.
 */
export async function textStretches(
  connection: Connection,
  range: TimeRange,
  text: string,
): Promise<Stretch[] | undefined> {
  const tokens = tokensOf(text)
  if (tokens.length === 0) return undefined
  const days = await daysIn(connection, 'indexed_days', range)
  if (days.length === 0) return undefined
  const slices = await slicesWith(connection, days, tokens)
  const { minUs, maxUs } = microsecondsOf(range)
  const inRange = slices.filter((slice) => slice.minUs <= maxUs && slice.maxUs >= minUs)
  return joined([...inRange, ...gapsBetween(days, range)])
}

/** Pieces of stretches for one statement after the other, each bigger than the one before. */
export function* piecesOf(stretches: readonly Stretch[]): Generator<readonly Stretch[]> {
  let count = FIRST_STRETCHES
  for (let start = 0; start < stretches.length; start += count, count = Math.min(4 * count, MAX_STRETCHES)) {
    yield stretches.slice(start, start + count)
  }
}

/** The slices of indexed days that have all the tokens. */
async function slicesWith(
  connection: Connection,
  days: readonly SettledDay[],
  tokens: readonly SearchedToken[],
): Promise<Stretch[]> {
  const indexed = isOneOf(days)
  const eachToken = tokens.map(
    (token) => sql`
      SELECT day, groupBitmapMergeState(slices) AS found FROM request_words WHERE ${indexed} AND ${isToken(token)} GROUP BY day`,
  )
  const statement = sql`
    SELECT edges[slice] AS min_us,
      if(slice < length(edges), edges[slice + 1], toInt64(toUnixTimestamp(toDateTime(day + 1, 'UTC'))) * 1000000) - 1 AS max_us
    FROM (
      SELECT day, arrayJoin(bitmapToArray(groupBitmapAndState(found))) AS slice
      FROM (${new Sql(eachToken.map(({ text }) => text).join(' UNION ALL '))})
      GROUP BY day HAVING count() = ${tokens.length}
    ) AS slices JOIN (SELECT day, edges FROM indexed_days FINAL WHERE ${indexed}) AS edges_of_days USING (day)`
  return rowsOf(await connection.query(statement)).map((row) => ({
    minUs: numberOf(row, 'min_us'),
    maxUs: numberOf(row, 'max_us'),
  }))
}

/** What of a range no day covers. */
function gapsBetween(days: readonly SettledDay[], range: TimeRange): Stretch[] {
  const { minUs, maxUs } = microsecondsOf(range)
  const gaps: Stretch[] = []
  let from = minUs
  for (const startMs of days.map(dayMs).sort((a, b) => a - b)) {
    if (from < startMs * 1_000) gaps.push({ minUs: from, maxUs: startMs * 1_000 - 1 })
    from = (startMs + DAY_MS) * 1_000
  }
  if (from <= maxUs) gaps.push({ minUs: from, maxUs })
  return gaps
}
