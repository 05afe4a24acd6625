import type { RequestOrder } from '../request-store.ts'
import { LATENCY_MS, TOTAL_TOKENS } from './request-conditions.ts'
import { sql, type Sql } from './sql.ts'

/** The figures that lists are ordered by. */
export const FIGURE_COLUMNS: Readonly<Record<Exclude<RequestOrder, 'start'>, Sql>> = {
  latency: LATENCY_MS,
  ttft: sql`ttft_ms`,
  cost: sql`cost_usd`,
  tokens: TOTAL_TOKENS,
}

/** What the list is ordered by before the start, as Float64; -1 for what is unknown. */
export function figureSql(order: RequestOrder): Sql {
  return order === 'start' ? sql`0.` : sql`toFloat64(ifNull(${FIGURE_COLUMNS[order]}, -1))`
}

/** A time in milliseconds, exact to the microsecond. */
export function momentSql(timeMs: number): Sql {
  return sql`fromUnixTimestamp64Micro(${Math.round(timeMs * 1000)}, 'UTC')`
}
