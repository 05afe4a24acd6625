import { countsAround, fixedEdges, quantileEdges, sturgesEdges, valueEdges } from './statistics/bins.ts'
import { contingency } from './statistics/chi-square.ts'
import { cramerVonMises } from './statistics/cramer-von-mises.ts'
import { energyDistance } from './statistics/energy-distance.ts'
import { hellinger } from './statistics/hellinger.ts'
import { jensenShannon } from './statistics/jensen-shannon.ts'
import { kolmogorovDistance, kolmogorovSmirnov } from './statistics/kolmogorov-smirnov.ts'
import { kullbackLeibler } from './statistics/kullback-leibler.ts'
import { mannWhitney } from './statistics/mann-whitney.ts'
import { momentsOf, paired, type PairedCounts, totalOf, type WeightedValues } from './statistics/paired-counts.ts'
import { psiContributions } from './statistics/psi.ts'
import { sharesOf, type ZeroRule } from './statistics/shares.ts'
import { totalVariation } from './statistics/total-variation.ts'
import { welchOf } from './statistics/t-test.ts'
import { wasserstein, wassersteinNormed } from './statistics/wasserstein.ts'

/** By PSI: below 0.1, 0.1 to 0.2, above 0.2. The effect decides; a p-value only informs, for with many requests every difference is significant. */
export type DriftLevel = 'none' | 'slight' | 'severe'

export const BIN_RULES = ['quantile', 'sturges', 'fixed'] as const
/** `quantile`: deciles of the reference (fewer bins for few values); a bin for each value when it has at most twice as many. `sturges` and `fixed`: equal widths over both sides. */
export type BinRule = (typeof BIN_RULES)[number]

/** How far apart both sides are. Absent: not defined for this kind of feature, or for these values. */
export type EffectName =
  | 'psi'
  | 'kl'
  | 'js'
  | 'hellinger'
  | 'tvd'
  | 'ks'
  | 'wasserstein'
  | 'wasserstein_normed'
  | 'energy'
  | 'cramers_v'
export type TestName = 'ks' | 'cramer_von_mises' | 'mann_whitney' | 'welch' | 'chi_square' | 'g'

/** One bin or category, before and after. */
export interface DriftBin {
  readonly label: string
  /** Undefined for a category and for an open end. */
  readonly lower: number | undefined
  readonly upper: number | undefined
  readonly reference: number
  readonly current: number
  readonly referenceShare: number
  readonly currentShare: number
  /** What this bin adds to PSI. */
  readonly contribution: number
}

export interface Comparison {
  readonly kind: 'numeric' | 'categorical'
  readonly level: DriftLevel
  readonly referenceCount: number
  readonly currentCount: number
  readonly referenceMean: number | undefined
  readonly currentMean: number | undefined
  readonly effects: Readonly<Partial<Record<EffectName, number>>>
  readonly tests: Readonly<Partial<Record<TestName, { readonly statistic: number; readonly pValue: number }>>>
  /** The PSI to be expected of two samples of these sizes from one distribution: (bins - 1) (1/n + 1/m) (Yurdakul 2018). */
  readonly psiByChance: number
  readonly bins: readonly DriftBin[]
}

export interface ComparisonOptions {
  readonly bins: BinRule
  /** Up to which size of the larger side KS gets an exact p-value. */
  readonly exactUpTo: number
  /** What PSI and KL make of empty bins. */
  readonly zeros: ZeroRule
  /** So many values a bin on the smaller side: fewer values get fewer bins, down to three, and rare categories become one. 0: always ten bins. */
  readonly minPerBin: number
}

/** For files: the conventions that other tools have, whatever the number of rows. */
export const DEFAULT_COMPARISON: ComparisonOptions = {
  bins: 'quantile',
  exactUpTo: 10_000,
  zeros: 'floor',
  minPerBin: 0,
}

const MAX_BINS = 10
const MIN_BINS = 3
const RARE_CATEGORIES = '(rare)'
const SLIGHT = 0.1
const SEVERE = 0.2

/** Compares numbers. Both sides must hold at least one. */
export function compareNumbers(
  reference: WeightedValues,
  current: WeightedValues,
  options: ComparisonOptions = DEFAULT_COMPARISON,
): Comparison {
  const pair = paired(reference, current)
  const edges = innerEdges(reference, pair, options)
  const bins = { before: countsAround(edges, reference), now: countsAround(edges, current) }
  return comparisonOf(
    { ...bins, zeros: options.zeros },
    {
      kind: 'numeric',
      labels: binLabels(edges),
      means: [momentsOf(reference.values, reference.counts).mean, momentsOf(current.values, current.counts).mean],
      effects: {
        ks: kolmogorovDistance(pair),
        wasserstein: wasserstein(pair),
        wasserstein_normed: wassersteinNormed(pair),
        energy: energyDistance(pair),
      },
      tests: {
        ks: kolmogorovSmirnov(pair, options.exactUpTo),
        cramer_von_mises: cramerVonMises(pair),
        mann_whitney: mannWhitney(pair),
        welch: welchOf(pair),
      },
    },
  )
}

/** Compares counts by category. Both sides must hold at least one. */
export function compareCategories(
  reference: ReadonlyMap<string, number>,
  current: ReadonlyMap<string, number>,
  { minPerBin, zeros }: ComparisonOptions = DEFAULT_COMPARISON,
): Comparison {
  const isRare = (name: string): boolean => (reference.get(name) ?? 0) + (current.get(name) ?? 0) < minPerBin
  return compareKept(pooled(reference, isRare), pooled(current, isRare), zeros)
}

