import { expect, test } from 'vitest'
import { namedTimeIntervals } from './config.ts'
import { containsTime } from './time-interval.ts'

function contains(written: object, at: string): boolean {
  const [interval] = namedTimeIntervals('time interval').parse({ name: 'x', time_intervals: [written] }).time_intervals
  if (interval === undefined) throw new Error('one interval was written')
  return containsTime(interval, Date.parse(at))
}

const OFFICE = { weekdays: ['monday:friday'], times: [{ start_time: '09:00', end_time: '17:00' }] }

test.each<[string, object, string, boolean]>([
  ['nothing said contains all', {}, '2026-01-01T00:00:00Z', true],
  ['within times', OFFICE, '2026-07-01T12:00:00Z', true],
  ['the start is inside', OFFICE, '2026-07-01T09:00:00Z', true],
  ['the end is outside', OFFICE, '2026-07-01T17:00:00Z', false],
  ['the minute before the end', OFFICE, '2026-07-01T16:59:59Z', true],
  ['a weekend', OFFICE, '2026-07-04T12:00:00Z', false],
  ['until midnight', { times: [{ start_time: '22:00', end_time: '24:00' }] }, '2026-07-01T23:59:59Z', true],
  [
    'one of several times',
    {
      times: [
        { start_time: '00:00', end_time: '01:00' },
        { start_time: '05:00', end_time: '06:00' },
      ],
    },
    '2026-07-01T05:30:00Z',
    true,
  ],
  ['in another zone', { ...OFFICE, location: 'Asia/Shanghai' }, '2026-07-01T01:30:00Z', true],
  ['in another zone, too early', { ...OFFICE, location: 'Asia/Shanghai' }, '2026-07-01T00:59:00Z', false],
  ['another day in another zone', { weekdays: ['thursday'], location: 'Asia/Shanghai' }, '2026-07-01T20:00:00Z', true],
  [
    'summer time',
    { times: [{ start_time: '09:00', end_time: '10:00' }], location: 'Europe/Berlin' },
    '2026-07-01T07:30:00Z',
    true,
  ],
  [
    'winter time',
    { times: [{ start_time: '09:00', end_time: '10:00' }], location: 'Europe/Berlin' },
    '2026-01-01T07:30:00Z',
    false,
  ],
  [
    'the hour that does not exist',
    { times: [{ start_time: '02:00', end_time: '03:00' }], location: 'Europe/Berlin' },
    '2026-03-29T01:30:00Z',
    false,
  ],
  [
    'the hour that comes twice',
    { times: [{ start_time: '02:00', end_time: '03:00' }], location: 'Europe/Berlin' },
    '2026-10-25T01:30:00Z',
    true,
  ],
  ['the first days', { days_of_month: ['1:5'] }, '2026-07-05T00:00:00Z', true],
  ['after the first days', { days_of_month: ['1:5'] }, '2026-07-06T00:00:00Z', false],
  ['the last day', { days_of_month: ['-1'] }, '2026-02-28T00:00:00Z', true],
  ['the last day of a leap year', { days_of_month: ['-1'] }, '2028-02-28T00:00:00Z', false],
  ['the last three days', { days_of_month: ['-3:-1'] }, '2026-04-28T00:00:00Z', true],
  ['from a day to the end', { days_of_month: ['20:-1'] }, '2026-04-30T00:00:00Z', true],
  ['the 31st of a month of 30', { days_of_month: ['31'] }, '2026-04-30T00:00:00Z', false],
  ['days beyond the month are cut', { days_of_month: ['28:31'] }, '2026-02-28T00:00:00Z', true],
  ['months by name', { months: ['May:august'] }, '2026-08-31T00:00:00Z', true],
  ['months by number', { months: ['1:3'] }, '2026-04-01T00:00:00Z', false],
  ['years', { years: ['2020:2025'] }, '2026-04-01T00:00:00Z', false],
  ['all must hold', { months: ['july'], weekdays: ['sunday'] }, '2026-07-06T00:00:00Z', false],
])('%s', (_name, interval, at, expected) => expect(contains(interval, at)).toBe(expected))
