import { Labels, METRIC_NAME } from '../../model/labels.ts'

export const METRIC_TYPE = '__type__'
export const METRIC_UNIT = '__unit__'

/** What describes a metric rather than telling its series apart; goes together when a result is no longer that metric. */
const METADATA_LABELS: ReadonlySet<string> = new Set([METRIC_NAME, METRIC_TYPE, METRIC_UNIT])

export function dropMetadata(labels: Labels): Labels {
  const { pairs } = labels
  // The usual case without looking at every label: names are sorted, and the other two begin as the first does.
  if (pairs[0] === METRIC_NAME && pairs[2]?.startsWith('__') !== true) return Labels.fromSorted(pairs.slice(2))
  return labels.drop(METADATA_LABELS)
}
