import type { SampleWindows, WantedSamples } from '../sample-store.ts'
import { sql, type Sql } from './sql.ts'

/** Fewer samples between two edges of windows than this are cheaper to hand over than to group: measured by `bench/metrics/long-range.ts`. */
const WORTH_GROUPING = 8

/** Which samples the engine hands over. Whatever is left out, every window keeps what is wanted of it, so results do not depend on it. */
export interface Thinning {
  /** Samples between these windows are left out; undefined when there is nothing between them. */
  readonly gaps: SampleWindows | undefined
  /** Of the samples between two edges of these windows only the wanted one is taken; undefined when all are. */
  readonly groups: SampleWindows | undefined
  /** How many of the samples come out, as estimated; 1 when nothing is left out. */
  readonly share: number
}

const EVERYTHING: Thinning = { gaps: undefined, groups: undefined, share: 1 }

/**
 * Leaves to the engine only what is cheaper there: passing over gaps between windows, and finding the newest, smallest or largest of many samples.
 * Rates are not left to it, because looking for resets between neighbours costs it more than handing the samples over.
 */
export function chooseThinning(windows: SampleWindows | undefined, intervalMs: number): Thinning {
  if (windows === undefined || !isWhole(windows)) return EVERYTHING
  const { stepMs, rangeMs, wanted } = windows
  const gaps = stepMs > rangeMs ? windows : undefined
  const groups = wanted !== 'every' && shortestGroupMs(windows) >= WORTH_GROUPING * intervalMs ? windows : undefined
  const ofTime = Math.min(1, rangeMs / stepMs)
  const ofSamples = groups === undefined ? 1 : intervalMs / shortestGroupMs(windows)
  return { gaps, groups, share: ofTime * ofSamples }
}

/** Times in statements are whole milliseconds. */
function isWhole({ firstEndMs, stepMs, rangeMs }: SampleWindows): boolean {
  return [firstEndMs, stepMs, rangeMs].every(Number.isSafeInteger) && stepMs > 0 && rangeMs > 0
}

/** The time between two edges, at least on average. */
function shortestGroupMs({ stepMs, rangeMs, wanted }: SampleWindows): number {
  if (stepMs > rangeMs) return rangeMs
  return isNewest(wanted) || rangeMs % stepMs === 0 ? stepMs : stepMs / 2
}

function isNewest(wanted: WantedSamples): boolean {
  return wanted === 'newest' || wanted === 'newest-value'
}

/** Holds for samples in a window; `time` may not lie before the first one. */
export function isInWindow(windows: SampleWindows): Sql {
  return sql`${sinceStart(windows)} % ${windows.stepMs} < ${windows.rangeMs}`
}

/** Milliseconds since the first that belongs to the first window. */
function sinceStart({ firstEndMs, rangeMs }: SampleWindows): Sql {
  return sql`(toUnixTimestamp64Milli(time) - (${firstEndMs - rangeMs + 1}))`
}

/** Statement that gives the columns series, time_ms, value and stale of the samples that meet the conditions, in no particular order. */
export function thinnedSamples({ groups }: Thinning, conditions: Sql): Sql {
  if (groups === undefined) {
    return sql`SELECT series, toFloat64(toUnixTimestamp64Milli(time)) AS time_ms, value, stale
      FROM samples FINAL WHERE ${conditions}`
  }
  const { wanted } = groups
  const unmarked = wanted === 'newest' ? sql`1` : sql`stale = 0`
  const { value, stale } = choice(wanted)
  return sql`
    SELECT series, toFloat64(toUnixTimestamp64Milli(max(at))) AS time_ms, ${value} AS value, ${stale} AS stale
    FROM (
      SELECT series, time AS at, value AS number, stale AS mark, ${lastEdge(groups)} AS group
      FROM samples FINAL WHERE ${conditions} AND ${unmarked}
    )
    GROUP BY series, group`
}

/** A number that is the same for two samples when no edge of a window that matters lies between them. */
function lastEdge(windows: SampleWindows): Sql {
  const { stepMs, rangeMs, wanted } = windows
  const sinceMs = sinceStart(windows)
  const afterEnd = stepMs - (rangeMs % stepMs)
  const ends = sql`intDiv(${sinceMs} + ${afterEnd}, ${stepMs})`
  // What is newest at the end of a window does not depend on where the window begins.
  return isNewest(wanted) || rangeMs % stepMs === 0 ? ends : sql`${ends} + intDiv(${sinceMs}, ${stepMs})`
}

function choice(wanted: WantedSamples): { readonly value: Sql; readonly stale: Sql } {
  switch (wanted) {
    case 'newest':
      return { value: sql`argMax(number, at)`, stale: sql`argMax(mark, at)` }
    case 'every':
    case 'newest-value':
      return { value: sql`argMax(number, at)`, stale: NO_MARK }
    case 'smallest':
      return { value: sql`if(${ALL_NAN}, nan, minIf(number, NOT isNaN(number)))`, stale: NO_MARK }
    case 'largest':
      return { value: sql`if(${ALL_NAN}, nan, maxIf(number, NOT isNaN(number)))`, stale: NO_MARK }
  }
}

const NO_MARK = sql`toUInt8(0)`
const ALL_NAN = sql`countIf(NOT isNaN(number)) = 0`
