import { z } from 'zod'
import { checkTimeZone } from '../../util/zoned-time.ts'
import { text } from '../../util/yaml-values.ts'
import type { NumberRange, TimeInterval } from './time-interval.ts'

const WEEKDAYS = ['sunday', 'monday', 'tuesday', 'wednesday', 'thursday', 'friday', 'saturday']
const MONTHS = [
  'january',
  'february',
  'march',
  'april',
  'may',
  'june',
  'july',
  'august',
  'september',
  'october',
  'november',
  'december',
]

/** A range such as `monday:friday` or `1:5`, or one member alone. `read` throws for what is no member. */
function range(read: (member: string) => number, check: (found: NumberRange, written: string) => string | undefined) {
  return text.transform((value, context): NumberRange => {
    try {
      const found = readRange(value.toLowerCase(), read)
      const problem = check(found, value)
      if (problem !== undefined) throw new Error(problem)
      return found
    } catch (error) {
      context.addIssue({ code: 'custom', message: error instanceof Error ? error.message : String(error) })
      return z.NEVER
    }
  })
}

function readRange(written: string, read: (member: string) => number): NumberRange {
  const [first = '', last, ...rest] = written.split(':')
  if (rest.length > 0) throw new Error(`couldn't parse range ${written}, invalid format`)
  return { begin: read(first), end: read(last ?? first) }
}

function integer(member: string): number {
  if (!/^[+-]?\d+$/.test(member)) throw new Error(`not a valid number: ${JSON.stringify(member)}`)
  return Number(member)
}

const weekday = range(
  (member) => {
    const index = WEEKDAYS.indexOf(member)
    if (index === -1) throw new Error(`${member} is not a valid weekday (allowed: ${WEEKDAYS.join(', ')})`)
    return index
  },
  ({ begin, end }) => (begin > end ? 'start day cannot be before end day' : undefined),
)

const month = range(
  (member) => {
    const index = MONTHS.indexOf(member)
    if (index !== -1) return index + 1
    if (!/^[+-]?\d+$/.test(member)) throw new Error(`${member} is not a valid month (allowed: names or 1 to 12)`)
    return Number(member)
  },
  ({ begin, end }) =>
    begin > end ? `end month ${MONTHS[end - 1] ?? end} is before start month ${MONTHS[begin - 1] ?? begin}` : undefined,
)

const year = range(integer, ({ begin, end }) =>
  begin > end ? `end year ${end} is before start year ${begin}` : undefined,
)

const dayOfMonth = range(integer, ({ begin, end }) => {
  const wrong = [begin, end].find((day) => day === 0 || Math.abs(day) > 31)
  if (wrong !== undefined) return `${wrong} is not a valid day of the month: out of range (allowed: 1 to 31, -31 to -1)`
  // Otherwise an interval could be empty in short months and not in long ones.
  if (begin < 0 && end > 0) return 'end day must be negative if start day is negative'
  // The shortest month decides what is always empty.
  const inShortest = (day: number): number => (day < 0 ? 28 + day : day)
  return inShortest(begin) > inShortest(end) ? `end day ${end} is always before start day ${begin}` : undefined
})

const times = z.strictObject({ start_time: text, end_time: text }).transform((value, context) => {
  try {
    if (value.start_time === '' || value.end_time === '') throw new Error('both start and end times must be provided')
    const [startMinute, endMinute] = [minuteOfDay(value.start_time), minuteOfDay(value.end_time)]
    if (startMinute >= endMinute) throw new Error('start time cannot be equal or greater than end time')
    return { startMinute, endMinute }
  } catch (error) {
    context.addIssue({ code: 'custom', message: error instanceof Error ? error.message : String(error) })
    return z.NEVER
  }
})

/** `24:00` is the end of the day. */
function minuteOfDay(written: string): number {
  const match = /^(?:([01]\d|2[0-3]):([0-5]\d)|24:00)$/.exec(written)
  if (match === null) throw new Error(`couldn't parse timestamp ${written}, invalid format (expected HH:MM)`)
  return written === '24:00' ? 24 * 60 : Number(match[1]) * 60 + Number(match[2])
}

const location = text.transform((value, context) => {
  try {
    return checkTimeZone(value)
  } catch {
    context.addIssue({ code: 'custom', message: `unknown time zone ${value}` })
    return z.NEVER
  }
})

const timeInterval = z
  .strictObject({
    times: z.array(times).nullish(),
    weekdays: z.array(weekday).nullish(),
    days_of_month: z.array(dayOfMonth).nullish(),
    months: z.array(month).nullish(),
    years: z.array(year).nullish(),
    location,
  })
  .transform(
    (value): TimeInterval => ({
      times: value.times ?? undefined,
      weekdays: value.weekdays ?? undefined,
      daysOfMonth: value.days_of_month ?? undefined,
      months: value.months ?? undefined,
      years: value.years ?? undefined,
      timeZone: value.location,
    }),
  )

/** A named set of intervals, as under `time_intervals` and `mute_time_intervals`. */
export function namedTimeIntervals(what: string) {
  return z.strictObject({
    name: text.refine((value) => value !== '', `missing name in ${what}`),
    time_intervals: z
      .array(timeInterval)
      .nullish()
      .transform((value) => value ?? []),
  })
}
