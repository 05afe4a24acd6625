/**
 * A point in time as senders write it, in milliseconds since 1970: an ISO text (without an offset in the zone of this machine),
 * or a number, also as a text, of seconds, milliseconds, microseconds or nanoseconds by its size. Undefined when it is none.
 */
export function timestampMs(value: unknown): number | undefined {
  if (typeof value === 'number') return msOfNumber(value)
  if (typeof value !== 'string' || value.trim() === '') return undefined
  const number = Number(value)
  if (!Number.isNaN(number)) return msOfNumber(number)
  const parsed = Date.parse(value.trim().replace(/^(\d{4}-\d{2}-\d{2}) (\d)/, '$1T$2'))
  return Number.isNaN(parsed) ? undefined : parsed
}

/** Seconds reach 1e11 in the year 5138; milliseconds have passed it since 1973. */
function msOfNumber(value: number): number | undefined {
  if (!Number.isFinite(value) || value <= 0) return undefined
  if (value < 1e11) return value * 1000
  if (value < 1e14) return value
  return value < 1e17 ? value / 1000 : value / 1e6
}
