import { daysInMonth, type ZonedTime, zonedTime } from '../../util/zoned-time.ts'

/** Both ends included. */
export interface NumberRange {
  readonly begin: number
  readonly end: number
}

/** Minutes of a day; the end is excluded. */
export interface MinuteRange {
  readonly startMinute: number
  readonly endMinute: number
}

/** Times at which a route is muted or active. A moment is inside when every given field contains it; an absent field contains all. */
export interface TimeInterval {
  readonly times: readonly MinuteRange[] | undefined
  /** 0 = Sunday. */
  readonly weekdays: readonly NumberRange[] | undefined
  /** From 1; negative days count from the end of the month, -1 being the last. */
  readonly daysOfMonth: readonly NumberRange[] | undefined
  /** 1 = January. */
  readonly months: readonly NumberRange[] | undefined
  readonly years: readonly NumberRange[] | undefined
  /** An IANA name. */
  readonly timeZone: string
}

export function containsTime(interval: TimeInterval, timeMs: number): boolean {
  const time = zonedTime(timeMs, interval.timeZone)
  const minute = time.hour * 60 + time.minute
  return (
    (interval.times?.some(({ startMinute, endMinute }) => minute >= startMinute && minute < endMinute) ?? true) &&
    (interval.daysOfMonth?.some((range) => containsDay(range, time)) ?? true) &&
    within(interval.months, time.month) &&
    within(interval.weekdays, time.weekday) &&
    within(interval.years, time.year)
  )
}

function within(ranges: readonly NumberRange[] | undefined, value: number): boolean {
  return ranges?.some(({ begin, end }) => value >= begin && value <= end) ?? true
}

function containsDay({ begin, end }: NumberRange, { year, month, day }: ZonedTime): boolean {
  const days = daysInMonth(year, month)
  const fromStart = (value: number): number => (value < 0 ? days + value + 1 : value)
  const [first, last] = [fromStart(begin), Math.min(fromStart(end), days)]
  return first <= days && day >= first && day <= last
}
