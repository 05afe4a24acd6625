import type { Labels } from '../../model/labels.ts'
import { parseNumber } from '../parser/number.ts'
import { parseMetricPrefix } from '../parser/parser.ts'
import type { Point } from './script.ts'

export interface SeriesDescription {
  readonly labels: Labels
  readonly points: readonly Point[]
}

/** Points that one item may stand for: a script is small, and a slip of the pen must not fill the memory. */
const MAX_REPETITIONS = 1_000_000

/** A number without hexadecimal digits, because `x` repeats: `0x10` is ten more zeros. */
const NUMBER = String.raw`(?:\d[\d_]*\.?[\d_]*|\.\d[\d_]*)(?:[eE][+-]?\d+)?|[iI][nN][fF]|[nN][aA][nN]`
const GAP = /^_(?:x(\d+))?$/
const VALUE = new RegExp(`^(stale|[+-]?(?:${NUMBER}))(?:x(\\d+))?$`)
const PROGRESSION = new RegExp(`^(stale|[+-]?(?:${NUMBER}))([+-](?:${NUMBER}))x(\\d+)$`)
const HISTOGRAM = /^\{\{[^{}]*\}\}(?:(?:[+-]\{\{[^{}]*\}\})?x(\d+))?$/

/** Items are parted by space, except inside the braces of a histogram. */
const ITEM = /(?:\{\{[^{}]*\}\}|\S)+/g

/**
 * Reads a line of `load` or of expected series: labels and points, as in `up{job="a"} 1 2+3x2 _ stale`.
 * Throws with what was found and what is allowed.
 */
export function parseSeriesDescription(line: string): SeriesDescription {
  const { labels, end } = parseMetricPrefix(line)
  const rest = line.slice(end)
  if (rest !== '' && !/^\s/.test(rest)) throw new Error(`unexpected ${JSON.stringify(rest[0])} after the labels`)
  return { labels, points: (rest.match(ITEM) ?? []).flatMap(parseItem) }
}

function parseItem(item: string): Point[] {
  const gap = GAP.exec(item)
  if (gap !== null) return repeat({ kind: 'gap' }, gap[1] === undefined ? 1 : repetitions(gap[1]))
  const value = VALUE.exec(item)
  if (value !== null) return repeat(pointOf(value[1] ?? ''), timesAndFirst(value[2]))
  const progression = PROGRESSION.exec(item)
  if (progression !== null) return progressionPoints(progression[1] ?? '', progression[2] ?? '', progression[3] ?? '')
  const histogram = HISTOGRAM.exec(item)
  if (histogram !== null) return repeat({ kind: 'histogram', text: item }, timesAndFirst(histogram[1]))
  throw new Error(
    `invalid item ${JSON.stringify(item)} in series values (allowed: a number, stale, _ or {{histogram}}; ` +
      'axN for N more of it, a+bxN or a-bxN for N more that rise or fall by b)',
  )
}

/** The steps are added one by one, as Prometheus does, so that rounding is the same. */
function progressionPoints(first: string, step: string, times: string): Point[] {
  const points: Point[] = []
  const stepValue = signedNumber(step)
  let value = first === 'stale' ? NaN : signedNumber(first)
  for (let i = 0; i < repetitions(times) + 1; i++) {
    points.push({ kind: 'value', value })
    value += stepValue
  }
  return points
}

function pointOf(text: string): Point {
  return text === 'stale' ? { kind: 'stale' } : { kind: 'value', value: signedNumber(text) }
}

/** A number with an optional sign, as Go reads it. */
export function signedNumber(text: string): number {
  const magnitude = parseNumber(text.replace(/^[+-]/, ''))
  return text.startsWith('-') ? -magnitude : magnitude
}

function timesAndFirst(times: string | undefined): number {
  return times === undefined ? 1 : repetitions(times) + 1
}

function repetitions(text: string): number {
  const count = Number(text)
  if (count <= MAX_REPETITIONS) return count
  throw new Error(`invalid repetition ${text} in series values (at most ${MAX_REPETITIONS} are allowed)`)
}

function repeat(point: Point, count: number): Point[] {
  return Array.from({ length: count }, () => point)
}
