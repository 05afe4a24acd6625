import { compareText, type Labels } from '../model/labels.ts'
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

/** The `limit` largest counts, largest first, equal ones by text. */
export function largest(
  counts: Iterable<readonly [string, number]>,
  limit: number,
): ReadonlyArray<readonly [string, number]> {
  return [...counts].sort(([a, x], [b, y]) => y - x || compareText(a, b)).slice(0, limit)
}
