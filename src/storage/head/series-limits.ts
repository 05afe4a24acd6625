import { type SampleBatch, SampleBatchBuilder } from '../../model/sample.ts'
import type { Steps } from '../../util/steps.ts'
import type { Head } from './head.ts'

/** How many series may be in memory; 0: any number. */
export interface SeriesLimits {
  readonly series: number
  readonly seriesPerMetric: number
}

export type RefusalReason = 'series' | 'series_per_metric'

export interface Admission {
  /** The batch without the samples of the refused series: the very batch when there are none. */
  readonly batch: SampleBatch
  /** New series beyond a limit, by limit. */
  readonly refused: Readonly<Record<RefusalReason, number>>
  /** What was refused first and why; '' when nothing was. */
  readonly reason: string
}

/** A few milliseconds' work when none of them is known. */
const SERIES_PER_STEP = 2_000

const NONE_REFUSED = { series: 0, series_per_metric: 0 }

/**
 * Keeps new series beyond the limits out; known series go on. Counts those in the head, so that batches that are being committed at the same
 * moment may together go a little further. In steps.
 */
export function* admitting(batch: SampleBatch, head: Head, limits: SeriesLimits): Steps<Admission> {
  const refusals = new Map<number, RefusalReason>()
  const added = new Map<string, number>()
  let total = head.seriesCount
  for (const [i, labels] of batch.labels.entries()) {
    if (i % SERIES_PER_STEP === SERIES_PER_STEP - 1) yield
    if (head.knows(labels)) continue
    const metric = labels.metricName
    const ofMetric = head.seriesCountOf(metric) + (added.get(metric) ?? 0)
    if (limits.series > 0 && total >= limits.series) refusals.set(i, 'series')
    else if (limits.seriesPerMetric > 0 && ofMetric >= limits.seriesPerMetric) refusals.set(i, 'series_per_metric')
    else {
      added.set(metric, (added.get(metric) ?? 0) + 1)
      total++
    }
  }
  if (refusals.size === 0) return { batch, refused: NONE_REFUSED, reason: '' }
  const reasons = [...refusals.values()]
  const count = (reason: RefusalReason): number => reasons.filter((one) => one === reason).length
  return {
    batch: without(batch, refusals),
    refused: { series: count('series'), series_per_metric: count('series_per_metric') },
    reason: describe(batch, refusals, limits),
  }
}

function describe(batch: SampleBatch, refusals: ReadonlyMap<number, RefusalReason>, limits: SeriesLimits): string {
  const [first] = refusals
  if (first === undefined) return ''
  const [index, reason] = first
  const labels = batch.labels[index]
  const limit =
    reason === 'series'
      ? `there are ${limits.series} series already (limits.series)`
      : `${labels?.metricName} has ${limits.seriesPerMetric} series already (limits.series_per_metric)`
  const others = refusals.size === 1 ? '' : ` and ${refusals.size - 1} more`
  return `new series ${labels?.toString()}${others} refused: ${limit}; drop a label that has too many values, or raise the limit`
}

function without(batch: SampleBatch, refusals: ReadonlyMap<number, unknown>): SampleBatch {
  const builder = new SampleBatchBuilder()
  const indexes = batch.labels.map((labels, i) => (refusals.has(i) ? -1 : builder.newSeries(labels)))
  for (let i = 0; i < batch.series.length; i++) {
    const series = indexes[batch.series[i] ?? 0] ?? -1
    if (series === -1) continue
    if (batch.stale[i] === 1) builder.putStale(series, batch.timestampsMs[i] ?? 0)
    else builder.put(series, batch.timestampsMs[i] ?? 0, batch.values[i] ?? NaN)
  }
  return builder.build()
}
