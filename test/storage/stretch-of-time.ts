import type { TimeRange } from '../../src/storage/sample-store.ts'

const HOUR_MS = 3_600_000

let used = 0

/** An hour that no other test has, so that tests may share a store. */
export function freshHour(): TimeRange {
  const minMs = 1_750_003_200_000 + HOUR_MS * 2 * used++
  return { minMs, maxMs: minMs + HOUR_MS - 1 }
}
