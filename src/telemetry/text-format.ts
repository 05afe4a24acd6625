import { METRIC_NAME } from '../model/labels.ts'
import type { MetricSnapshot } from './instruments.ts'

export const TEXT_FORMAT_CONTENT_TYPE = 'text/plain; version=0.0.4; charset=utf-8'
export const OPEN_METRICS_CONTENT_TYPE = 'application/openmetrics-text; version=1.0.0; charset=utf-8'

/** Prometheus's text exposition format 0.0.4. */
export function writeTextFormat(families: readonly MetricSnapshot[]): string {
  return families.map((family) => writeFamily(family, family.metadata.name)).join('')
}

/** OpenMetrics 1.0: a counter's family is named without `_total`, and the end is marked. */
export function writeOpenMetrics(families: readonly MetricSnapshot[]): string {
  const written = families.map((family) => {
    const { name, type } = family.metadata
    return writeFamily(family, type === 'counter' ? name.replace(/_total$/, '') : name)
  })
  return `${written.join('')}# EOF\n`
}

function writeFamily({ metadata, samples }: MetricSnapshot, familyName: string): string {
  const type = metadata.type === 'unknown' ? 'untyped' : metadata.type
  const lines = [`# HELP ${familyName} ${escapeHelp(metadata.help)}`, `# TYPE ${familyName} ${type}`]
  for (const { labels, value } of samples) {
    const inner = [...labels.entries()]
      .filter(([name]) => name !== METRIC_NAME)
      .map(([name, text]) => `${name}="${escapeLabelValue(text)}"`)
    lines.push(`${labels.metricName}${inner.length === 0 ? '' : `{${inner.join(',')}}`} ${formatNumber(value)}`)
  }
  return `${lines.join('\n')}\n`
}

function formatNumber(value: number): string {
  if (Number.isFinite(value)) return String(value)
  if (Number.isNaN(value)) return 'NaN'
  return value > 0 ? '+Inf' : '-Inf'
}

function escapeHelp(text: string): string {
  return text.replaceAll('\\', '\\\\').replaceAll('\n', '\\n')
}

function escapeLabelValue(text: string): string {
  return escapeHelp(text).replaceAll('"', '\\"')
}
