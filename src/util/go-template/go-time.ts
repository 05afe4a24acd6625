import { type ZonedTime, zoneAbbreviation, zonedTime } from '../zoned-time.ts'

/** Milliseconds of Go's zero time, 0001-01-01T00:00:00Z, which stands for "not set". */
export const ZERO_TIME_MS = -62_135_596_800_000

const MONTHS = [
  'January',
  'February',
  'March',
  'April',
  'May',
  'June',
  'July',
  'August',
  'September',
  'October',
  'November',
  'December',
]
const WEEKDAYS = ['Sunday', 'Monday', 'Tuesday', 'Wednesday', 'Thursday', 'Friday', 'Saturday']

/** Go's time.Duration inside templates; nanoseconds are kept as milliseconds with a fraction. */
export class GoDuration {
  static readonly goType: string = 'time.Duration'
  readonly #ms: number

  constructor(durationMs: number) {
    this.#ms = durationMs
  }

  get ms(): number {
    return this.#ms
  }

  Seconds(): number {
    return this.#ms / 1000
  }

  Minutes(): number {
    return this.#ms / 60_000
  }

  Hours(): number {
    return this.#ms / 3_600_000
  }

  Milliseconds(): bigint {
    return BigInt(Math.trunc(this.#ms))
  }

  /** As Go writes durations: `1h2m3.5s`, `250ms`. */
  String(): string {
    const ms = Math.abs(this.#ms)
    const sign = this.#ms < 0 ? '-' : ''
    if (ms === 0) return '0s'
    if (ms < 0.001) return `${sign}${Math.round(ms * 1e6)}ns`
    if (ms < 1) return `${sign}${trimmed(ms * 1000)}µs`
    if (ms < 1000) return `${sign}${trimmed(ms)}ms`
    const hours = Math.floor(ms / 3_600_000)
    const minutes = Math.floor(ms / 60_000) % 60
    const seconds = `${trimmed((ms % 60_000) / 1000)}s`
    return sign + (hours > 0 ? `${hours}h${minutes}m` : minutes > 0 ? `${minutes}m` : '') + seconds
  }
}

function trimmed(value: number): string {
  return String(Math.round(value * 1e6) / 1e6)
}

/** Go's time.Time inside templates: a moment and the zone it is shown in. Its methods are those that templates use. */
export class GoTime {
  static readonly goType: string = 'time.Time'
  readonly #ms: number
  readonly #zone: string

  constructor(timeMs: number, timeZone = 'UTC') {
    this.#ms = timeMs
    this.#zone = timeZone
  }

  get ms(): number {
    return this.#ms
  }

  inZone(timeZone: string): GoTime {
    return new GoTime(this.#ms, timeZone)
  }

  Format(layout: string): string {
    return formatTime(layout, this.#ms, this.#zone)
  }

  String(): string {
    return this.Format('2006-01-02 15:04:05.999999999 -0700 MST')
  }

  UTC(): GoTime {
    return this.inZone('UTC')
  }

  Local(): GoTime {
    return this.inZone(new Intl.DateTimeFormat().resolvedOptions().timeZone)
  }

  Unix(): bigint {
    return BigInt(Math.floor(this.#ms / 1000))
  }

  UnixMilli(): bigint {
    return BigInt(Math.floor(this.#ms))
  }

  UnixNano(): bigint {
    return BigInt(Math.floor(this.#ms)) * 1_000_000n
  }

  IsZero(): boolean {
    return this.#ms === ZERO_TIME_MS
  }

  Year(): bigint {
    return BigInt(this.#fields().year)
  }

  Month(): string {
    return MONTHS[this.#fields().month - 1] ?? ''
  }

  Day(): bigint {
    return BigInt(this.#fields().day)
  }

  Hour(): bigint {
    return BigInt(this.#fields().hour)
  }

  Minute(): bigint {
    return BigInt(this.#fields().minute)
  }

  Second(): bigint {
    return BigInt(this.#fields().second)
  }

  Weekday(): string {
    return WEEKDAYS[this.#fields().weekday] ?? ''
  }

  Add(duration: GoDuration | number | bigint): GoTime {
    return new GoTime(this.#ms + nanosecondsToMs(duration), this.#zone)
  }

  Sub(other: GoTime): GoDuration {
    return new GoDuration(this.#ms - other.#ms)
  }

  Before(other: GoTime): boolean {
    return this.#ms < other.#ms
  }

  After(other: GoTime): boolean {
    return this.#ms > other.#ms
  }

  Equal(other: GoTime): boolean {
    return this.#ms === other.#ms
  }

  /** For JSON, as Go's. */
  toJSON(): string {
    // Each alert of a webhook's message has two; a layout would take ten times as long.
    if (this.#zone === 'UTC' && Number.isInteger(this.#ms)) {
      return new Date(this.#ms).toISOString().replace(/\.?0+Z$/, 'Z')
    }
    return formatTime('2006-01-02T15:04:05.999999999Z07:00', this.#ms, this.#zone)
  }

  #fields(): ZonedTime {
    return zonedTime(this.#ms, this.#zone)
  }
}

function nanosecondsToMs(duration: GoDuration | number | bigint): number {
  return duration instanceof GoDuration ? duration.ms : Number(duration) / 1e6
}

/** The elements of a Go layout, longest first where one begins with another (https://pkg.go.dev/time#pkg-constants). */
const ELEMENT =
  /January|Jan|Monday|Mon|MST|2006|002|__2|_2|01|02|03|04|05|06|15|PM|pm|-07:00:00|-070000|-07:00|-0700|-07|Z07:00|Z0700|Z07|[.,](?:0+|9+)(?![0-9])|[1-5]/g

/** Formats a moment by a Go layout such as `2006-01-02 15:04:05 MST`. */
export function formatTime(layout: string, timeMs: number, timeZone: string): string {
  const time = zonedTime(timeMs, timeZone)
  return layout.replace(ELEMENT, (element) => formatElement(element, time, timeMs, timeZone))
}

function formatElement(element: string, time: ZonedTime, timeMs: number, timeZone: string): string {
  if (element === 'MST') return zoneAbbreviation(timeMs, timeZone)
  if (element.startsWith('Z') || element.startsWith('-')) return offset(element, time.offsetMinutes)
  if (/^[.,]/.test(element)) return fractionOfSecond(element, timeMs)
  return calendarElement(element, time) ?? clockElement(element, time) ?? element
}

function calendarElement(element: string, time: ZonedTime): string | undefined {
  const month = MONTHS[time.month - 1] ?? ''
  const weekday = WEEKDAYS[time.weekday] ?? ''
  const dayOfYear = Math.round((Date.UTC(time.year, time.month - 1, time.day) - Date.UTC(time.year, 0, 0)) / 86_400_000)
  return {
    '2006': String(time.year).padStart(4, '0'),
    '06': padded(time.year % 100),
    January: month,
    Jan: month.slice(0, 3),
    '01': padded(time.month),
    '1': String(time.month),
    Monday: weekday,
    Mon: weekday.slice(0, 3),
    '02': padded(time.day),
    _2: String(time.day).padStart(2),
    '2': String(time.day),
    '002': String(dayOfYear).padStart(3, '0'),
    __2: String(dayOfYear).padStart(3),
  }[element]
}

function clockElement(element: string, time: ZonedTime): string | undefined {
  const hour12 = time.hour % 12 === 0 ? 12 : time.hour % 12
  const half = time.hour < 12 ? 'AM' : 'PM'
  return {
    '15': padded(time.hour),
    '03': padded(hour12),
    '3': String(hour12),
    '04': padded(time.minute),
    '4': String(time.minute),
    '05': padded(time.second),
    '5': String(time.second),
    PM: half,
    pm: half.toLowerCase(),
  }[element]
}

function padded(value: number): string {
  return String(value).padStart(2, '0')
}

function offset(element: string, minutes: number): string {
  if (element.startsWith('Z') && minutes === 0) return 'Z'
  const sign = minutes < 0 ? '-' : '+'
  const hours = padded(Math.floor(Math.abs(minutes) / 60))
  const rest = padded(Math.abs(minutes) % 60)
  const shape = element.slice(1)
  const seconds = shape === '07:00:00' ? ':00' : shape === '070000' ? '00' : ''
  if (shape === '07') return sign + hours
  return sign + hours + (shape.includes(':') ? ':' : '') + rest + seconds
}

/** Zeros fix the number of digits, nines drop trailing zeros. */
function fractionOfSecond(element: string, timeMs: number): string {
  const ms = timeMs - Math.floor(timeMs / 1000) * 1000
  const digits = String(Math.floor(ms * 1e6))
    .padStart(9, '0')
    .slice(0, element.length - 1)
  if (element[1] === '0') return (element[0] ?? '.') + digits
  const kept = digits.replace(/0+$/, '')
  return kept === '' ? '' : (element[0] ?? '.') + kept
}
