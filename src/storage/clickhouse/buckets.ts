import { sql, Sql } from './sql.ts'

/**
 * Durations are summed up as counts of buckets that are 2^(1/32) wide, so that a percentile of any number of sums is known within 1.1 %.
 * From 2^-16 ms on; what is shorter is in the first.
 */
const PER_OCTAVE = 32
const FIRST_OCTAVE = -16

/** The bucket of a duration in milliseconds. */
export function bucketOf(durationMs: Sql): Sql {
  const smallest = new Sql(String(2 ** FIRST_OCTAVE))
  return sql`toUInt16(floor(${PER_OCTAVE} * (log2(greatest(${durationMs}, ${smallest})) - (${FIRST_OCTAVE}))))`
}

/** The duration in the middle of a bucket, in milliseconds. */
export function middleOf(bucket: Sql): Sql {
  return sql`exp2((${bucket} + 0.5) / ${PER_OCTAVE} + (${FIRST_OCTAVE}))`
}
