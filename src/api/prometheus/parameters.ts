import { parseDuration } from '../../model/duration.ts'
import type { Matcher } from '../../model/matcher.ts'
import { parseGoFloat } from '../../promql/float-text.ts'
import { parseMetricSelector } from '../../promql/parser/parser.ts'
import type { TimeRange } from '../../storage/sample-store.ts'
import { BadDataError } from './envelope.ts'

/** The parameters of a call, from the query string and, for a POST, the form body. */
export type Parameters = URLSearchParams

/** Open ends of a range. Clients of Prometheus send its own bounds, which lie further out; nothing is stored there. */
const MIN_TIME_MS = Number.MIN_SAFE_INTEGER
const MAX_TIME_MS = Number.MAX_SAFE_INTEGER
const MAX_INT64_NS = 2 ** 63

/** A unix time in seconds (with fraction) or RFC 3339, to milliseconds. */
export function timeParameter(parameters: Parameters, name: string, otherwise: number): number {
  const text = parameters.get(name)
  return text === null || text === ''
    ? otherwise
    : parseTime(text, (reason) => invalid(name, `Invalid time value for '${name}': ${reason}`))
}

export function requiredTime(parameters: Parameters, name: string): number {
  return parseTime(parameters.get(name) ?? '', (reason) => invalid(name, reason))
}

/** A number of seconds or a duration, to milliseconds. */
export function durationParameter(parameters: Parameters, name: string): number {
  return parseSecondsOrDuration(parameters.get(name) ?? '', (reason) => invalid(name, reason))
}

export function optionalDuration(
  parameters: Parameters,
  name: string,
  fail: (reason: string) => Error = (reason) => invalid(name, reason),
): number | undefined {
  const text = parameters.get(name)
  return text === null || text === '' ? undefined : parseSecondsOrDuration(text, fail)
}

/** 0 means no limit. */
export function limitParameter(parameters: Parameters): number {
  const text = parameters.get('limit')
  if (text === null || text === '') return 0
  if (!/^[+-]?\d+$/.test(text)) throw invalid('limit', `strconv.Atoi: parsing ${JSON.stringify(text)}: invalid syntax`)
  if (Number(text) < 0) throw invalid('limit', 'limit must be non-negative')
  return Number(text)
}

/** A whole number, or `otherwise` when absent. Throws with `message` when it is anything else. */
export function integerParameter(parameters: Parameters, name: string, otherwise: number, message: string): number {
  const text = parameters.get(name)
  if (text === null || text === '') return otherwise
  if (!/^[+-]?\d+$/.test(text)) throw new BadDataError(message)
  return Number(text)
}

/**
 * All `match[]` selectors; each must have a matcher that does not match the empty string. Some of Prometheus's paths name the
 * parameter in errors and some do not: `fail` makes the error.
 */
export function selectorParameters(
  parameters: Parameters,
  fail: (reason: string) => Error = (reason) => new BadDataError(reason),
): ReadonlyArray<readonly Matcher[]> {
  const selectors = parameters.getAll('match[]').map((text) => parseSelector(text, fail))
  if (selectors.some(selectsAll)) throw fail('match[] must contain at least one non-empty matcher')
  return selectors
}

/** Whether a selector has no matcher that keeps series without the label out. */
export function selectsAll(matchers: readonly Matcher[]): boolean {
  return matchers.every((matcher) => matcher.matches(''))
}

/** The matchers of one selector. Throws what `fail` makes of what is wrong with it. */
export function parseSelector(text: string, fail: (reason: string) => Error): readonly Matcher[] {
  try {
    return parseMetricSelector(text)
  } catch (error) {
    throw fail(error instanceof Error ? error.message : String(error))
  }
}

/** `start` and `end`; a range that ends before it begins holds nothing. */
export function rangeParameters(parameters: Parameters): TimeRange {
  return {
    minMs: timeParameter(parameters, 'start', MIN_TIME_MS),
    maxMs: timeParameter(parameters, 'end', MAX_TIME_MS),
  }
}

export function invalid(name: string, reason: string): BadDataError {
  return new BadDataError(`invalid parameter "${name}": ${reason}`)
}

function parseTime(text: string, fail: (reason: string) => Error): number {
  const seconds = parseGoFloat(text)
  if (seconds !== undefined && Number.isFinite(seconds)) {
    return Math.min(Math.max(Math.round(seconds * 1000), MIN_TIME_MS), MAX_TIME_MS)
  }
  const date = RFC_3339.test(text) ? Date.parse(text) : NaN
  if (Number.isNaN(date)) throw fail(`cannot parse ${JSON.stringify(text)} to a valid timestamp`)
  return date
}

const RFC_3339 = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d+)?(?:Z|[+-]\d\d:\d\d)$/

function parseSecondsOrDuration(text: string, fail: (reason: string) => Error): number {
  const reason = `cannot parse ${JSON.stringify(text)} to a valid duration`
  const seconds = parseGoFloat(text)
  if (seconds !== undefined) {
    if (!(Math.abs(seconds * 1e9) <= MAX_INT64_NS)) throw fail(`${reason}. It overflows int64`)
    return Math.round(seconds * 1000)
  }
  try {
    return parseDuration(text)
  } catch {
    throw fail(reason)
  }
}
