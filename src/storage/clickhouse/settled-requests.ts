import type { RequestSelection } from '../request-explorer.ts'
import type { Connection } from './connection.ts'
import { type LocatedFilter, requestConditions, settledConditions, SPAN_HASH } from './request-conditions.ts'
import { daysIn, isOneOf, isOtherThan, type SettledDay } from './settled-days.ts'
import { and, sql, Sql } from './sql.ts'

/** What `settled_requests` has under the names of columns of `spans`. */
const NAMES = `user_id, session_id, start, end, latency_ms, model, provider, request_status, operation, source, service, feature, prompt_name,
  prompt_version, error_type, input_tokens, output_tokens, total_tokens, cache_read_tokens, ttft_ms, cost_usd`
const SETTLED_COLUMNS = new Sql(`${NAMES}, CAST(finish_reasons, 'Array(String)') AS finish_reasons, span_hash`)
const SPAN_COLUMNS = sql`${new Sql(NAMES)}, finish_reasons, ${SPAN_HASH} AS span_hash`

/** Whether settled requests have all that a filter looks at: they have no texts, no ids and no attributes. */
export function isSettledFor({ text = '', traceId, team, key, stretches }: LocatedFilter): boolean {
  return text === '' && [traceId, team, key].every((wanted) => wanted === undefined) && stretches === undefined
}

/** The days that questions with this filter need not read of `spans`. */
export async function readableDays(connection: Connection, { range, filter }: RequestSelection): Promise<SettledDay[]> {
  return isSettledFor(filter) ? daysIn(connection, 'settled_days', range) : []
}

/** One more condition on requests. */
export interface Narrowing {
  readonly condition: Sql
  /** Tells settled days that may have such requests, of `day`. */
  readonly days?: Sql
}

/** Requests of some sessions; the sums of settled days tell which have them. */
export function isOfSessions(ids: readonly string[]): Narrowing {
  return {
    condition: sql`session_id IN ${ids}`,
    days: sql`day IN (SELECT day FROM request_owner_days WHERE owner = 'session' AND id IN ${ids})`,
  }
}

/**
 * The requests of a selection, each of them once, as a table to select from, with the columns above: those of settled days are read where they
 * stand without texts and without FINAL.
 */
export async function requestsOf(
  connection: Connection,
  { range, filter }: { readonly range: RequestSelection['range']; readonly filter: LocatedFilter },
  { condition, days: narrowed = sql`1` }: Narrowing = { condition: sql`1` },
): Promise<Sql> {
  const days = await readableDays(connection, { range, filter })
  const others = sql`SELECT ${SPAN_COLUMNS} FROM spans FINAL WHERE ${and([requestConditions(range, filter), condition])}`
  if (days.length === 0) return sql`(${others})`
  const settled = and([isOneOf(days), narrowed, settledConditions(range, filter), condition])
  return sql`(
    SELECT ${SETTLED_COLUMNS} FROM settled_requests WHERE ${settled}
    UNION ALL ${others} AND ${isOtherThan(days)})`
}
