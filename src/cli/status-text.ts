import type { HealthBody, HealthStatus, LayerBody, ReadingBody } from '../api/types.ts'
import { padLeft, padRight } from '../util/text-width.ts'
import type { Language } from './language.ts'

const STATUS_TEXT: Readonly<Record<HealthStatus, Readonly<Record<Language, string>>>> = {
  healthy: { en: 'healthy', zh: '健康' },
  warning: { en: 'warning', zh: '警告' },
  critical: { en: 'critical', zh: '严重' },
  silent: { en: 'no data', zh: '无数据' },
}

const STATUS_MARK: Readonly<Record<HealthStatus, string>> = { healthy: '●', warning: '▲', critical: '■', silent: '○' }
const STATUS_COLOR: Readonly<Record<HealthStatus, number>> = { healthy: 32, warning: 33, critical: 31, silent: 90 }

const HEADER = {
  en: { metric: 'metric', value: 'value', p95: 'P95', threshold: 'warn / crit', health: 'health', from: 'source' },
  zh: { metric: '指标', value: '当前值', p95: 'P95', threshold: '警告 / 严重', health: '状态', from: '来源' },
} as const

const WIDTHS = { metric: 26, value: 16, p95: 16, threshold: 16, health: 12 } as const

export interface StatusTextOptions {
  readonly language: Language
  readonly color: boolean
}

/** The four layers as a table for a terminal: value, P95, thresholds, health, and which source answered. */
export function statusText(health: HealthBody, options: StatusTextOptions): string {
  const { language } = options
  const heading = language === 'zh' ? '四层监控' : 'four layers'
  const time = new Date(health.timeMs).toLocaleTimeString(language === 'zh' ? 'zh-CN' : 'en-GB')
  const first = `${paint('Tetrascope', 1, options)}  ${heading}  ${mark(health.status, options)}  ${paint(time, 90, options)}`
  return `${[first, ...health.layers.flatMap((layer) => layerText(layer, options))].join('\n')}\n`
}

/** A number of a catalogue entry as a person reads it. */
export function formatReading(value: number | null, unit: string): string {
  if (value === null) return '–'
  if (unit === 'USD' || unit === 'USD/h')
    return `$${value < 0.1 ? value.toPrecision(2) : value.toFixed(2)}${unit === 'USD/h' ? '/h' : ''}`
  const digits =
    Math.abs(value) >= 100 || Number.isInteger(value) ? 0 : Math.abs(value) >= 10 ? 1 : unit === 'PSI' ? 3 : 2
  const number = value.toLocaleString('en', { maximumFractionDigits: digits })
  return unit === '' ? number : unit === '%' ? `${number}%` : `${number} ${unit}`
}

function layerText(layer: LayerBody, options: StatusTextOptions): string[] {
  const header = HEADER[options.language]
  const columns = [
    padRight(header.metric, WIDTHS.metric),
    padLeft(header.value, WIDTHS.value),
    padLeft(header.p95, WIDTHS.p95),
    padLeft(header.threshold, WIDTHS.threshold),
    `  ${padRight(header.health, WIDTHS.health)}`,
    header.from,
  ]
  const title = `${paint(layer.title[options.language], 1, options)}  ${mark(layer.status, options)}`
  return [
    '',
    title,
    paint(`  ${columns.join('')}`, 90, options),
    ...layer.readings.map((reading) => readingText(reading, options)),
  ]
}

function readingText(reading: ReadingBody, options: StatusTextOptions): string {
  const { warning, critical } = reading.thresholds ?? {}
  const threshold = warning === undefined || critical === undefined ? '' : `${warning} / ${critical}`
  const cells = [
    padRight(reading.title[options.language], WIDTHS.metric),
    padLeft(formatReading(reading.value, reading.unit), WIDTHS.value),
    padLeft(formatReading(reading.p95, reading.unit), WIDTHS.p95),
    padLeft(threshold, WIDTHS.threshold),
    `  ${padRight(mark(reading.status, options), WIDTHS.health)}`,
    paint(reading.from ?? '', 90, options),
  ]
  return `  ${cells.join('')}`
}

function mark(status: HealthStatus, options: StatusTextOptions): string {
  return paint(`${STATUS_MARK[status]} ${STATUS_TEXT[status][options.language]}`, STATUS_COLOR[status], options)
}

function paint(text: string, code: number, { color }: StatusTextOptions): string {
  return color ? `\u001b[${code}m${text}\u001b[0m` : text
}
