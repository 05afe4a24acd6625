import { or, sql, type Sql } from './sql.ts'

/** A stretch of time in microseconds, both ends included. */
export interface Stretch {
  readonly minUs: number
  readonly maxUs: number
}

/** Spans that start in one of the stretches. */
export function isInStretches(stretches: readonly Stretch[]): Sql {
  return or(
    stretches.map(
      ({ minUs, maxUs }) =>
        sql`start >= fromUnixTimestamp64Micro(${minUs}, 'UTC') AND start <= fromUnixTimestamp64Micro(${maxUs}, 'UTC')`,
    ),
  )
}

/** The newest first; what touches becomes one. */
export function joined(stretches: readonly Stretch[], gapUs = 0): Stretch[] {
  const result: Stretch[] = []
  for (const stretch of stretches.toSorted((a, b) => b.maxUs - a.maxUs)) {
    const newer = result.at(-1)
    if (newer !== undefined && newer.minUs - stretch.maxUs <= gapUs + 1)
      result[result.length - 1] = { minUs: Math.min(newer.minUs, stretch.minUs), maxUs: newer.maxUs }
    else result.push(stretch)
  }
  return result
}

/** No more than wanted, by closing the smallest gaps. Newest first, and none touching another. */
export function coarsen(stretches: readonly Stretch[], count: number): readonly Stretch[] {
  if (stretches.length <= count) return stretches
  const gaps = stretches.slice(1).map(({ maxUs }, i) => (stretches[i]?.minUs ?? 0) - maxUs)
  return joined(stretches, gaps.sort((a, b) => a - b)[stretches.length - count - 1])
}
