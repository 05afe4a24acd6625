import { compareText, type Labels } from '../model/labels.ts'
import type { Cardinality } from './sample-store.ts'

/** Counts series for `/api/v1/status/tsdb`; each list holds the `limit` largest counts, largest first. */
export function countCardinality(series: readonly Labels[], limit: number): Cardinality {
  const byMetricName = new Map<string, number>()
  const byLabelPair = new Map<string, number>()
  const valuesByName = new Map<string, Set<string>>()
  for (const labels of series) {
    increment(byMetricName, labels.metricName)
    for (const [name, value] of labels.entries()) {
      increment(byLabelPair, `${name}=${value}`)
      const values = valuesByName.get(name) ?? new Set()
      valuesByName.set(name, values.add(value))
    }
  }
  return {
    seriesCount: series.length,
    seriesCountByMetricName: largest(byMetricName, limit),
    labelValueCountByLabelName: largest(
      [...valuesByName].map(([name, values]) => [name, values.size] as const),
      limit,
    ),
    seriesCountByLabelPair: largest(byLabelPair, limit),
  }
}

function increment(counts: Map<string, number>, key: string): void {
  counts.set(key, (counts.get(key) ?? 0) + 1)
}

/** The `limit` largest counts, largest first, equal ones by text. */
export function largest(
  counts: Iterable<readonly [string, number]>,
  limit: number,
): ReadonlyArray<readonly [string, number]> {
  return [...counts].sort(([a, x], [b, y]) => y - x || compareText(a, b)).slice(0, limit)
}
