import { countsAround, countsWithin, quantileEdges, sturgesEdges } from './statistics/bins.ts'
import { contingency, goodnessOfFit } from './statistics/chi-square.ts'
import { cramerVonMises } from './statistics/cramer-von-mises.ts'
import { energyDistance } from './statistics/energy-distance.ts'
import { hellinger } from './statistics/hellinger.ts'
import { jensenShannon } from './statistics/jensen-shannon.ts'
import { kolmogorovSmirnov } from './statistics/kolmogorov-smirnov.ts'
import { kullbackLeibler } from './statistics/kullback-leibler.ts'
import { mannWhitney } from './statistics/mann-whitney.ts'
import { momentsOf, paired, type PairedCounts, type WeightedValues } from './statistics/paired-counts.ts'
import { psi } from './statistics/psi.ts'
import { student, welchOf } from './statistics/t-test.ts'
import { largestDifference, totalVariation } from './statistics/total-variation.ts'
import { wasserstein, wassersteinNormed } from './statistics/wasserstein.ts'

/** Numbers under the names that their convention gives them; what is not defined is null. */
export type ConventionNumbers = Readonly<Record<string, Readonly<Record<string, number | null>>>>

/** The reference's own values are the bins when there are at most so many. */
const DISTINCT_VALUES_KEPT = 20

/**
 * The same sides under the conventions of other tools, for who compares results: scipy's tests, Evidently's formulas on Evidently's bins, and PSI
 * over plain deciles of the reference with a floor of 0.0001.
 */
export function numericConventions(reference: WeightedValues, current: WeightedValues): ConventionNumbers {
  const pair = paired(reference, current)
  const deciles = quantileEdges(reference)
  return finite({
    scipy: scipyNumbers(pair),
    evidently_formula: evidentlyNumbers(reference, current, pair),
    'psi_10_reference_deciles_eps_1e-4': {
      psi: psi(countsAround(deciles, reference), countsAround(deciles, current), 'floor'),
    },
  })
}

/** Counts of both sides by category, in the same order. */
export function categoricalConventions(reference: readonly number[], current: readonly number[]): ConventionNumbers {
  const pearson = contingency(reference, current)
  const g = contingency(reference, current, 'likelihood')
  return finite({
    evidently_formula: {
      psi: psi(reference, current, 'fill'),
      kl_ref_cur: kullbackLeibler(reference, current, 'fill'),
      jensenshannon_distance_base_e: jensenShannon(reference, current),
      hellinger: hellinger(reference, current),
      tvd: totalVariation(reference, current),
      l_infinity: largestDifference(reference, current),
      chisquare_goodness_of_fit_p: goodnessOfFit(reference, current).pValue,
      g_goodness_of_fit_p: goodnessOfFit(reference, current, 'likelihood').pValue,
    },
    scipy: {
      chi2_contingency_stat: pearson.statistic,
      chi2_contingency_p: pearson.pValue,
      dof: pearson.degrees,
      g_stat: g.statistic,
      g_p: g.pValue,
    },
  })
}

function scipyNumbers(pair: PairedCounts): Record<string, number> {
  const [ks, cvm, mwu] = [kolmogorovSmirnov(pair), cramerVonMises(pair), mannWhitney(pair)]
  const [before, now] = [momentsOf(pair.values, pair.reference), momentsOf(pair.values, pair.current)]
  return {
    ks_statistic: ks.statistic,
    ks_pvalue: ks.pValue,
    wasserstein: wasserstein(pair),
    energy_distance: energyDistance(pair),
    mannwhitney_u: mwu.statistic,
    mannwhitney_p: mwu.pValue,
    cramervonmises_stat: cvm.statistic,
    cramervonmises_p: cvm.pValue,
    ttest_ind_welch_p: welchOf(pair).pValue,
    ttest_ind_equal_var_p: student(before, now).pValue,
  }
}

function evidentlyNumbers(
  reference: WeightedValues,
  current: WeightedValues,
  pair: PairedCounts,
): Record<string, number> {
  const [before, now] = evidentlyCounts(reference, current, pair)
  return {
    psi: psi(before, now, 'fill'),
    kl_ref_cur: kullbackLeibler(before, now, 'fill'),
    jensenshannon_distance_base_e: jensenShannon(before, now),
    jensenshannon_distance_base_2: jensenShannon(before, now, 2),
    wasserstein_normed_by_ref_std_ddof0: wassersteinNormed(pair),
    hellinger_on_same_bins: hellinger(before, now),
  }
}

/** The values themselves when the reference has few, else the bins of Sturges' rule over both sides. */
function evidentlyCounts(
  reference: WeightedValues,
  current: WeightedValues,
  pair: PairedCounts,
): readonly [readonly number[], readonly number[]] {
  if (reference.values.length <= DISTINCT_VALUES_KEPT) return [pair.reference, pair.current]
  const counts = pair.reference.map((count, i) => count + (pair.current[i] ?? 0))
  const edges = sturgesEdges({ values: pair.values, counts })
  return [countsWithin(edges, reference), countsWithin(edges, current)]
}

function finite(groups: Readonly<Record<string, Readonly<Record<string, number>>>>): ConventionNumbers {
  return Object.fromEntries(
    Object.entries(groups).map(([group, numbers]) => [
      group,
      Object.fromEntries(Object.entries(numbers).map(([name, value]) => [name, Number.isFinite(value) ? value : null])),
    ]),
  )
}
