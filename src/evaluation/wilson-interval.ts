/** Both bounds of a share, 0-1. */
export interface Interval {
  readonly lower: number
  readonly upper: number
}

/** Two-sided 95 %. */
const Z = 1.959963984540054

/**
 * Wilson's score interval of a share of `hits` among `trials` at 95 % (Wilson 1927): honest for small numbers and near 0 and 1, where the usual one
 * is not. Of no trials nothing is known: 0 to 1.
 */
export function wilsonInterval(hits: number, trials: number): Interval {
  if (trials <= 0) return { lower: 0, upper: 1 }
  const share = hits / trials
  const square = (Z * Z) / trials
  const centre = (share + square / 2) / (1 + square)
  const half = (Z * Math.sqrt((share * (1 - share)) / trials + square / (4 * trials))) / (1 + square)
  // Rounding must not put a share of exactly 0 or 1 outside.
  return { lower: Math.max(0, Math.min(share, centre - half)), upper: Math.min(1, Math.max(share, centre + half)) }
}

export interface Proportion {
  readonly hits: number
  readonly trials: number
}

/** The 95 % interval of the difference of two independent shares, `a` minus `b`: Newcombe's hybrid of Wilson's bounds (1998, method 10). */
export function differenceInterval(a: Proportion, b: Proportion): Interval {
  const [wilsonA, wilsonB] = [wilsonInterval(a.hits, a.trials), wilsonInterval(b.hits, b.trials)]
  const [shareA, shareB] = [a.hits / a.trials, b.hits / b.trials]
  const difference = shareA - shareB
  return {
    lower: difference - Math.hypot(shareA - wilsonA.lower, wilsonB.upper - shareB),
    upper: difference + Math.hypot(wilsonA.upper - shareA, shareB - wilsonB.lower),
  }
}
