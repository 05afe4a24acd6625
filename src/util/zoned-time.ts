/** A moment as the clocks and calendars of a time zone show it. */
export interface ZonedTime {
  readonly year: number
  /** 1 = January. */
  readonly month: number
  readonly day: number
  /** 0 = Sunday. */
  readonly weekday: number
  readonly hour: number
  readonly minute: number
  readonly second: number
  readonly offsetMinutes: number
}

const formatters = new Map<string, Intl.DateTimeFormat>()

/** The name of a time zone of the IANA database, in its canonical form; throws `RangeError` for any other. 'UTC' and '' are UTC. */
export function checkTimeZone(name: string): string {
  if (name === '' || name === 'UTC') return 'UTC'
  return name === 'Local'
    ? new Intl.DateTimeFormat().resolvedOptions().timeZone
    : formatter(name).resolvedOptions().timeZone
}

/** Throws `RangeError` when the runtime does not know the time zone. */
export function zonedTime(timeMs: number, timeZone: string): ZonedTime {
  // A date whose UTC fields are what the zone's clocks show.
  const shown = new Date(timeZone === 'UTC' ? timeMs : shownAsUtcMs(timeMs, timeZone))
  return {
    year: shown.getUTCFullYear(),
    month: shown.getUTCMonth() + 1,
    day: shown.getUTCDate(),
    weekday: shown.getUTCDay(),
    hour: shown.getUTCHours(),
    minute: shown.getUTCMinutes(),
    second: shown.getUTCSeconds(),
    offsetMinutes: Math.round((shown.getTime() - Math.floor(timeMs / 1000) * 1000) / 60_000),
  }
}

function shownAsUtcMs(timeMs: number, timeZone: string): number {
  const parts: Record<string, number> = {}
  for (const { type, value } of formatter(timeZone).formatToParts(timeMs)) parts[type] = Number(value)
  const { year = 0, month = 1, day = 1, hour = 0, minute = 0, second = 0 } = parts
  return Date.UTC(year, month - 1, day, hour, minute, second)
}

/** The zone's abbreviation at that time (CET), or its offset where it has none (+08). */
export function zoneAbbreviation(timeMs: number, timeZone: string): string {
  if (timeZone === 'UTC') return 'UTC'
  const named = new Intl.DateTimeFormat('en-US', { timeZone, timeZoneName: 'short' }).formatToParts(timeMs)
  const name = named.find((part) => part.type === 'timeZoneName')?.value ?? timeZone
  if (!name.startsWith('GMT')) return name
  const { offsetMinutes } = zonedTime(timeMs, timeZone)
  const [hours, minutes] = [Math.floor(Math.abs(offsetMinutes) / 60), Math.abs(offsetMinutes) % 60]
  const tail = minutes === 0 ? '' : String(minutes).padStart(2, '0')
  return `${offsetMinutes < 0 ? '-' : '+'}${String(hours).padStart(2, '0')}${tail}`
}

function formatter(timeZone: string): Intl.DateTimeFormat {
  const known = formatters.get(timeZone)
  if (known !== undefined) return known
  const created = new Intl.DateTimeFormat('en-US', {
    timeZone,
    hourCycle: 'h23',
    year: 'numeric',
    month: 'numeric',
    day: 'numeric',
    hour: 'numeric',
    minute: 'numeric',
    second: 'numeric',
  })
  formatters.set(timeZone, created)
  return created
}

export function daysInMonth(year: number, month: number): number {
  return new Date(Date.UTC(year, month, 0)).getUTCDate()
}
