import { METRIC_NAME, type Labels } from '../../model/labels.ts'

export const METRIC_TYPE = '__type__'
export const METRIC_UNIT = '__unit__'

/** What describes a metric rather than telling its series apart; goes together when a result is no longer that metric. */
const METADATA_LABELS: ReadonlySet<string> = new Set([METRIC_NAME, METRIC_TYPE, METRIC_UNIT])

export function dropMetadata(labels: Labels): Labels {
  return labels.drop(METADATA_LABELS)
}
