import type { Pace } from '../pace.ts'
import type { StepRange } from '../range-functions/window.ts'

/** Computes the steps of a series that together look at very many samples, so many at a time. Gives whether any of them has a value. */
export async function computeInTurns(
  compute: (steps: StepRange) => boolean,
  { stepCount, stepsAtOnce, pace }: { readonly stepCount: number; readonly stepsAtOnce: number; readonly pace: Pace },
): Promise<boolean> {
  let any = false
  for (let from = 0; from < stepCount; from += stepsAtOnce) {
    any = compute({ from, to: Math.min(stepCount, from + stepsAtOnce) }) || any
    if (pace.due) await pace.rest()
  }
  return any
}
