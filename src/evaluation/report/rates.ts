import { differenceInterval, wilsonInterval } from '../wilson-interval.ts'
import type { ChangeVerdict, ComparedRate, Rate } from './quality-report.ts'

export function rateOf(hits: number, trials: number): Rate {
  return { hits, trials, share: trials === 0 ? undefined : hits / trials, interval: wilsonInterval(hits, trials) }
}

/** Compares two rates of something bad: more of it is worse. */
export function comparedRate(now: Rate, before: Rate): ComparedRate {
  if (now.share === undefined || before.share === undefined)
    return { now, before, difference: undefined, differenceInterval: undefined, verdict: 'unknown' }
  const interval = differenceInterval(now, before)
  const verdict: ChangeVerdict = interval.lower > 0 ? 'worse' : interval.upper < 0 ? 'better' : 'same'
  return { now, before, difference: now.share - before.share, differenceInterval: interval, verdict }
}
