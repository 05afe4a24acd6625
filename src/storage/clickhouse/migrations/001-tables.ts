import type { Migration } from '../schema.ts'
import { Sql } from '../sql.ts'

/**
 * The first schema. Tables that are read by time have the time first in their key; `ReplacingMergeTree` without a version keeps
 * of equal keys the row that was inserted last. Beside a table by time stands one by identity where the same thing may come again
 * with another time: what it says is what counts. Parts of `spans` stay in one file up to 64 MiB: with fifty columns, writing and merging
 * a file for each costs twice the time.
 */
export const tables: Migration = {
  version: 1,
  statements: [
    `CREATE TABLE IF NOT EXISTS samples (
      series UInt64 CODEC(ZSTD(1)),
      time DateTime64(3, 'UTC') CODEC(Delta, ZSTD(1)),
      value Float64 CODEC(Delta, ZSTD(1)),
      stale UInt8 CODEC(ZSTD(1))
    ) ENGINE = ReplacingMergeTree
    PARTITION BY toDate(time) ORDER BY (series, time)
    SETTINGS ttl_only_drop_parts = 1`,

    // A series is stated once for each day on which it has samples, so that old ones are neither read nor kept.
    `CREATE TABLE IF NOT EXISTS series (
      day Date,
      name LowCardinality(String),
      series UInt64,
      labels Map(LowCardinality(String), String)
    ) ENGINE = ReplacingMergeTree
    PARTITION BY day ORDER BY (name, series)
    SETTINGS ttl_only_drop_parts = 1`,

    `CREATE TABLE IF NOT EXISTS metadata (
      name String,
      type LowCardinality(String),
      help String,
      unit LowCardinality(String)
    ) ENGINE = ReplacingMergeTree ORDER BY name`,

    `CREATE TABLE IF NOT EXISTS exemplars (
      time DateTime64(3, 'UTC'),
      series_labels Map(LowCardinality(String), String),
      labels Map(LowCardinality(String), String),
      value Float64
    ) ENGINE = ReplacingMergeTree
    PARTITION BY toDate(time) ORDER BY (time, series_labels, labels, value)
    SETTINGS ttl_only_drop_parts = 1`,

    `CREATE TABLE IF NOT EXISTS spans (
      trace_id String CODEC(ZSTD(1)),
      span_id String CODEC(ZSTD(1)),
      parent_span_id String CODEC(ZSTD(1)),
      name LowCardinality(String),
      kind LowCardinality(String),
      start DateTime64(6, 'UTC') CODEC(Delta, ZSTD(1)),
      end DateTime64(6, 'UTC') CODEC(Delta, ZSTD(1)),
      status LowCardinality(String),
      status_message String CODEC(ZSTD(1)),
      service LowCardinality(String),
      session_id String CODEC(ZSTD(1)),
      user_id String CODEC(ZSTD(1)),
      attributes String CODEC(ZSTD(1)),
      resource String CODEC(ZSTD(1)),
      events String CODEC(ZSTD(1)),
      input String CODEC(ZSTD(1)),
      output String CODEC(ZSTD(1)),
      is_request UInt8,
      request_status LowCardinality(String),
      operation LowCardinality(String),
      provider LowCardinality(String),
      model LowCardinality(String),
      request_model LowCardinality(String),
      response_model LowCardinality(String),
      response_id String CODEC(ZSTD(1)),
      prompt String CODEC(ZSTD(1)),
      prompt_frame String CODEC(ZSTD(1)),
      response String CODEC(ZSTD(1)),
      response_frame String CODEC(ZSTD(1)),
      input_tokens Nullable(Int64) CODEC(T64, ZSTD(1)),
      output_tokens Nullable(Int64) CODEC(T64, ZSTD(1)),
      cache_read_tokens Nullable(Int64) CODEC(T64, ZSTD(1)),
      cache_write_tokens Nullable(Int64) CODEC(T64, ZSTD(1)),
      reasoning_tokens Nullable(Int64) CODEC(T64, ZSTD(1)),
      audio_input_tokens Nullable(Int64) CODEC(T64, ZSTD(1)),
      audio_output_tokens Nullable(Int64) CODEC(T64, ZSTD(1)),
      image_input_tokens Nullable(Int64) CODEC(T64, ZSTD(1)),
      parameters String CODEC(ZSTD(1)),
      finish_reasons Array(String) CODEC(ZSTD(1)),
      streamed UInt8,
      ttft_ms Nullable(Float64) CODEC(ZSTD(1)),
      error_type LowCardinality(String),
      error_message String CODEC(ZSTD(1)),
      reported_cost_usd Nullable(Float64) CODEC(ZSTD(1)),
      prompt_name LowCardinality(String),
      prompt_version LowCardinality(String),
      feature LowCardinality(String),
      source LowCardinality(String),
      context Array(String) CODEC(ZSTD(1)),
      cost_usd Nullable(Float64) CODEC(ZSTD(1))
    ) ENGINE = ReplacingMergeTree
    PARTITION BY toDate(start) ORDER BY (start, trace_id, span_id)
    SETTINGS ttl_only_drop_parts = 1, index_granularity = 1024, min_bytes_for_wide_part = 67108864`,

    `CREATE TABLE IF NOT EXISTS span_starts (
      trace_id String CODEC(ZSTD(1)),
      span_id String CODEC(ZSTD(1)),
      start DateTime64(6, 'UTC') CODEC(ZSTD(1))
    ) ENGINE = ReplacingMergeTree ORDER BY (trace_id, span_id)
    SETTINGS index_granularity = 256, min_compress_block_size = 16384`,
    `CREATE MATERIALIZED VIEW IF NOT EXISTS span_starts_of_spans TO span_starts AS SELECT trace_id, span_id, start FROM spans`,

    `CREATE TABLE IF NOT EXISTS evaluations (
      trace_id String CODEC(ZSTD(1)),
      span_id String CODEC(ZSTD(1)),
      evaluator LowCardinality(String),
      evaluator_version LowCardinality(String),
      time DateTime64(3, 'UTC') CODEC(ZSTD(1)),
      model LowCardinality(String),
      score Float64 CODEC(ZSTD(1)),
      verdict LowCardinality(String),
      label Nullable(String) CODEC(ZSTD(1)),
      explanation String CODEC(ZSTD(1)),
      spans Nullable(String) CODEC(ZSTD(1))
    ) ENGINE = ReplacingMergeTree ORDER BY (trace_id, span_id, evaluator, evaluator_version)
    SETTINGS index_granularity = 256, min_compress_block_size = 16384`,
    `CREATE TABLE IF NOT EXISTS evaluation_times (
      time DateTime64(3, 'UTC') CODEC(Delta, ZSTD(1)),
      trace_id String CODEC(ZSTD(1)),
      span_id String CODEC(ZSTD(1)),
      evaluator LowCardinality(String),
      evaluator_version LowCardinality(String),
      verdict LowCardinality(String)
    ) ENGINE = ReplacingMergeTree
    PARTITION BY toDate(time) ORDER BY (time, trace_id, span_id, evaluator, evaluator_version)
    SETTINGS ttl_only_drop_parts = 1`,
    `CREATE MATERIALIZED VIEW IF NOT EXISTS evaluation_times_of_evaluations TO evaluation_times AS
      SELECT time, trace_id, span_id, evaluator, evaluator_version, verdict FROM evaluations`,

    `CREATE TABLE IF NOT EXISTS events (
      id String CODEC(ZSTD(1)),
      time DateTime64(3, 'UTC') CODEC(ZSTD(1)),
      type LowCardinality(String),
      name LowCardinality(String),
      user_id String CODEC(ZSTD(1)),
      session_id String CODEC(ZSTD(1)),
      trace_id String CODEC(ZSTD(1)),
      span_id String CODEC(ZSTD(1)),
      value Nullable(Float64) CODEC(ZSTD(1)),
      comment String CODEC(ZSTD(1)),
      attributes String CODEC(ZSTD(1))
    ) ENGINE = ReplacingMergeTree ORDER BY id
    SETTINGS index_granularity = 256, min_compress_block_size = 16384`,
    `CREATE TABLE IF NOT EXISTS event_times (
      time DateTime64(3, 'UTC') CODEC(Delta, ZSTD(1)),
      id String CODEC(ZSTD(1)),
      type LowCardinality(String),
      user_id String CODEC(ZSTD(1)),
      session_id String CODEC(ZSTD(1)),
      trace_id String CODEC(ZSTD(1))
    ) ENGINE = ReplacingMergeTree
    PARTITION BY toDate(time) ORDER BY (time, id)
    SETTINGS ttl_only_drop_parts = 1`,
    `CREATE MATERIALIZED VIEW IF NOT EXISTS event_times_of_events TO event_times AS
      SELECT time, id, type, user_id, session_id, trace_id FROM events`,

    `CREATE TABLE IF NOT EXISTS logs (
      time DateTime64(3, 'UTC') CODEC(Delta, ZSTD(1)),
      level LowCardinality(String),
      service LowCardinality(String),
      body String CODEC(ZSTD(1)),
      trace_id String CODEC(ZSTD(1)),
      span_id String CODEC(ZSTD(1)),
      request_id String CODEC(ZSTD(1)),
      attributes String CODEC(ZSTD(1))
    ) ENGINE = MergeTree
    PARTITION BY toDate(time) ORDER BY time
    SETTINGS ttl_only_drop_parts = 1`,

    `CREATE TABLE IF NOT EXISTS state (
      kind LowCardinality(String),
      id String,
      document String,
      is_deleted UInt8
    ) ENGINE = ReplacingMergeTree ORDER BY (kind, id)`,
  ].map((statement) => new Sql(statement)),
}
