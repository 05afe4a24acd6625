import type { RequestField } from '../request-explorer.ts'
import type { RequestFilter } from '../request-store.ts'
import type { TimeRange } from '../sample-store.ts'
import { bucketOf } from './buckets.ts'
import type { Connection } from './connection.ts'
import { LATENCY_MS, requestConditions, SPAN_HASH, sumConditions } from './request-conditions.ts'
import { rowsOf, textOf } from './result-row.ts'
import { list, sql, Sql } from './sql.ts'

export const DAY_MS = 86_400_000

/** A day whose requests are summed up, and the parts that this was made of. */
export interface SettledDay {
  /** `2026-01-31`. */
  readonly day: string
  readonly parts: string
}

/** The parts that each day of `spans` consists of now, as a hash of their names. */
export const DAY_PARTS: Sql = sql`
  SELECT toDate(partition) AS day, cityHash64(arraySort(groupArray(name))) AS parts, max(modification_time) AS changed
  FROM system.parts WHERE active AND database = currentDatabase() AND table = 'spans' GROUP BY partition`

/** The settled days that lie in the range as a whole. */
export async function settledDaysIn(connection: Connection, { minMs, maxMs }: TimeRange): Promise<SettledDay[]> {
  const firstMs = Math.ceil(minMs / DAY_MS) * DAY_MS
  const lastMs = Math.floor((maxMs + 1) / DAY_MS) * DAY_MS - DAY_MS
  return lastMs < firstMs ? [] : daysIn(connection, 'settled_days', { minMs: firstMs, maxMs: lastMs })
}

/** The days that the range touches and that a table knows as they are now. */
export async function daysIn(
  connection: Connection,
  table: 'settled_days' | 'indexed_days',
  { minMs, maxMs }: TimeRange,
): Promise<SettledDay[]> {
  const statement = sql`
    SELECT toString(day) AS text, toString(parts) AS hash FROM ${new Sql(table)} FINAL
    WHERE day >= toDate(${dayOf(minMs)}) AND day <= toDate(${dayOf(maxMs)}) AND (day, parts) IN (SELECT day, parts FROM (${DAY_PARTS}))`
  return rowsOf(await connection.query(statement)).map((row) => ({
    day: textOf(row, 'text'),
    parts: textOf(row, 'hash'),
  }))
}

/** When a day begins. */
export function dayMs({ day }: SettledDay): number {
  return Date.parse(`${day}T00:00:00Z`)
}

/** Rows of a table of derived days that belong to one of these. */
export function isOneOf(days: readonly SettledDay[]): Sql {
  return sql`(day, parts) IN (${pairsOf(days)})`
}

/** Spans of any other day. */
export function isOtherThan(days: readonly SettledDay[]): Sql {
  return sql`toDate(spans.start) NOT IN (${list(days.map(({ day }) => sql`toDate(${day})`))})`
}

function pairsOf(days: readonly SettledDay[]): Sql {
  return list(days.map(({ day, parts }) => sql`(toDate(${day}), ${BigInt(parts)})`))
}

/** What dates in statements can say. */
function dayOf(timeMs: number): string {
  return new Date(Math.min(Math.max(timeMs, 0), Date.UTC(2149, 0))).toISOString().slice(0, 10)
}

/** What the sums of settled days are kept by: each combination of fields, or each user or session. */
export type SumsBy = 'fields' | 'user' | 'session'

/** What sums can answer a question; undefined when it has to be asked of the requests themselves. */
export function sumsFor(filter: RequestFilter, fields: readonly RequestField[]): SumsBy | undefined {
  const asked = Object.keys(filter) as ReadonlyArray<keyof RequestFilter>
  const [field] = fields
  if (fields.length === 1 && (field === 'user' || field === 'session')) return asked.length === 0 ? field : undefined
  const isKept = asked.every((name) => KEPT.has(name)) && !fields.includes('user') && !fields.includes('session')
  return isKept ? 'fields' : undefined
}

const KEPT: ReadonlySet<keyof RequestFilter> = new Set([
  'model',
  'provider',
  'status',
  'operation',
  'source',
  'service',
  'feature',
  'promptName',
  'promptVersion',
  'errorType',
  'finishReason',
])

/** The sums of settled days, and each request of the others as a sum of its own, as a table to select from. */
export function sumsOf(
  by: SumsBy,
  { range, filter }: { readonly range: TimeRange; readonly filter: RequestFilter },
  days: readonly SettledDay[],
): Sql {
  const others = sql`
    SELECT ${sumColumns(by)} FROM spans FINAL
    WHERE ${requestConditions(range, filter)} AND ${isOtherThan(days)}`
  return by === 'fields'
    ? sql`(SELECT ${FIELD_COLUMNS} FROM request_hours FINAL WHERE ${isOneOf(days)} AND ${sumConditions(filter)} UNION ALL ${others})`
    : sql`(SELECT ${OWNER_COLUMNS} FROM request_owner_days FINAL WHERE ${isOneOf(days)} AND owner = ${by} UNION ALL ${others})`
}

const SUM_NAMES = `request_count, input_sum, output_sum, cache_read_sum, cost_sum, unpriced_count, output_ms_sum,
  latency_buckets, latency_counts, ttft_buckets, ttft_counts`
