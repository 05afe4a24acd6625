import type { Migration } from '../schema.ts'
import { Sql } from '../sql.ts'

/**
 * The requests of settled days once more (`settled-requests.ts`): each of them once, only what questions are asked about, and those of a user and
 * of a session beside each other. As rows they may be equal in everything, so that nothing replaces anything: a day is written and
 * goes as a whole. What has the names of columns of `spans` says the same.
 */
export const settledRequests: Migration = {
  version: 4,
  statements: [
    `CREATE TABLE IF NOT EXISTS settled_requests (
      day Date,
      parts UInt64,
      user_id String CODEC(ZSTD(1)),
      session_id String CODEC(ZSTD(1)),
      start DateTime64(6, 'UTC') CODEC(Delta, ZSTD(1)),
      lasting_us Int64 CODEC(T64, ZSTD(1)),
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
      input_tokens Nullable(Int64) CODEC(T64, ZSTD(1)),
      output_tokens Nullable(Int64) CODEC(T64, ZSTD(1)),
      cache_read_tokens Nullable(Int64) CODEC(T64, ZSTD(1)),
      ttft_ms Nullable(Float64) CODEC(ZSTD(1)),
      cost_usd Nullable(Float64) CODEC(ZSTD(1)),
      span_hash UInt64 CODEC(NONE),
      end DateTime64(6, 'UTC') ALIAS addMicroseconds(start, lasting_us),
      latency_ms Float64 ALIAS lasting_us / 1000,
      total_tokens Nullable(Int64) ALIAS input_tokens + output_tokens,
      INDEX sessions session_id TYPE bloom_filter(0.001)
    ) ENGINE = MergeTree PARTITION BY day ORDER BY (day, parts, user_id, session_id, start)
    SETTINGS index_granularity = 1024, ttl_only_drop_parts = 1`,
    // What was settled without them is settled once more.
    `TRUNCATE TABLE settled_days`,
  ].map((statement) => new Sql(statement)),
}
