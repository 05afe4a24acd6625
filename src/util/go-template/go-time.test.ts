import { expect, test } from 'vitest'
import { formatTime, GoDuration, GoTime } from './go-time.ts'

const TIME = Date.UTC(2026, 2, 8, 15, 4, 5, 60)

test.each([
  ['2006-01-02T15:04:05Z07:00', 'UTC', '2026-03-08T15:04:05Z'],
  ['Mon, 02 Jan 2006 15:04:05 MST', 'UTC', 'Sun, 08 Mar 2026 15:04:05 UTC'],
  ['Monday January 2 3:04PM', 'America/New_York', 'Sunday March 8 11:04AM'],
  ['2006-01-02 15:04:05 -0700', 'Asia/Shanghai', '2026-03-08 23:04:05 +0800'],
  ['15:04:05.000 .999999 -07:00 -07', 'Asia/Kolkata', '20:34:05.060 .06 +05:30 +05'],
  ['Jan _2 06 002', 'UTC', 'Mar  8 26 067'],
  ['2 Jan at 3pm', 'Asia/Shanghai', '8 Mar at 11pm'],
])('layout %s in %s', (layout, zone, expected) => expect(formatTime(layout, TIME, zone)).toBe(expected))

test('a time prints and converts as in Go', () => {
  const time = new GoTime(TIME)
  expect(time.String()).toBe('2026-03-08 15:04:05.06 +0000 UTC')
  expect(JSON.stringify(time)).toBe('"2026-03-08T15:04:05.06Z"')
  expect(time.Unix()).toBe(1772982245n)
  expect(time.Add(new GoDuration(60_000)).Sub(time).String()).toBe('1m0s')
})

test.each([
  [0, '0s'],
  [0.5, '500µs'],
  [250, '250ms'],
  [1500, '1.5s'],
  [3_723_500, '1h2m3.5s'],
  [-60_000, '-1m0s'],
])('duration of %d ms', (ms, text) => expect(new GoDuration(ms).String()).toBe(text))
