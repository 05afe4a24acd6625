import type { Labels } from '../../model/labels.ts'
import { type SampleBatch, SampleBatchBuilder } from '../../model/sample.ts'
import type { Exemplar } from '../../model/series.ts'
import { relabel } from '../../relabel/relabel.ts'
import type { RelabelRule } from '../../relabel/relabel-rule.ts'

export interface LabelChanges {
  /** Added to series that do not have them, before the rules. */
  readonly externalLabels: Readonly<Record<string, string>>
  readonly rules: readonly RelabelRule[]
}

/** A batch as a receiver gets it: labels added and changed, and without the samples of series that a rule drops. */
export function outgoingBatch(batch: SampleBatch, changes: LabelChanges): SampleBatch {
  const labels = batch.labels.map((set) => outgoingLabels(set, changes))
  if (labels.every((set) => set !== undefined)) return { ...batch, labels }
  const kept = new SampleBatchBuilder()
  const seriesOf = labels.map((set) => (set === undefined ? undefined : kept.newSeries(set)))
  for (let i = 0; i < batch.series.length; i++) {
    const series = seriesOf[batch.series[i] ?? 0]
    const timestampMs = batch.timestampsMs[i] ?? 0
    if (series === undefined) continue
    if (batch.stale[i] === 1) kept.putStale(series, timestampMs)
    else kept.put(series, timestampMs, batch.values[i] ?? NaN)
  }
  return kept.build()
}

/** Exemplars as a receiver gets them: of series as it gets those. */
export function outgoingExemplars(exemplars: readonly Exemplar[], changes: LabelChanges): Exemplar[] {
  return exemplars.flatMap((exemplar) => {
    const seriesLabels = outgoingLabels(exemplar.seriesLabels, changes)
    return seriesLabels === undefined ? [] : [{ ...exemplar, seriesLabels }]
  })
}

/** Undefined for a series that is not sent. One that is left without labels is none. */
function outgoingLabels(labels: Labels, { externalLabels, rules }: LabelChanges): Labels | undefined {
  const all =
    Object.keys(externalLabels).length === 0 ? labels : labels.with({ ...externalLabels, ...labels.toObject() })
  const relabelled = relabel(all, rules)
  return relabelled === undefined || relabelled.key === '' ? undefined : relabelled
}
