import { formatGeneral } from './go-template/format.ts'
import { formatTime } from './go-template/go-time.ts'
import { typeName } from './go-template/value.ts'

/** Digits that are shown: Go's `%.4g`. */
const DIGITS = 4

const LARGE = ['k', 'M', 'G', 'T', 'P', 'E', 'Z', 'Y']
const SMALL = ['m', 'u', 'n', 'p', 'f', 'a', 'z', 'y']
const BINARY = ['ki', 'Mi', 'Gi', 'Ti', 'Pi', 'Ei', 'Zi', 'Yi']

/** With a metric prefix: 1234567 → `1.235M`, 0.002 → `2m`. */
export function humanize(value: number): string {
  if (value === 0 || !Number.isFinite(value)) return formatGeneral(value, DIGITS)
  return Math.abs(value) >= 1 ? scaleDown(value, 1000, LARGE) : scaleUp(value)
}

/** With a binary prefix: 2048 → `2ki`. */
export function humanize1024(value: number): string {
  if (Math.abs(value) <= 1 || !Number.isFinite(value)) return formatGeneral(value, DIGITS)
  return scaleDown(value, 1024, BINARY)
}

function scaleDown(value: number, step: number, prefixes: readonly string[]): string {
  let prefix = ''
  for (const next of prefixes) {
    if (Math.abs(value) < step) break
    prefix = next
    value /= step
  }
  return formatGeneral(value, DIGITS) + prefix
}

function scaleUp(value: number): string {
  let prefix = ''
  for (const next of SMALL) {
    if (Math.abs(value) >= 1) break
    prefix = next
    value *= 1000
  }
  return formatGeneral(value, DIGITS) + prefix
}

/** A ratio as a percentage: 0.1234 → `12.34%`. */
export function humanizePercentage(ratio: number): string {
  return `${formatGeneral(ratio * 100, DIGITS)}%`
}

/** Seconds as days to seconds, or with a metric prefix below one: 5400 → `1h 30m 0s`, 0.002 → `2ms`. */
export function humanizeDuration(seconds: number): string {
  if (!Number.isFinite(seconds)) return formatGeneral(seconds, DIGITS)
  if (seconds === 0) return '0s'
  if (Math.abs(seconds) < 1) return `${scaleUp(seconds)}s`
  const sign = seconds < 0 ? '-' : ''
  const whole = Math.trunc(Math.abs(seconds))
  const [days, hours, minutes] = [
    Math.floor(whole / 86_400),
    Math.floor(whole / 3600) % 24,
    Math.floor(whole / 60) % 60,
  ]
  if (days > 0) return `${sign}${days}d ${hours}h ${minutes}m ${whole % 60}s`
  if (hours > 0) return `${sign}${hours}h ${minutes}m ${whole % 60}s`
  if (minutes > 0) return `${sign}${minutes}m ${whole % 60}s`
  return `${sign}${formatGeneral(Math.abs(seconds), DIGITS)}s`
}

/** Seconds since 1970 as Go prints a UTC time: `2026-01-02 03:04:05 +0000 UTC`. */
export function humanizeTimestamp(seconds: number): string {
  if (!Number.isFinite(seconds)) return formatGeneral(seconds, DIGITS)
  return formatTime('2006-01-02 15:04:05.999999999 -0700 MST', Math.floor(seconds * 1000), 'UTC')
}

/** What humanize functions take: a number, or a text or Go int that is one. Throws otherwise. */
export function toFloat(value: unknown): number {
  if (typeof value === 'number') return value
  if (typeof value === 'bigint') return Number(value)
  if (typeof value !== 'string') throw new Error(`can't convert ${typeName(value)} to float`)
  const infinite = /^([+-]?)inf(?:inity)?$/i.exec(value)
  if (infinite !== null) return infinite[1] === '-' ? -Infinity : Infinity
  if (/^[+-]?nan$/i.test(value)) return NaN
  const read = value.trim() === '' ? NaN : Number(value)
  if (Number.isNaN(read)) throw new Error(`strconv.ParseFloat: parsing ${JSON.stringify(value)}: invalid syntax`)
  return read
}
