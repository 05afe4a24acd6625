import type { Migration } from '../schema.ts'
import { Sql } from '../sql.ts'

/**
 * What a list may be ordered by, so that the greatest are found without reading all, and owners that most stretches of time do not have.
 * Sessions are asked for by the page.
 */
const INDEXES: ReadonlyArray<readonly [name: string, column: string, type: string]> = [
  ['greatest_latency', 'latency_ms', 'minmax'],
  ['greatest_ttft', 'ttft_ms', 'minmax'],
  ['greatest_cost', 'cost_usd', 'minmax'],
  ['greatest_tokens', 'total_tokens', 'minmax'],
  ['users', 'user_id', 'bloom_filter(0.01)'],
  ['sessions', 'session_id', 'bloom_filter(0.001)'],
]

/** What is summed up, in both tables. Buckets: see `buckets.ts`. */
const SUMS = `
  request_count UInt64 CODEC(T64, ZSTD(1)),
  input_sum UInt64 CODEC(T64, ZSTD(1)),
  output_sum UInt64 CODEC(T64, ZSTD(1)),
  cache_read_sum UInt64 CODEC(T64, ZSTD(1)),
  cost_sum Float64 CODEC(ZSTD(1)),
  unpriced_count UInt64 CODEC(T64, ZSTD(1)),
  output_ms_sum Float64 CODEC(ZSTD(1)),
  latency_buckets Array(UInt16) CODEC(ZSTD(1)),
  latency_counts Array(UInt64) CODEC(T64, ZSTD(1)),
  ttft_buckets Array(UInt16) CODEC(ZSTD(1)),
  ttft_counts Array(UInt64) CODEC(T64, ZSTD(1))`

/**
 * Days that are over are summed up, so that questions about months do not read every request (`day-settling.ts`). A sum belongs to the parts
 * of `spans` that it was made of, told by a hash of their names, and is no longer looked at when they have changed. Deleted and late spans
 * and merges change them.
 */
export const settledDays: Migration = {
  version: 2,
  statements: [
    `ALTER TABLE spans
      ADD COLUMN IF NOT EXISTS latency_ms Float64 MATERIALIZED (toUnixTimestamp64Micro(end) - toUnixTimestamp64Micro(start)) / 1000 CODEC(ZSTD(1)),
      ADD COLUMN IF NOT EXISTS total_tokens Nullable(Int64) MATERIALIZED input_tokens + output_tokens CODEC(T64, ZSTD(1))`,
    `ALTER TABLE spans ${INDEXES.map(([name, column, type]) => `ADD INDEX IF NOT EXISTS ${name} ${column} TYPE ${type}`).join(', ')}`,
    // What is stored already gets them in the background; until then it is read as before.
    `ALTER TABLE spans MATERIALIZE COLUMN latency_ms, MATERIALIZE COLUMN total_tokens,
      ${INDEXES.map(([name]) => `MATERIALIZE INDEX ${name}`).join(', ')}`,

    `CREATE TABLE IF NOT EXISTS request_hours (
      day Date,
      parts UInt64,
      hour DateTime('UTC'),
      model LowCardinality(String),
      provider LowCardinality(String),
      request_status LowCardinality(String),
      operation LowCardinality(String),
      source LowCardinality(String),
      service LowCardinality(String),
      feature LowCardinality(String),
      prompt_name LowCardinality(String),
      prompt_version LowCardinality(String),
      error_type LowCardinality(String),
      finish_reasons Array(LowCardinality(String)),
      ${SUMS}
    ) ENGINE = ReplacingMergeTree PARTITION BY day
    ORDER BY (day, parts, hour, model, provider, request_status, operation, source, service, feature, prompt_name, prompt_version,
      error_type, finish_reasons)`,
    `CREATE TABLE IF NOT EXISTS request_owner_days (
      day Date,
      parts UInt64,
      owner LowCardinality(String),
      id String CODEC(ZSTD(1)),
      error_count UInt64 CODEC(T64, ZSTD(1)),
      ${SUMS}
    ) ENGINE = ReplacingMergeTree PARTITION BY day ORDER BY (day, parts, owner, id)`,
    // Written last: a day without it is not settled.
    `CREATE TABLE IF NOT EXISTS settled_days (day Date, parts UInt64) ENGINE = ReplacingMergeTree ORDER BY day`,
  ].map((statement) => new Sql(statement)),
}
