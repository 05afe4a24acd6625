import type { MetricMetadata } from '../../model/series.ts'
import { ExpositionError } from './exposition-error.ts'
import { type ExpositionFormat, parseExposition, type ParsedExposition } from './exposition.ts'
import { checkOpenMetrics } from './open-metrics-check.ts'

/** What is said about a body by `tetrascope check metrics`. */
export interface MetricsCheck {
  readonly format: ExpositionFormat
  /** The body is refused when there is any. */
  readonly faults: readonly ExpositionError[]
  /** Habits of good metrics that it does not keep, one sentence each, beginning with the metric's name. */
  readonly advice: readonly string[]
  readonly samples: number
  readonly families: number
}

/**
 * Checks a body of metrics. Without a format, one that holds a line `# EOF` is taken for OpenMetrics, which is judged by its
 * specification; any other for the text format, which is judged as Prometheus parses it, and by the rules that its parser leaves to the
 * storage: each series once, each family described once and before its samples.
 */
export function checkMetrics(body: Buffer, format: ExpositionFormat = formatIn(body)): MetricsCheck {
  const fault = format === 'openmetrics' ? checkOpenMetrics(body) : undefined
  if (fault !== undefined) return refused(format, fault)
  const parsed = parsedOrFault(body, format)
  if (parsed instanceof ExpositionError) return refused(format, parsed)
  const metadata = parsed.metadata()
  if (parsed.values.length === 0 && metadata.length === 0 && format === 'text') {
    return refused(format, new ExpositionError({ line: 1, text: '' }, 'there are no metrics'))
  }
  return {
    format,
    faults: format === 'text' ? faultsBetweenLines(body, parsed) : [],
    advice: metadata.flatMap((family) => adviceFor(family, format)),
    samples: parsed.values.length,
    families: metadata.length,
  }
}

function formatIn(body: Buffer): ExpositionFormat {
  return /^# EOF/m.test(body.toString('latin1')) ? 'openmetrics' : 'text'
}

function parsedOrFault(body: Buffer, format: ExpositionFormat): ParsedExposition | ExpositionError {
  try {
    return parseExposition(body, { format })
  } catch (error) {
    if (error instanceof ExpositionError) return error
    throw error
  }
}

function refused(format: ExpositionFormat, fault: ExpositionError): MetricsCheck {
  return { format, faults: [fault], advice: [], samples: 0, families: 0 }
}

const DESCRIPTION = /^#[ \t]+(HELP|TYPE)[ \t]+(\S+)/

/** Goes through the lines of a body that parses; the n-th line that is neither comment nor blank holds the n-th sample. */
function faultsBetweenLines(body: Buffer, parsed: ParsedExposition): ExpositionError[] {
  const faults: ExpositionError[] = []
  const described = new Set<string>()
  const seen = new Map<string, number>()
  const sampled = new Set<string>()
  let sample = 0
  for (const [i, text] of body.toString('utf8').split('\n').entries()) {
    const at = { line: i + 1, text }
    const [, keyword, name = ''] = DESCRIPTION.exec(text) ?? []
    if (keyword !== undefined) {
      if (described.has(`${keyword} ${name}`))
        faults.push(new ExpositionError(at, `second ${keyword} line for metric name ${JSON.stringify(name)}`))
      else if (keyword === 'TYPE' && sampled.has(name))
        faults.push(new ExpositionError(at, `TYPE of ${JSON.stringify(name)} reported after its samples`))
      described.add(`${keyword} ${name}`)
    }
    if (text.trim() === '' || text.trimStart().startsWith('#')) continue
    const labels = parsed.labels[parsed.series[sample] ?? 0]
    const key = `${labels?.key}@${parsed.timestampsMs[sample]}`
    const first = seen.get(key)
    if (first !== undefined) faults.push(new ExpositionError(at, `the same series stands in line ${first} already`))
    seen.set(key, first ?? i + 1)
    sampled.add(labels?.metricName ?? '')
    sample++
  }
  return faults
}

/** The habits of prometheus.io/docs/practices/naming that a machine can see. */
function adviceFor({ name, type, help }: MetricMetadata, format: ExpositionFormat): string[] {
  const advice: string[] = []
  const isCounter = type === 'counter'
  if (help === '') advice.push(`${name}: no help text`)
  // In OpenMetrics the samples bear the suffix, not the family.
  if (format === 'text' && isCounter && !name.endsWith('_total'))
    advice.push(`${name}: counter metrics should have "_total" suffix`)
  if (!isCounter && type !== 'unknown' && name.endsWith('_total'))
    advice.push(`${name}: non-counter metrics should not have "_total" suffix`)
  if (/[a-z][A-Z]/.test(name)) advice.push(`${name}: metric names should be written in snake_case not camelCase`)
  if (/(?:^|_)(?:ms|milliseconds|minutes|hours|kilobytes|megabytes)(?:_|$)/.test(name)) {
    advice.push(`${name}: use the base units seconds and bytes`)
  }
  return advice
}
