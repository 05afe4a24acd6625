import type { Migration } from '../schema.ts'
import { Sql } from '../sql.ts'

/**
 * Evaluations that flagged something, once more and by evaluator: they are few, and who looks for them need not read the times of all. One that
 * was made again stays with its earlier verdict, as it does in `evaluation_times`.
 */
export const flaggedTimes: Migration = {
  version: 5,
  statements: [
    `CREATE TABLE IF NOT EXISTS flagged_times (
      time DateTime64(3, 'UTC') CODEC(Delta, ZSTD(1)),
      trace_id String CODEC(ZSTD(1)),
      span_id String CODEC(ZSTD(1)),
      evaluator LowCardinality(String)
    ) ENGINE = ReplacingMergeTree
    PARTITION BY toDate(time) ORDER BY (evaluator, time, trace_id, span_id)
    SETTINGS ttl_only_drop_parts = 1`,
    `CREATE MATERIALIZED VIEW IF NOT EXISTS flagged_times_of_evaluations TO flagged_times AS
      SELECT time, trace_id, span_id, evaluator FROM evaluations WHERE verdict = 'flagged'`,
    `INSERT INTO flagged_times (time, trace_id, span_id, evaluator)
      SELECT time, trace_id, span_id, evaluator FROM evaluation_times WHERE verdict = 'flagged'`,
  ].map((statement) => new Sql(statement)),
}
