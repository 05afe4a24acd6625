import type { TimeRange } from '../sample-store.ts'
import type { Connection } from './connection.ts'
import { millisecondsOf, rowsOf } from './result-row.ts'
import { sql } from './sql.ts'
import { microsecondCondition } from './time-condition.ts'

/** When the newest request of a range began, also one that was replaced since; undefined when there is none. */
export async function newestStartMs(connection: Connection, range: TimeRange): Promise<number | undefined> {
  const statement = sql`
    SELECT start FROM spans WHERE is_request AND ${microsecondCondition('start', range)} ORDER BY start DESC LIMIT 1`
  const [row] = rowsOf(await connection.query(statement))
  return row === undefined ? undefined : millisecondsOf(row, 'start')
}
