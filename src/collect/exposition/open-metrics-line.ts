import { Labels } from '../../model/labels.ts'
import type { MetricType } from '../../model/series.ts'
import { LineError } from './exposition-error.ts'
import { metricTypeOf } from './metadata.ts'
import { parseLabelSet } from './series-text.ts'

/** A line of OpenMetrics 1.0 that obeys the grammar of the specification. */
export type OpenMetricsLine =
  | { readonly kind: 'end' }
  | { readonly kind: 'type'; readonly name: string; readonly type: MetricType }
  | { readonly kind: 'help'; readonly name: string }
  | { readonly kind: 'unit'; readonly name: string; readonly unit: string }
  | ({ readonly kind: 'sample' } & OpenMetricsSample)

export interface OpenMetricsSample {
  readonly name: string
  readonly labels: Labels
  readonly value: number
  /** Seconds. */
  readonly timestamp: number | undefined
  readonly exemplar: { readonly labels: Labels } | undefined
}

const METADATA = /^# (HELP|TYPE|UNIT) ([a-zA-Z_:][a-zA-Z0-9_:]*) (.*)$/
const SAMPLE = new RegExp(
  [
    /^([a-zA-Z_:][a-zA-Z0-9_:]*)/,
    /(\{(?:[^"}]|"(?:\\.|[^"\\])*")*\})?/,
    / ([^ ]+)(?: ([^ #][^ ]*))?/,
    /(?: # (\{(?:[^"}]|"(?:\\.|[^"\\])*")*\}) ([^ ]+)(?: ([^ ]+))?)?$/,
  ]
    .map(({ source }) => source)
    .join(''),
)
const REAL = /^[+-]?(?:[0-9]+(?:\.[0-9]*)?|\.[0-9]+)(?:e[+-]?[0-9]+)?$/i
const INFINITY = /^([+-]?)inf(?:inity)?$/i

/** Code points of an exemplar's label names and values together. */
const MAX_EXEMPLAR_LENGTH = 128

/** Parses a line, without its newline, by the ABNF of OpenMetrics 1.0. Throws `LineError`. */
export function parseOpenMetricsLine(line: string): OpenMetricsLine {
  if (line === '# EOF') return { kind: 'end' }
  if (line === '') throw new LineError('a blank line is not allowed')
  return line.startsWith('#') ? parseMetadata(line) : parseSample(line)
}

function parseMetadata(line: string): OpenMetricsLine {
  const [, keyword, name = '', text = ''] = METADATA.exec(line) ?? []
  switch (keyword) {
    case 'HELP':
      return { kind: 'help', name }
    case 'UNIT':
      if (!/^[a-zA-Z0-9_:]*$/.test(text)) throw new LineError(`${JSON.stringify(text)} is not a unit`)
      return { kind: 'unit', name, unit: text }
    case 'TYPE': {
      const type = text === 'untyped' ? undefined : metricTypeOf(text)
      if (type === undefined) throw new LineError(`${JSON.stringify(text)} is not a metric type`)
      return { kind: 'type', name, type }
    }
    default:
      throw new LineError('a line with # must be "# HELP name text", "# TYPE name type", "# UNIT name unit" or "# EOF"')
  }
}

function parseSample(line: string): OpenMetricsLine {
  const match = SAMPLE.exec(line)
  if (match === null) {
    throw new LineError('expected name{label="value"} value [timestamp] [# {label="value"} value [timestamp]]')
  }
  const [, name = '', labels = '', value = '', timestamp, exemplarLabels, exemplarValue = '', exemplarTimestamp] = match
  const sample = {
    name,
    labels: labels === '' ? Labels.empty : labelsIn(labels),
    value: parseNumber(value, 'value'),
    timestamp: timestamp === undefined ? undefined : parseTimestamp(timestamp),
  }
  if (exemplarLabels === undefined) return { kind: 'sample', ...sample, exemplar: undefined }
  parseNumber(exemplarValue, 'exemplar value')
  if (exemplarTimestamp !== undefined) parseTimestamp(exemplarTimestamp)
  return { kind: 'sample', ...sample, exemplar: { labels: exemplarLabelsIn(exemplarLabels) } }
}

function labelsIn(text: string): Labels {
  const bytes = Buffer.from(text).toString('latin1')
  const labels = parseLabelSet(bytes, 'strict')
  const reserved = labels.names().find((name) => name.startsWith('__'))
  if (reserved !== undefined) throw new LineError(`label names that begin with __ are reserved: ${reserved}`)
  return labels
}

function exemplarLabelsIn(text: string): Labels {
  const labels = labelsIn(text)
  const length = Array.from(labels.pairs.join('')).length
  if (length > MAX_EXEMPLAR_LENGTH) {
    throw new LineError(`the exemplar's labels have ${length} characters, at most ${MAX_EXEMPLAR_LENGTH} are allowed`)
  }
  return labels
}

function parseNumber(text: string, what: string): number {
  if (REAL.test(text)) return Number(text)
  if (/^nan$/i.test(text)) return NaN
  const infinity = INFINITY.exec(text)
  if (infinity !== null) return infinity[1] === '-' ? -Infinity : Infinity
  throw new LineError(`the ${what} is not a number: ${JSON.stringify(text)}`)
}

function parseTimestamp(text: string): number {
  const seconds = REAL.test(text) ? Number(text) : NaN
  if (!Number.isFinite(seconds))
    throw new LineError(`the timestamp is not a number of seconds: ${JSON.stringify(text)}`)
  return seconds
}
