import type { Labels } from '../../model/labels.ts'
import type { Series } from '../../model/series.ts'
import type { TimeRange } from '../sample-store.ts'
import type { SampleColumns } from './sample-columns.ts'

/** Where in the columns the samples are, and whether any is stale. */
export interface ReadSamples {
  readonly from: number
  readonly end: number
  readonly stale: boolean
}

/** Those of the samples [from, end) that lie in the range. */
export function trimmed({ timestampsMs, stale }: SampleColumns, all: ReadSamples, range: TimeRange): ReadSamples {
  let { from, end } = all
  while (from < end && timestampsMs[from]! < range.minMs) from++
  while (end > from && timestampsMs[end - 1]! > range.maxMs) end--
  if (!all.stale) return { from, end, stale: false }
  // A stale marker may lie outside the range.
  stale.fill(0, all.from, from)
  stale.fill(0, end, all.end)
  return { from, end, stale: stale.subarray(from, end).includes(1) }
}

/** The samples as a series of views of the columns. Flags get an array of their own, so that the columns' stay all zero. */
export function cutSeries(columns: SampleColumns, labels: Labels, { from, end, stale }: ReadSamples): Series {
  const { timestampsMs, values, stale: flags } = columns
  const own = stale ? flags.slice(from, end) : null
  if (stale) flags.fill(0, from, end)
  return {
    labels,
    timestampsMs: timestampsMs.subarray(from, end),
    values: values.subarray(from, end),
    stale: own,
    histograms: null,
  }
}
