import type { TranslationStrategy } from './config.ts'

/** UCUM units as OpenTelemetry writes them, in the words that Prometheus's names end with. */
const UNITS: Readonly<Record<string, string>> = {
  d: 'days',
  h: 'hours',
  min: 'minutes',
  s: 'seconds',
  ms: 'milliseconds',
  us: 'microseconds',
  ns: 'nanoseconds',
  By: 'bytes',
  KiBy: 'kibibytes',
  MiBy: 'mebibytes',
  GiBy: 'gibibytes',
  TiBy: 'tibibytes',
  KBy: 'kilobytes',
  MBy: 'megabytes',
  GBy: 'gigabytes',
  TBy: 'terabytes',
  m: 'meters',
  V: 'volts',
  A: 'amperes',
  J: 'joules',
  W: 'watts',
  g: 'grams',
  Cel: 'celsius',
  Hz: 'hertz',
  '1': '',
  '%': 'percent',
}

const PER_UNITS: Readonly<Record<string, string>> = {
  s: 'second',
  m: 'minute',
  h: 'hour',
  d: 'day',
  w: 'week',
  mo: 'month',
  y: 'year',
}

export interface NamedMetric {
  readonly name: string
  readonly unit: string
  readonly kind: 'counter' | 'gauge' | 'other'
}

/**
 * The name of a series family for an OTLP metric, as Prometheus's OTLP receiver writes it: escaped or as it is, with or without unit
 * and type as suffixes (https://opentelemetry.io/docs/specs/otel/compatibility/prometheus_and_openmetrics/).
 */
export function seriesName(metric: NamedMetric, strategy: TranslationStrategy): string {
  switch (strategy) {
    case 'UnderscoreEscapingWithSuffixes':
      return escapedName(wordsWithSuffixes(metric))
    case 'UnderscoreEscapingWithoutSuffixes':
      return escapedName(wordsOf(metric.name))
    case 'NoUTF8EscapingWithSuffixes':
      return nameWithSuffixes(metric)
    case 'NoTranslation':
      return metric.name
  }
}

function wordsOf(name: string): string[] {
  return name.split(/[^a-zA-Z0-9:]+/).filter((word) => word !== '')
}

function escapedName(words: readonly string[]): string {
  const joined = words.join('_')
  return /^\d/.test(joined) ? `_${joined}` : joined
}

function wordsWithSuffixes({ name, unit, kind }: NamedMetric): string[] {
  const words = wordsOf(name)
  const { main, per } = unitWords(unit)
  if (main !== '' && !words.includes(main)) words.push(main)
  if (per !== '' && !words.includes(per)) words.push('per', per)
  if (kind === 'counter') moveToEnd(words, 'total')
  if (kind === 'gauge' && unit === '1') moveToEnd(words, 'ratio')
  return words
}

/** A suffix that the name ends with already is not written twice. */
function nameWithSuffixes({ name, unit, kind }: NamedMetric): string {
  const { main, per } = unitWords(unit)
  const type = kind === 'counter' ? 'total' : kind === 'gauge' && unit === '1' ? 'ratio' : ''
  const suffixes = [main, per === '' ? '' : `per_${per}`, type].filter((suffix) => suffix !== '')
  const bare = suffixes.reduceRight((text, suffix) => text.replace(new RegExp(`[._]${suffix}$`), ''), name)
  return [bare, ...suffixes].join('_')
}

/** The unit in Prometheus's words: `By/s` → `bytes_per_second`; '' for none. */
export function unitName(unit: string): string {
  const { main, per } = unitWords(unit)
  return per === '' ? main : [main, 'per', per].filter((word) => word !== '').join('_')
}

function moveToEnd(words: string[], word: string): void {
  const kept = words.filter((other) => other !== word)
  words.splice(0, words.length, ...kept, word)
}

/** Annotations in braces (`{token}`) are no units. */
function unitWords(unit: string): { main: string; per: string } {
  const [main = '', per = ''] = unit.split('/', 2).map((part) => (part.includes('{') ? '' : part.trim()))
  return { main: word(UNITS[main] ?? main), per: word(PER_UNITS[per] ?? per) }
}

function word(text: string): string {
  return text.replace(/[^a-zA-Z0-9]+/g, '_').replace(/^_+|_+$/g, '')
}

export interface LabelEscaping {
  /** One leading underscore becomes `key_`. */
  readonly markUnderscore: boolean
  /** Several underscores in a row stay. */
  readonly keepUnderscores: boolean
}

/** An attribute's name as a label's: `http.method` → `http_method`, `0x` → `key_0x`. */
export function escapedLabelName(name: string, { markUnderscore, keepUnderscores }: LabelEscaping): string {
  const replaced = name.replace(/[^a-zA-Z0-9_]/g, '_')
  const escaped = keepUnderscores ? replaced : replaced.replace(/_+/g, '_')
  if (/^\d/.test(escaped)) return `key_${escaped}`
  return markUnderscore && escaped.startsWith('_') && !escaped.startsWith('__') ? `key${escaped}` : escaped
}
