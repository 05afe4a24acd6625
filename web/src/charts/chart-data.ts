import type { MatrixSeries } from '../api/prometheus.ts'

/** What a chart draws: one time axis, and a column for each line with null where it has no value. */
export interface ChartData {
  readonly seconds: readonly number[]
  readonly lines: ReadonlyArray<{ readonly name: string; readonly values: ReadonlyArray<number | null> }>
}

export interface ChartSource {
  readonly legend: string
  readonly series: readonly MatrixSeries[]
}

/** Puts the answers of a panel's queries on one time axis of equal steps. */
export function chartData(
  sources: readonly ChartSource[],
  startSeconds: number,
  endSeconds: number,
  stepSeconds: number,
): ChartData {
  const count = Math.floor((endSeconds - startSeconds) / stepSeconds) + 1
  const seconds = Array.from({ length: count }, (_, i) => startSeconds + i * stepSeconds)
  const lines = sources.flatMap(({ legend, series }) =>
    series.map(({ metric, values }) => {
      const column: (number | null)[] = Array.from({ length: count }, () => null)
      for (const [at, text] of values) {
        const index = Math.round((at - startSeconds) / stepSeconds)
        if (index >= 0 && index < count) column[index] = toNumber(text)
      }
      return { name: fillLegend(legend, metric), values: column }
    }),
  )
  return { seconds, lines }
}

/** Each line raised by those after it, so that areas down to zero, drawn in their order, show every line's own part. */
export function stackedData({ seconds, lines }: ChartData): ChartData {
  const total = seconds.map(() => 0)
  const raised = lines.toReversed().map(({ name, values }) => ({
    name,
    values: values.map((value, i) => (total[i] = (total[i] ?? 0) + (value ?? 0))),
  }))
  return { seconds, lines: raised.toReversed() }
}

/** `{{model}} p95` with the labels filled in; without a legend the labels themselves. */
export function fillLegend(legend: string, metric: Readonly<Record<string, string>>): string {
  if (legend !== '')
    return legend.replaceAll(/\{\{\s*([^}\s]+)\s*\}\}/g, (_, name: string) => metric[name] ?? '').trim()
  const { __name__: name = '', ...labels } = metric
  const inner = Object.entries(labels).map(([label, value]) => `${label}="${value}"`)
  return inner.length === 0 ? name : `${name}{${inner.join(', ')}}`
}

function toNumber(text: string): number | null {
  const value = text === '+Inf' ? Infinity : text === '-Inf' ? -Infinity : Number(text)
  return Number.isFinite(value) ? value : null
}
