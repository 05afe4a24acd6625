import { existsSync, readFileSync } from 'node:fs'
import path from 'node:path'
import { describe, expect, test } from 'vitest'
import { countsAround, countsWithin, quantileEdges, sturgesEdges } from './bins.ts'
import { contingency, goodnessOfFit } from './chi-square.ts'
import { cramerVonMises } from './cramer-von-mises.ts'
import { energyDistance } from './energy-distance.ts'
import { hellinger } from './hellinger.ts'
import { jensenShannon } from './jensen-shannon.ts'
import { kolmogorovSmirnov } from './kolmogorov-smirnov.ts'
import { kullbackLeibler } from './kullback-leibler.ts'
import { mannWhitney } from './mann-whitney.ts'
import { momentsOf, paired, pairedNumbers, weighted, type PairedCounts } from './paired-counts.ts'
import { sharesOf } from './shares.ts'
import { psi } from './psi.ts'
import { student, welchOf } from './t-test.ts'
import { largestDifference, totalVariation } from './total-variation.ts'
import { wasserstein, wassersteinNormed } from './wasserstein.ts'

const shared = path.resolve(import.meta.dirname, '../../../../shared/data')
const file = path.join(shared, 'drift/cases.dev.json')

interface Case {
  readonly name: string
  readonly type: 'numeric' | 'categorical'
  readonly source: string
  readonly reference?: ReadonlyArray<number | string>
  readonly current?: ReadonlyArray<number | string>
  readonly expected: Readonly<Record<string, unknown>> & {
    readonly reference_counts?: readonly number[]
    readonly current_counts?: readonly number[]
  }
}

interface Sides {
  readonly reference: readonly number[]
  readonly current: readonly number[]
}

/** Arrays that the case does not carry are a column of a file beside it; others cannot be had without the generator that made them. */
function sidesOf({ reference, current, source }: Case): Sides | undefined {
  if (reference !== undefined && current !== undefined)
    return { reference: reference.map(Number), current: current.map(Number) }
  const column = /\/([\w.]+\.csv) column (\w+), rows \[0,(\d+)\)/.exec(source)
  const found = path.join(shared, 'traffic', column?.[1] ?? '')
  if (column === null || !existsSync(found)) return undefined
  const [header = '', ...lines] = readFileSync(found, 'utf8').trim().split('\n')
  const index = header
    .trim()
    .split(',')
    .indexOf(column[2] ?? '')
  const numbers = lines.map((line) => Number(line.split(',')[index]))
  return { reference: numbers.slice(0, Number(column[3])), current: numbers.slice(Number(column[3])) }
}

const DISTINCT_VALUES_KEEP = 20

/** Evidently's bins: the values themselves when the reference has few, else Sturges' over both sides. */
function evidentlyCounts(sides: Sides, pair: PairedCounts): readonly [readonly number[], readonly number[]] {
  const reference = weighted(sides.reference)
  if (reference.values.length <= DISTINCT_VALUES_KEEP) return [pair.reference, pair.current]
  const edges = sturgesEdges(weighted([...sides.reference, ...sides.current]))
  return [countsWithin(edges, reference), countsWithin(edges, weighted(sides.current))]
}