/** What is rare on both sides together is one category. */
function pooled(counts: ReadonlyMap<string, number>, isRare: (name: string) => boolean): Map<string, number> {
  const kept = new Map<string, number>()
  for (const [name, count] of counts) {
    const key = isRare(name) ? RARE_CATEGORIES : name
    kept.set(key, (kept.get(key) ?? 0) + count)
  }
  return kept
}

function compareKept(
  reference: ReadonlyMap<string, number>,
  current: ReadonlyMap<string, number>,
  zeros: ZeroRule,
): Comparison {
  const frequentFirst = (a: string, b: string): number =>
    (reference.get(b) ?? 0) - (reference.get(a) ?? 0) || (current.get(b) ?? 0) - (current.get(a) ?? 0)
  const names = [...new Set([...reference.keys(), ...current.keys()])].sort(frequentFirst)
  const before = names.map((name) => reference.get(name) ?? 0)
  const now = names.map((name) => current.get(name) ?? 0)
  const chiSquare = contingency(before, now)
  return comparisonOf(
    { before, now, zeros },
    {
      kind: 'categorical',
      labels: names.map((label) => ({ label, lower: undefined, upper: undefined })),
      means: [undefined, undefined],
      effects: { cramers_v: chiSquare.cramersV },
      tests: { chi_square: chiSquare, g: contingency(before, now, 'likelihood') },
    },
  )
}

export function levelOf(psi: number): DriftLevel {
  return psi > SEVERE ? 'severe' : psi >= SLIGHT ? 'slight' : 'none'
}

type BinLabel = Pick<DriftBin, 'label' | 'lower' | 'upper'>

interface Facts {
  readonly kind: Comparison['kind']
  readonly labels: readonly BinLabel[]
  readonly means: readonly [number | undefined, number | undefined]
  readonly effects: Partial<Record<EffectName, number>>
  readonly tests: Partial<Record<TestName, { readonly statistic: number; readonly pValue: number }>>
}

interface BinCounts {
  readonly before: readonly number[]
  readonly now: readonly number[]
  readonly zeros: ZeroRule
}

function comparisonOf({ before, now, zeros }: BinCounts, facts: Facts): Comparison {
  const contributions = psiContributions(before, now, zeros)
  const psi = totalOf(contributions)
  const [n, m] = [totalOf(before), totalOf(now)]
  const occupied = before.filter((count, i) => count + (now[i] ?? 0) > 0).length
  const [sharesBefore, sharesNow] = [sharesOf(before, 'none'), sharesOf(now, 'none')]
  const effects = {
    psi,
    kl: kullbackLeibler(before, now, zeros),
    js: jensenShannon(before, now, 2),
    hellinger: hellinger(before, now),
    tvd: totalVariation(before, now),
    ...facts.effects,
  }
  return {
    kind: facts.kind,
    level: levelOf(psi),
    referenceCount: n,
    currentCount: m,
    referenceMean: facts.means[0],
    currentMean: facts.means[1],
    effects: onlyFinite(effects, (effect) => effect),
    tests: onlyFinite(facts.tests, (test) => test.pValue),
    psiByChance: (occupied - 1) * (1 / n + 1 / m),
    bins: facts.labels.map((label, i) => ({
      ...label,
      reference: before[i] ?? 0,
      current: now[i] ?? 0,
      referenceShare: sharesBefore[i] ?? 0,
      currentShare: sharesNow[i] ?? 0,
      contribution: contributions[i] ?? 0,
    })),
  }
}

/** What is not a number (a distance in deviations of something that does not vary) is left out: JSON has no word for it. */
function onlyFinite<K extends string, V>(
  record: Partial<Record<K, V>>,
  numberOf: (value: V) => number,
): Partial<Record<K, V>> {
  const kept = Object.entries<V | undefined>(record).filter(
    ([, value]) => value !== undefined && Number.isFinite(numberOf(value)),
  )
  return Object.fromEntries(kept) as Partial<Record<K, V>>
}

function innerEdges(reference: WeightedValues, both: PairedCounts, options: ComparisonOptions): number[] {
  const smaller = Math.min(totalOf(both.reference), totalOf(both.current))
  const bins = Math.min(MAX_BINS, Math.max(MIN_BINS, Math.floor(smaller / options.minPerBin)))
  const all = { values: both.values, counts: both.reference.map((count, i) => count + (both.current[i] ?? 0)) }
  switch (options.bins) {
    case 'quantile':
      return reference.values.length <= 2 * bins ? valueEdges(reference) : quantileEdges(reference, equalShares(bins))
    case 'sturges':
      return sturgesEdges(all).slice(1, -1)
    case 'fixed':
      return fixedEdges(all.values[0] ?? 0, all.values.at(-1) ?? 0, bins).slice(1, -1)
  }
}

/** 1/n, 2/n ... (n - 1)/n. */
function equalShares(parts: number): number[] {
  return Array.from({ length: parts - 1 }, (_, i) => (i + 1) / parts)
}

function binLabels(edges: readonly number[]): BinLabel[] {
  return Array.from({ length: edges.length + 1 }, (_, i) => {
    const [lower, upper] = [edges[i - 1], edges[i]]
    return { label: rangeText(lower, upper), lower, upper }
  })
}

function rangeText(lower: number | undefined, upper: number | undefined): string {
  if (lower === undefined) return upper === undefined ? 'all' : `< ${short(upper)}`
  return upper === undefined ? `≥ ${short(lower)}` : `${short(lower)} – ${short(upper)}`
}

function short(value: number): string {
  return String(Number(value.toPrecision(4)))
}
