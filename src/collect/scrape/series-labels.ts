import { type Labels, METRIC_NAME } from '../../model/labels.ts'
import { relabel } from '../../relabel/relabel.ts'
import { ScrapeError } from './scrape-error.ts'
import type { ScrapeLimits, ScrapeSettings } from './scrape-job.ts'

/**
 * The labels under which an exposed series is stored: with the target's labels, a conflict decided by `honor_labels`, after
 * `metric_relabel_configs`. Undefined when relabelling drops it. Throws `ScrapeError` when a label limit is exceeded.
 */
export function seriesLabels(exposed: Labels, target: Labels, settings: ScrapeSettings): Labels | undefined {
  const joined = settings.honorLabels ? honoring(exposed, target) : overriding(exposed, target)
  const labels = relabel(joined, settings.metricRelabelRules)
  if (labels === undefined || labels.size === 0) return undefined
  if (!labels.has(METRIC_NAME))
    throw new ScrapeError(`missing metric name (__name__ label) after relabelling of ${exposed.toString()}`)
  checkLimits(labels, settings.limits)
  return labels
}

/** The exposed label wins over the target's. */
function honoring(exposed: Labels, target: Labels): Labels {
  return exposed.with(Object.fromEntries([...target.entries()].filter(([name]) => !exposed.has(name))))
}

/** The target's label wins; the exposed one is kept as `exported_<name>`, with as many prefixes as it takes to be unique. */
function overriding(exposed: Labels, target: Labels): Labels {
  const changes: Record<string, string> = target.toObject()
  for (const [name] of target.entries()) {
    if (!exposed.has(name)) continue
    let freeName = `exported_${name}`
    while (exposed.has(freeName) || freeName in changes) freeName = `exported_${freeName}`
    changes[freeName] = exposed.get(name)
  }
  return exposed.with(changes)
}

function checkLimits(labels: Labels, limits: ScrapeLimits): void {
  const metric = labels.metricName.slice(0, 50)
  if (limits.labels > 0 && labels.size > limits.labels) {
    throw new ScrapeError(
      `label_limit exceeded (metric: "${metric}", number of labels: ${labels.size}, limit: ${limits.labels})`,
    )
  }
  if (limits.labelNameLength === 0 && limits.labelValueLength === 0) return
  for (const [name, value] of labels.entries()) {
    const about = `metric: "${metric}", label name: "${name.slice(0, 50)}"`
    if (limits.labelNameLength > 0 && Buffer.byteLength(name) > limits.labelNameLength) {
      const length = Buffer.byteLength(name)
      throw new ScrapeError(
        `label_name_length_limit exceeded (${about}, length: ${length}, limit: ${limits.labelNameLength})`,
      )
    }
    if (limits.labelValueLength > 0 && Buffer.byteLength(value) > limits.labelValueLength) {
      const found = `value: ${JSON.stringify(value.slice(0, 50))}, length: ${Buffer.byteLength(value)}`
      throw new ScrapeError(`label_value_length_limit exceeded (${about}, ${found}, limit: ${limits.labelValueLength})`)
    }
  }
}