function numericFindings(sides: Sides): Record<string, unknown> {
  const pair = pairedNumbers(sides.reference, sides.current)
  const [reference, current] = [weighted(sides.reference), weighted(sides.current)]
  expect(paired(reference, current)).toEqual(pair)
  const [ks, cvm, mwu] = [kolmogorovSmirnov(pair), cramerVonMises(pair), mannWhitney(pair)]
  const [before, now] = evidentlyCounts(sides, pair)
  const inner = quantileEdges(reference)
  return {
    scipy: {
      ks_statistic: ks.statistic,
      ks_pvalue: ks.pValue,
      wasserstein: wasserstein(pair),
      energy_distance: energyDistance(pair),
      mannwhitney_u: mwu.statistic,
      mannwhitney_p: mwu.pValue,
      cramervonmises_stat: cvm.statistic,
      cramervonmises_p: cvm.pValue,
      ttest_ind_welch_p: welchOf(pair).pValue,
      ttest_ind_equal_var_p: student(momentsOf(pair.values, pair.reference), momentsOf(pair.values, pair.current))
        .pValue,
    },
    evidently_formula: {
      reference_counts: before,
      current_counts: now,
      psi: psi(before, now, 'fill'),
      kl_ref_cur: kullbackLeibler(before, now, 'fill'),
      jensenshannon_distance_base_e: jensenShannon(before, now),
      jensenshannon_distance_base_2: jensenShannon(before, now, 2),
      wasserstein_normed_by_ref_std_ddof0: wassersteinNormed(pair),
      hellinger_on_same_bins: hellinger(before, now),
    },
    'psi_10_reference_deciles_eps_1e-4': {
      edges_inner: inner,
      reference_share: sharesOf(countsAround(inner, reference), 'none'),
      current_share: sharesOf(countsAround(inner, current), 'none'),
      psi: psi(countsAround(inner, reference), countsAround(inner, current), 'floor'),
    },
  }
}

function categoricalFindings(before: readonly number[], now: readonly number[]): Record<string, unknown> {
  const [pearson, g] = [contingency(before, now), contingency(before, now, 'likelihood')]
  return {
    evidently_formula: {
      psi: psi(before, now, 'fill'),
      kl_ref_cur: kullbackLeibler(before, now, 'fill'),
      jensenshannon_distance_base_e: jensenShannon(before, now),
      hellinger: hellinger(before, now),
      tvd: totalVariation(before, now),
      l_infinity: largestDifference(before, now),
      chisquare_goodness_of_fit_p: goodnessOfFit(before, now).pValue,
      g_goodness_of_fit_p: goodnessOfFit(before, now, 'likelihood').pValue,
    },
    scipy: {
      chi2_contingency_stat: pearson.statistic,
      chi2_contingency_p: pearson.pValue,
      dof: pearson.degrees,
      g_stat: g.statistic,
      g_p: g.pValue,
    },
  }
}

/** Numbers of both by their path; tiny p-values agree in their size, everything else in a billionth. */
function expectClose(found: unknown, expected: unknown, at: string): void {
  if (typeof expected === 'number') {
    const tolerance = 1e-9 * Math.max(1, Math.abs(expected))
    expect(Math.abs(Number(found) - expected), `${at}: found ${String(found)}, expected ${expected}`).toBeLessThan(
      tolerance,
    )
    if (expected > 0 && !at.includes('cramervonmises'))
      expect(
        Math.abs(Number(found) / expected - 1),
        `${at}: found ${String(found)}, expected ${expected}`,
      ).toBeLessThan(1e-6)
    return
  }
  if (typeof expected !== 'object' || expected === null) return
  for (const [key, value] of Object.entries(expected)) {
    const part: unknown = Reflect.get(Object(found), key)
    if (part !== undefined) expectClose(part, value, `${at} ${key}`)
  }
}

describe.skipIf(!existsSync(file))('statistics agree with scipy and Evidently (../shared/data/drift)', () => {
  const { cases } = existsSync(file)
    ? (JSON.parse(readFileSync(file, 'utf8')) as { cases: readonly Case[] })
    : { cases: [] }
  for (const one of cases) {
    const { reference_counts: before, current_counts: now } = one.expected
    if (one.type === 'categorical') {
      test(one.name, () => expectClose(categoricalFindings(before ?? [], now ?? []), one.expected, one.name))
      continue
    }
    const sides = sidesOf(one)
    test.skipIf(sides === undefined)(one.name, () => {
      if (sides !== undefined) expectClose(numericFindings(sides), one.expected, one.name)
    })
  }
})
