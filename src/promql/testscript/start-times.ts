import { parseDuration } from '../../model/duration.ts'

const DURATION = String.raw`[+-]?\d+[a-wyzA-WYZ]*`
const GAP = /^_(?:x([1-9]\d*))?$/
const VALUE = new RegExp(`^(${DURATION})(?:x(\\d+))?$`)
const PROGRESSION = new RegExp(`^(${DURATION})([+-]${DURATION})x(\\d+)$`)

/**
 * Reads the values of a `metric@st` line: per point of the next line, when its counter began relative to the point, in milliseconds,
 * or null. Items are `_`, `_xN`, `-1m`, `-1mxN` (N more) and `-1m+10sxN`. Throws with what was found and what is allowed.
 */
export function parseStartTimes(text: string): Array<number | null> {
  return (text.match(/\S+/g) ?? []).flatMap(parseItem)
}

function parseItem(item: string): Array<number | null> {
  const gap = GAP.exec(item)
  if (gap !== null) return Array.from({ length: Number(gap[1] ?? 1) }, () => null)
  const value = VALUE.exec(item)
  if (value !== null) return progression(value[1] ?? '', '0', value[2] ?? '0')
  const rising = PROGRESSION.exec(item)
  if (rising !== null) return progression(rising[1] ?? '', rising[2] ?? '', rising[3] ?? '')
  throw new Error(
    `invalid start time ${JSON.stringify(item)} (allowed: _, _xN, a duration such as -1m, -1mxN, -1m+10sxN, -1m-10sxN)`,
  )
}

function progression(first: string, step: string, times: string): number[] {
  const firstMs = signedMs(first)
  const stepMs = signedMs(step)
  return Array.from({ length: Number(times) + 1 }, (_, i) => firstMs + i * stepMs)
}

function signedMs(text: string): number {
  // Twice when a sign stands before the operand of a step: `-1m--10s`.
  const sign = (text.match(/^[+-]*/)?.[0] ?? '').replaceAll('+', '').length % 2 === 1 ? -1 : 1
  return sign * parseDuration(text.replace(/^[+-]+/, ''))
}
