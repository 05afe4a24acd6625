import { parseDuration } from '../../model/duration.ts'
import type { Matcher } from '../../model/matcher.ts'
import { parseMetricSelector } from '../../promql/parser/parser.ts'
import type { TimeRange } from '../../storage/sample-store.ts'
import { BadDataError } from './envelope.ts'

/** The parameters of a call, from the query string and, for a POST, the form body. */
export type Parameters = URLSearchParams

/** Times further out than this cannot be told from mistakes; Prometheus's own bounds for open ranges. */
export const MIN_TIME_MS = -9_007_199_254_740_991
export const MAX_TIME_MS = 9_007_199_254_740_991

/** A unix time in seconds (with fraction) or RFC 3339, to milliseconds. */
export function timeParameter(parameters: Parameters, name: string, otherwise: number): number {
  const text = parameters.get(name)
  return text === null || text === '' ? otherwise : parseTime(text, name)
}

export function requiredTime(parameters: Parameters, name: string): number {
  return parseTime(parameters.get(name) ?? '', name)
}

/** A number of seconds or a duration, to milliseconds. */
export function durationParameter(parameters: Parameters, name: string): number {
  const text = parameters.get(name) ?? ''
  const durationMs = parseSecondsOrDuration(text)
  if (durationMs === undefined) throw invalid(name, `cannot parse ${JSON.stringify(text)} to a valid duration`)
  return durationMs
}

export function optionalDuration(parameters: Parameters, name: string): number | undefined {
  return parameters.get(name) === null ? undefined : durationParameter(parameters, name)
}

/** 0 means no limit. */
export function limitParameter(parameters: Parameters): number {
  const text = parameters.get('limit')
  if (text === null || text === '') return 0
  if (!/^\d+$/.test(text)) throw invalid('limit', `limit must be a non-negative number, got ${JSON.stringify(text)}`)
  return Number(text)
}

/** All `match[]` selectors; each must have a matcher that does not match the empty string. */
export function selectorParameters(parameters: Parameters): ReadonlyArray<readonly Matcher[]> {
  return parameters.getAll('match[]').map((text) => {
    const matchers = parseSelector(text)
    if (matchers.every((matcher) => matcher.matches('')))
      throw new BadDataError('match[] must contain at least one non-empty matcher')
    return matchers
  })
}

export function rangeParameters(parameters: Parameters): TimeRange {
  const minMs = timeParameter(parameters, 'start', MIN_TIME_MS)
  const maxMs = timeParameter(parameters, 'end', MAX_TIME_MS)
  if (maxMs < minMs) throw new BadDataError('end timestamp must not be before start time')
  return { minMs, maxMs }
}

export function invalid(name: string, reason: string): BadDataError {
  return new BadDataError(`invalid parameter "${name}": ${reason}`)
}

function parseSelector(text: string): readonly Matcher[] {
  try {
    return parseMetricSelector(text)
  } catch (error) {
    throw invalid('match[]', error instanceof Error ? error.message : String(error))
  }
}

function parseTime(text: string, name: string): number {
  const seconds = text.trim() === '' ? NaN : Number(text)
  if (Number.isFinite(seconds)) return Math.round(seconds * 1000)
  const date = /^\d{4}-\d\d-\d\d[Tt]/.test(text) ? Date.parse(text) : NaN
  if (Number.isNaN(date)) throw invalid(name, `cannot parse ${JSON.stringify(text)} to a valid timestamp`)
  return date
}

function parseSecondsOrDuration(text: string): number | undefined {
  const seconds = text.trim() === '' ? NaN : Number(text)
  if (Number.isFinite(seconds)) return Math.round(seconds * 1000)
  try {
    return parseDuration(text)
  } catch {
    return undefined
  }
}
