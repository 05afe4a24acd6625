import type { Cardinality } from '../sample-store.ts'
import type { Connection } from './connection.ts'
import { numberOf, rowsOf, textOf } from './result-row.ts'
import { sql, type Sql } from './sql.ts'

/** Counts the stated series in the engine, so that a million label sets never come into this process. */
export async function readCardinality(connection: Connection, limit: number): Promise<Cardinality> {
  const counts = async (statement: Sql): Promise<[string, number][]> =>
    rowsOf(await connection.query(statement)).map((row) => [textOf(row, 'key'), numberOf(row, 'count')])
  const pairs = sql`(SELECT series, any(labels) AS pairs FROM series GROUP BY series) ARRAY JOIN mapKeys(pairs) AS label, mapValues(pairs) AS text`
  const [all] = await counts(sql`SELECT '' AS key, uniqExact(series) AS count FROM series`)
  const [distinct] = await counts(sql`SELECT '' AS key, uniqExact(label, text) AS count FROM ${pairs}`)
  const [min, max] = await counts(sql`
    SELECT 'min' AS key, toUnixTimestamp64Milli(min(time)) AS count FROM samples
    UNION ALL SELECT 'max' AS key, toUnixTimestamp64Milli(max(time)) AS count FROM samples ORDER BY key DESC`)
  return {
    seriesCount: all?.[1] ?? 0,
    labelPairCount: distinct?.[1] ?? 0,
    chunkCount: 0,
    minTimeMs: min?.[1] || undefined,
    maxTimeMs: max?.[1] || undefined,
    sizeBytesByLabelName: await counts(sql`
      SELECT label AS key, sum(length(text)) AS count FROM ${pairs} GROUP BY key ORDER BY count DESC, key LIMIT ${limit}`),
    seriesCountByMetricName: await counts(sql`
      SELECT name AS key, uniqExact(series) AS count FROM series GROUP BY key ORDER BY count DESC, key LIMIT ${limit}`),
    labelValueCountByLabelName: await counts(sql`
      SELECT label AS key, uniqExact(text) AS count FROM ${pairs} GROUP BY key ORDER BY count DESC, key LIMIT ${limit}`),
    seriesCountByLabelPair: await counts(sql`
      SELECT concat(label, '=', text) AS key, count() AS count FROM ${pairs} GROUP BY key ORDER BY count DESC, key LIMIT ${limit}`),
  }
}
