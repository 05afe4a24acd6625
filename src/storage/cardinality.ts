import { compareText, type Labels } from '../model/labels.ts'
import { atOnce, type Steps } from '../util/steps.ts'
import type { Cardinality } from './sample-store.ts'

/** The times of the oldest and the newest sample, undefined when there is none. */
export interface SampleTimes {
  readonly minTimeMs: number | undefined
  readonly maxTimeMs: number | undefined
}

/** Counts the series of a store that has no chunks; each list holds the `limit` largest counts, largest first. */
export function countCardinality(series: readonly Labels[], times: SampleTimes, limit: number): Cardinality {
  const byMetricName = new Map<string, number>()
  const byLabelPair = new Map<string, number>()
  const sizes = new Map<string, number>()
  const valuesByName = new Map<string, Set<string>>()
  for (const labels of series) {
    add(byMetricName, labels.metricName, 1)
    for (const [name, value] of labels.entries()) {
      add(byLabelPair, `${name}=${value}`, 1)
      add(sizes, name, Buffer.byteLength(value))
      const values = valuesByName.get(name) ?? new Set()
      valuesByName.set(name, values.add(value))
    }
  }
  return {
    seriesCount: series.length,
    labelPairCount: byLabelPair.size,
    chunkCount: 0,
    ...times,
    sizeBytesByLabelName: largest(sizes, limit),
    seriesCountByMetricName: largest(byMetricName, limit),
    labelValueCountByLabelName: largest(
      [...valuesByName].map(([name, values]) => [name, values.size] as const),
      limit,
    ),
    seriesCountByLabelPair: largest(byLabelPair, limit),
  }
}

function add(counts: Map<string, number>, key: string, count: number): void {
  counts.set(key, (counts.get(key) ?? 0) + count)
}

export type Count = readonly [text: string, count: number]

/** Counts that are looked at in one go: some milliseconds, when all of them have to be sorted. */
const COUNTS_PER_STEP = 5_000
/** Counts that may be kept beside the largest so far before the lesser ones are let go. */
const SPARE = 1_000

/** The `limit` largest counts, largest first, equal ones by text; in steps. */
export function* findingLargest(counts: Iterable<Count>, limit: number): Steps<Count[]> {
  let kept: Count[] = []
  let least = -Infinity
  let seen = 0
  for (const count of counts) {
    if (count[1] >= least) kept.push(count)
    if (kept.length === limit + SPARE) {
      kept = largestOf(kept, limit)
      least = kept.at(-1)?.[1] ?? Infinity
    }
    if (++seen % COUNTS_PER_STEP === 0) yield
  }
  return largestOf(kept, limit)
}

function largestOf(counts: Count[], limit: number): Count[] {
  return counts.sort(([a, x], [b, y]) => y - x || compareText(a, b)).slice(0, limit)
}

function largest(counts: Iterable<Count>, limit: number): Count[] {
  return atOnce(findingLargest(counts, limit))
}
