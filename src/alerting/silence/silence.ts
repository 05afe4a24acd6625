import type { Labels } from '../../model/labels.ts'
import type { Matcher } from '../../model/matcher.ts'
import { matchesAll } from '../matcher/matchers.ts'

export type SilenceState = 'pending' | 'active' | 'expired'

/** Mutes all alerts that its matchers match, for a time. Never changed; an edit makes a new one. */
export interface Silence {
  readonly id: string
  readonly matchers: readonly Matcher[]
  readonly startsAtMs: number
  readonly endsAtMs: number
  readonly updatedAtMs: number
  readonly createdBy: string
  readonly comment: string
}

/** A silence as somebody asks for it: an `id` names the one to change, '' makes a new one. */
export type SilenceRequest = Omit<Silence, 'updatedAtMs'>

export function silenceState(silence: Pick<Silence, 'startsAtMs' | 'endsAtMs'>, nowMs: number): SilenceState {
  if (nowMs < silence.startsAtMs) return 'pending'
  return nowMs < silence.endsAtMs ? 'active' : 'expired'
}

export function silences(silence: Silence, labels: Labels): boolean {
  return matchesAll(silence.matchers, labels)
}

/** What is wrong with a request, in Alertmanager's words, or undefined. `maxDurationMs` 0 is no limit. */
export function silenceProblem(request: SilenceRequest, nowMs: number, maxDurationMs: number): string | undefined {
  const { matchers, startsAtMs, endsAtMs } = request
  if (matchers.length === 0) return 'invalid silence: at least one matcher required'
  if (matchers.every((matcher) => matcher.matches(''))) {
    return 'invalid silence: at least one matcher must not match the empty string'
  }
  if (endsAtMs < startsAtMs || endsAtMs === startsAtMs)
    return 'Failed to create silence: start time must be before end time'
  if (endsAtMs < nowMs) return "Failed to create silence: end time can't be in the past"
  if (maxDurationMs > 0 && endsAtMs - Math.max(startsAtMs, nowMs) > maxDurationMs) {
    return `invalid silence: lasts longer than the allowed ${maxDurationMs / 1000} s (silences.max_duration)`
  }
  return undefined
}

/** May the silence become the requested one under its own id? Otherwise it ends and a new one begins, so that its past stays true. */
export function canBecome(silence: Silence, request: SilenceRequest, nowMs: number): boolean {
  if (!sameMatchers(silence.matchers, request.matchers)) return false
  switch (silenceState(silence, nowMs)) {
    case 'active':
      return seconds(request.startsAtMs) === seconds(silence.startsAtMs) && request.endsAtMs >= nowMs
    case 'pending':
      return request.startsAtMs >= nowMs
    case 'expired':
      return false
  }
}

function seconds(timeMs: number): number {
  return Math.floor(timeMs / 1000)
}

function sameMatchers(a: readonly Matcher[], b: readonly Matcher[]): boolean {
  const texts = (matchers: readonly Matcher[]): string => matchers.map(String).sort().join(',')
  return texts(a) === texts(b)
}
