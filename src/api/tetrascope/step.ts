import { parseDuration } from '../../model/duration.ts'
import type { TimeRange } from '../../storage/sample-store.ts'
import { HttpError } from '../http-error.ts'

const MAX_STEPS = 2_000
/** Without a step there are about so many. */
const USUAL_STEPS = 60
const HOUR_MS = 3_600_000

/** A duration such as `5m`, or milliseconds. Throws `HttpError` 400 when the range would have too many steps. */
export function stepOf(step: string | undefined, range: TimeRange): number {
  const rangeMs = range.maxMs - range.minMs
  const stepMs = step === undefined ? usualStepMs(rangeMs) : durationOf(step)
  if (!(stepMs >= 1)) throw new HttpError(400, `step: must be a duration of at least 1ms, got ${JSON.stringify(step)}`)
  if (rangeMs / stepMs > MAX_STEPS) {
    throw new HttpError(
      400,
      `step: ${Math.ceil(rangeMs / stepMs)} steps are too many, at most ${MAX_STEPS}: take a longer step`,
    )
  }
  return stepMs
}

/** From an hour on in whole hours, which is what days that are over are summed up by. */
function usualStepMs(rangeMs: number): number {
  const stepMs = Math.max(1, Math.ceil(rangeMs / USUAL_STEPS))
  return stepMs < HOUR_MS ? stepMs : Math.ceil(stepMs / HOUR_MS) * HOUR_MS
}

function durationOf(text: string): number {
  try {
    return /^\d+$/.test(text) ? Number(text) : parseDuration(text)
  } catch {
    return NaN
  }
}
