const MINUTE_MS = 60_000

/** The ranges that end now, shortest first. */
export const LIVE_RANGES = ['5m', '15m', '1h', '6h', '24h', '7d'] as const
export type LiveRange = (typeof LIVE_RANGES)[number]

const MINUTES: Readonly<Record<LiveRange, number>> = {
  '5m': 5,
  '15m': 15,
  '1h': 60,
  '6h': 360,
  '24h': 1_440,
  '7d': 10_080,
}

/** A stretch of the past that somebody looks at, milliseconds since 1970. */
export interface FixedRange {
  readonly startMs: number
  readonly endMs: number
}

/** What part of time the pages show. */
export type Range = LiveRange | FixedRange

export const FIRST_RANGE: LiveRange = '5m'

/** Steps of a chart: more than its pixels would be wasted. */
const STEPS = 120
const MIN_STEP_MS = 5_000
/** Shorter stretches have not two points in a chart. */
const MIN_FIXED_MS = 3 * MIN_STEP_MS

export function lengthOf(range: Range): number {
  return typeof range === 'string' ? MINUTES[range] * MINUTE_MS : range.endMs - range.startMs
}

/** The step of a chart, a multiple of five seconds. */
export function stepOf(range: Range): number {
  return Math.max(MIN_STEP_MS, Math.ceil(lengthOf(range) / STEPS / MIN_STEP_MS) * MIN_STEP_MS)
}

/** Both ends on whole steps, so that neighbouring refreshes ask for the same points; a live range ends now. */
export function alignedAt(range: Range, nowMs: number): FixedRange {
  const stepMs = stepOf(range)
  if (typeof range !== 'string')
    return { startMs: Math.floor(range.startMs / stepMs) * stepMs, endMs: Math.ceil(range.endMs / stepMs) * stepMs }
  const endMs = Math.floor(nowMs / stepMs) * stepMs
  return { startMs: endMs - lengthOf(range), endMs }
}

/** What was marked in a chart, on whole seconds and wide enough to be drawn. */
export function fixedRange(fromMs: number, toMs: number): FixedRange {
  const missingMs = Math.max(0, MIN_FIXED_MS - (toMs - fromMs))
  return {
    startMs: Math.floor((fromMs - missingMs / 2) / 1000) * 1000,
    endMs: Math.ceil((toMs + missingMs / 2) / 1000) * 1000,
  }
}

/** Tells ranges apart, for the keys of queries. */
export function rangeKey(range: Range): string {
  return typeof range === 'string' ? range : `${range.startMs}-${range.endMs}`
}

/** `range=1h`, or `from` and `to` in milliseconds; undefined when an address says neither. */
export function readRange(parameters: URLSearchParams): Range | undefined {
  const live = LIVE_RANGES.find((name) => name === parameters.get('range'))
  if (live !== undefined) return live
  const [startMs, endMs] = [Number(parameters.get('from') ?? NaN), Number(parameters.get('to') ?? NaN)]
  return endMs > startMs ? { startMs, endMs } : undefined
}

/** The same parameters with this range; the first one needs no words. */
export function withRange(parameters: URLSearchParams, range: Range): URLSearchParams {
  const changed = new URLSearchParams(parameters)
  for (const name of ['range', 'from', 'to']) changed.delete(name)
  if (typeof range !== 'string') {
    changed.set('from', String(range.startMs))
    changed.set('to', String(range.endMs))
  } else if (range !== FIRST_RANGE) changed.set('range', range)
  return changed
}
