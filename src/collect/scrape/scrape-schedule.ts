/** A timer that fires so late, as a share of the interval and at most, still counts as in time. */
const TOLERANCE_SHARE = 0.01
const MAX_TOLERANCE_MS = 20

/**
 * The first time after `nowMs` at which a target is due: every interval since 1970, shifted by the target's share of it. So scrapes of
 * many targets are spread evenly, and one target keeps its rhythm over restarts and on all machines.
 */
export function nextDueMs(nowMs: number, intervalMs: number, spread: number): number {
  const offsetMs = Math.floor(spread * intervalMs)
  const periods = Math.floor((nowMs - offsetMs) / intervalMs) + 1
  return periods * intervalMs + offsetMs
}

/** The time that a scrape's samples bear: the one it was due at, unless it began clearly later. Regular times compress far better. */
export function scrapeTimestampMs(dueMs: number, nowMs: number, intervalMs: number): number {
  const toleranceMs = Math.min(MAX_TOLERANCE_MS, intervalMs * TOLERANCE_SHARE)
  return Math.abs(nowMs - dueMs) <= toleranceMs ? dueMs : nowMs
}