const FIELD_NAMES = `model, provider, request_status, operation, source, service, feature, prompt_name, prompt_version, error_type`
const SETTLED_NAMES = `user_id, session_id, start, ${FIELD_NAMES}, finish_reasons, input_tokens, output_tokens, cache_read_tokens, ttft_ms, cost_usd`
const FIELD_COLUMNS = new Sql(
  `toInt64(toUnixTimestamp(hour)) * 1000000 AS at_us, ${FIELD_NAMES}, finish_reasons, ${SUM_NAMES}`,
)
const OWNER_COLUMNS = new Sql(`id, error_count, ${SUM_NAMES}`)

/** Of one request, what sums have of many. */
const ONE_REQUEST: Sql = sql`
  toUInt64(1) AS request_count, toUInt64(ifNull(input_tokens, 0)) AS input_sum, toUInt64(ifNull(output_tokens, 0)) AS output_sum,
  toUInt64(ifNull(cache_read_tokens, 0)) AS cache_read_sum, ifNull(cost_usd, 0.) AS cost_sum,
  toUInt64(cost_usd IS NULL) AS unpriced_count, if(output_tokens IS NULL, 0., ${LATENCY_MS}) AS output_ms_sum,
  [${bucketOf(LATENCY_MS)}] AS latency_buckets, [toUInt64(1)] AS latency_counts,
  if(ttft_ms IS NULL, [], [${bucketOf(sql`assumeNotNull(ttft_ms)`)}]) AS ttft_buckets,
  if(ttft_ms IS NULL, [], [toUInt64(1)]) AS ttft_counts`

function sumColumns(by: SumsBy): Sql {
  if (by === 'fields')
    return sql`toUnixTimestamp64Micro(start) AS at_us, ${new Sql(FIELD_NAMES)},
      CAST(finish_reasons, 'Array(LowCardinality(String))') AS finish_reasons, ${ONE_REQUEST}`
  return sql`${new Sql(`${by}_id`)} AS id, toUInt64(request_status = 'error') AS error_count, ${ONE_REQUEST}`
}

/** Adds up columns of `ONE_REQUEST` under the same names. */
const ADDED: Sql = sql`
  count() AS request_count, sum(one.input_sum) AS input_sum, sum(one.output_sum) AS output_sum, sum(one.cache_read_sum) AS cache_read_sum,
  sum(one.cost_sum) AS cost_sum, sum(one.unpriced_count) AS unpriced_count, sum(one.output_ms_sum) AS output_ms_sum,
  sumMap(one.latency_buckets, one.latency_counts) AS latencies, sumMap(one.ttft_buckets, one.ttft_counts) AS ttfts`
const ADDED_NAMES =
  new Sql(`request_count, input_sum, output_sum, cache_read_sum, cost_sum, unpriced_count, output_ms_sum,
  latencies.1 AS latency_buckets, latencies.2 AS latency_counts, ttfts.1 AS ttft_buckets, ttfts.2 AS ttft_counts`)

/** Statements that settle a day of `spans` as it is now: each of its requests once, and their sums. */
export function settlingStatements({ day, parts }: SettledDay): readonly Sql[] {
  const rows = (by: SumsBy): Sql =>
    sql`(SELECT start, ${sumColumns(by)} FROM settled_requests WHERE day = toDate(${day}))`
  const identity = sql`toDate(${day}) AS day, ${BigInt(parts)} AS parts`
  const fields = new Sql(`${FIELD_NAMES}, finish_reasons`)
  const owners = (['user', 'session'] as const).map(
    (owner) => sql`
      INSERT INTO request_owner_days (day, parts, owner, id, error_count, ${new Sql(SUM_NAMES)})
      SELECT ${identity}, ${owner}, id, error_count, ${ADDED_NAMES}
      FROM (SELECT id, sum(one.error_count) AS error_count, ${ADDED} FROM ${rows(owner)} AS one GROUP BY id)`,
  )
  return [
    sql`ALTER TABLE settled_requests DROP PARTITION ${day}`,
    sql`
      INSERT INTO settled_requests (day, parts, ${new Sql(SETTLED_NAMES)}, lasting_us, span_hash)
      SELECT ${identity}, ${new Sql(SETTLED_NAMES)}, toUnixTimestamp64Micro(end) - toUnixTimestamp64Micro(start), ${SPAN_HASH}
      FROM spans FINAL WHERE is_request AND toDate(spans.start) = toDate(${day})`,
    sql`
      INSERT INTO request_hours (day, parts, hour, ${fields}, ${new Sql(SUM_NAMES)})
      SELECT ${identity}, hour, ${fields}, ${ADDED_NAMES}
      FROM (SELECT toStartOfHour(toDateTime(start, 'UTC')) AS hour, ${fields}, ${ADDED} FROM ${rows('fields')} AS one GROUP BY hour, ${fields})`,
    ...owners,
    sql`INSERT INTO settled_days SELECT ${identity}`,
  ]
}

/** Removes the settled requests of these days. */
export async function forgetRequests(connection: Connection, days: readonly string[]): Promise<void> {
  for (const day of days) await connection.command(sql`ALTER TABLE settled_requests DROP PARTITION ${day}`)
}

/** The tables of sums, whose rows of earlier parts nobody looks at any more. */
export const SUM_TABLES = ['request_hours', 'request_owner_days'] as const
