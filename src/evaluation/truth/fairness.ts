import { groupBy } from '../../util/group-by.ts'
import { differenceInterval, type Interval, type Proportion, wilsonInterval } from '../wilson-interval.ts'
import type { LabelPair } from './classification.ts'

/**
 * What should be alike in all groups: `demographic_parity` the share that is answered yes; `equal_opportunity` the share of true yes that is found;
 * `predictive_parity` the share of answered yes that is true; `accuracy_parity` the share of right answers (the only one without a class that
 * means yes).
 */
export const FAIRNESS_CRITERIA = [
  'demographic_parity',
  'equal_opportunity',
  'predictive_parity',
  'accuracy_parity',
] as const
export type FairnessCriterion = (typeof FAIRNESS_CRITERIA)[number]

export interface GroupShare extends Proportion {
  readonly group: string
  readonly share: number
  readonly interval: Interval
}

export interface FairnessGap {
  readonly criterion: FairnessCriterion
  /** The largest share minus the smallest, 0-1. */
  readonly gap: number
  /** Of the difference between those two groups. When it holds 0, the gap may be chance. */
  readonly interval: Interval
  readonly highest: string
  readonly lowest: string
  readonly samples: number
  readonly groups: readonly GroupShare[]
}

export interface GroupedPair extends LabelPair {
  readonly group: string
}

export interface FairnessOptions {
  readonly positive: string | undefined
  /** Groups with fewer answers that a criterion looks at are left out of it. */
  readonly minGroupSize: number
}

/** Gaps between groups by every criterion for which at least two groups are large enough. */
export function fairnessGaps(pairs: readonly GroupedPair[], options: FairnessOptions): FairnessGap[] {
  const groups = groupBy(pairs, ({ group }) => group)
  return FAIRNESS_CRITERIA.flatMap((criterion) => {
    const shares = [...groups].flatMap(([group, members]) => {
      const proportion = proportionOf(criterion, members, options.positive)
      return proportion === undefined || proportion.trials < options.minGroupSize ? [] : [shareOf(group, proportion)]
    })
    return gapOf(criterion, shares)
  })
}

function gapOf(criterion: FairnessCriterion, shares: readonly GroupShare[]): FairnessGap[] {
  const sorted = shares.toSorted((a, b) => b.share - a.share)
  const [highest, lowest] = [sorted[0], sorted.at(-1)]
  if (highest === undefined || lowest === undefined || highest === lowest) return []
  return [
    {
      criterion,
      gap: highest.share - lowest.share,
      interval: differenceInterval(highest, lowest),
      highest: highest.group,
      lowest: lowest.group,
      samples: shares.reduce((sum, { trials }) => sum + trials, 0),
      groups: sorted,
    },
  ]
}

function shareOf(group: string, { hits, trials }: Proportion): GroupShare {
  return { group, hits, trials, share: hits / trials, interval: wilsonInterval(hits, trials) }
}

/** Undefined when the criterion needs a class that means yes and there is none. */
function proportionOf(
  criterion: FairnessCriterion,
  pairs: readonly LabelPair[],
  positive: string | undefined,
): Proportion | undefined {
  const count = (test: (pair: LabelPair) => boolean): number => pairs.filter(test).length
  if (criterion === 'accuracy_parity')
    return { hits: count(({ expected, predicted }) => expected === predicted), trials: pairs.length }
  if (positive === undefined) return undefined
  const answered = count(({ predicted }) => predicted === positive)
  const found = count(({ expected, predicted }) => expected === positive && predicted === positive)
  switch (criterion) {
    case 'demographic_parity':
      return { hits: answered, trials: pairs.length }
    case 'equal_opportunity':
      return { hits: found, trials: count(({ expected }) => expected === positive) }
    case 'predictive_parity':
      return { hits: found, trials: answered }
  }
}
