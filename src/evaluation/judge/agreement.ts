import { type Interval, wilsonInterval } from '../wilson-interval.ts'

/** What a judge and a human said of one answer: whether it is good. */
export interface JudgedTwice {
  readonly byJudge: boolean
  readonly byHuman: boolean
}

export interface Agreement {
  readonly samples: number
  /** Share of the answers of which both say the same. */
  readonly share: number
  /** 95 % (Wilson). */
  readonly interval: Interval
  /**
   * Cohen's kappa: how far the agreement goes beyond what both would have by chance, 1 is all the way, 0 not at all (Cohen, 1960). Undefined
   * when both gave one and the same verdict always: then chance explains everything.
   */
  readonly kappa: number | undefined
}

/** Undefined for no pairs. */
export function agreementOf(pairs: readonly JudgedTwice[]): Agreement | undefined {
  const samples = pairs.length
  if (samples === 0) return undefined
  const same = pairs.filter(({ byJudge, byHuman }) => byJudge === byHuman).length
  const goodByJudge = pairs.filter(({ byJudge }) => byJudge).length / samples
  const goodByHuman = pairs.filter(({ byHuman }) => byHuman).length / samples
  const share = same / samples
  const byChance = goodByJudge * goodByHuman + (1 - goodByJudge) * (1 - goodByHuman)
  const kappa = byChance === 1 ? undefined : (share - byChance) / (1 - byChance)
  return { samples, share, interval: wilsonInterval(same, samples), kappa }
}
