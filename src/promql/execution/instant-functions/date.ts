import type { DateFunctionName } from '../../plan/function-names.ts'

const DAY_MS = 86_400_000

/** A part of the UTC date at a time given in seconds since 1970; the fraction does not count. */
export function datePart(name: DateFunctionName): (seconds: number) => number {
  const part = partOf(name)
  return (seconds) => part(civil(Math.trunc(seconds)))
}

interface Civil {
  readonly date: Date
  /** Years beyond what a Date can hold, which repeat its calendar after 400 years. */
  readonly years: number
}

/** 400 Gregorian years in seconds. */
const ERA_SECONDS = 146_097 * 86_400

/** Where Prometheus's arithmetic takes NaN, and what no 64-bit integer holds: the date after the last one. */
const BEYOND = 2 ** 63

function civil(seconds: number): Civil {
  const whole = Math.abs(seconds) < BEYOND ? seconds : BEYOND
  const inEra = ((whole % ERA_SECONDS) + ERA_SECONDS) % ERA_SECONDS
  return { date: new Date(inEra * 1000), years: Math.round((whole - inEra) / ERA_SECONDS) * 400 }
}

function partOf(name: DateFunctionName): (civil: Civil) => number {
  switch (name) {
    case 'day_of_month':
      return ({ date }) => date.getUTCDate()
    case 'day_of_week':
      return ({ date }) => date.getUTCDay()
    case 'day_of_year':
      return ({ date }) => Math.floor((date.getTime() - Date.UTC(date.getUTCFullYear(), 0, 1)) / DAY_MS) + 1
    case 'days_in_month':
      return ({ date }) => new Date(Date.UTC(date.getUTCFullYear(), date.getUTCMonth() + 1, 0)).getUTCDate()
    case 'hour':
      return ({ date }) => date.getUTCHours()
    case 'minute':
      return ({ date }) => date.getUTCMinutes()
    case 'month':
      return ({ date }) => date.getUTCMonth() + 1
    case 'year':
      return ({ date, years }) => date.getUTCFullYear() + years
  }
}
