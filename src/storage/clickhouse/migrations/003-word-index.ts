import type { Migration } from '../schema.ts'
import { Sql } from '../sql.ts'

/**
 * Which words stand where in the requests of days that are over (`word-index.ts`), so that a search reads only where a text may be. A day goes
 * as a whole: words cannot be told by whose they are. Slices are numbered from 1 by their edges, in microseconds.
 */
export const wordIndex: Migration = {
  version: 3,
  statements: [
    `CREATE TABLE IF NOT EXISTS request_words (
      day Date,
      parts UInt64,
      token String CODEC(ZSTD(1)),
      slices AggregateFunction(groupBitmap, UInt32) CODEC(ZSTD(1))
    ) ENGINE = AggregatingMergeTree PARTITION BY day ORDER BY (day, parts, token)
    SETTINGS index_granularity = 512, ttl_only_drop_parts = 1`,
    // Written last: a day without it is not indexed.
    `CREATE TABLE IF NOT EXISTS indexed_days (day Date, parts UInt64, edges Array(Int64))
    ENGINE = ReplacingMergeTree PARTITION BY day ORDER BY day
    SETTINGS ttl_only_drop_parts = 1`,
  ].map((statement) => new Sql(statement)),
}
