import { type Labels, METRIC_NAME } from '../../model/labels.ts'
import type { MetricType } from '../../model/series.ts'
import type { ParsedExposition } from '../exposition/exposition.ts'

const CREATED = '_created'
const COUNTING_SUFFIX = /_(?:total|count|sum|bucket)$/
/** Labels that tell the series of one metric apart. */
const POINT_LABELS: ReadonlySet<string> = new Set([METRIC_NAME, 'le'])
const COUNTING_TYPES: ReadonlySet<MetricType> = new Set(['counter', 'histogram', 'summary'])

/** When the metrics of one OpenMetrics body began to count, which they say by a sample `<family>_created`. */
export class CreatedTimes {
  readonly #families: ReadonlySet<string>
  readonly #byMetric = new Map<string, number>()

  constructor(parsed: ParsedExposition) {
    const counting = parsed.metadata().filter(({ type }) => COUNTING_TYPES.has(type))
    this.#families = new Set(counting.map(({ name }) => name))
    parsed.series.forEach((slot, i) => {
      const labels = parsed.labels[slot]
      if (labels === undefined || !this.isCreated(labels)) return
      this.#byMetric.set(metricKey(familyOf(labels, CREATED), labels), (parsed.values[i] ?? NaN) * 1_000)
    })
  }

  /** Whether a series only bears the time at which others began. */
  isCreated(labels: Labels): boolean {
    return labels.metricName.endsWith(CREATED) && this.#families.has(familyOf(labels, CREATED))
  }

  /** When a counting series began, in milliseconds; undefined when it does not count or does not say. */
  createdMs(labels: Labels): number | undefined {
    const suffix = COUNTING_SUFFIX.exec(labels.metricName)?.[0]
    return suffix === undefined ? undefined : this.#byMetric.get(metricKey(familyOf(labels, suffix), labels))
  }
}

function familyOf(labels: Labels, suffix: string): string {
  return labels.metricName.slice(0, -suffix.length)
}

function metricKey(family: string, labels: Labels): string {
  return `${family}\xff${labels.drop(POINT_LABELS).key}`
}
