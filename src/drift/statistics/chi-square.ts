import { chiSquareTail } from './distributions.ts'
import { totalOf } from './paired-counts.ts'
import type { TestResult } from './test-result.ts'

/** `pearson`: Σ (o - e)² / e. `likelihood`: the G statistic, 2 Σ o ln(o / e). */
export type DivergenceKind = 'pearson' | 'likelihood'

export interface ContingencyResult extends TestResult {
  readonly degrees: number
  /** Cramér's V, 0-1: the effect, whatever the number of requests (Cramér 1946). */
  readonly cramersV: number
}

/**
 * Do the current counts follow the shares of the reference? The reference, scaled to the same sum, is taken as known (goodness of fit, Pearson
 * 1900). A category that the reference never had makes the statistic infinite and p zero. Both counts by category in the same order.
 */
export function goodnessOfFit(
  reference: readonly number[],
  current: readonly number[],
  kind: DivergenceKind = 'pearson',
): TestResult {
  const scale = totalOf(current) / totalOf(reference)
  const expected = reference.map((count) => count * scale)
  const statistic = divergence(current, expected, kind)
  return { statistic, pValue: chiSquareTail(statistic, reference.length - 1) }
}

/**
 * Are both sides samples of one distribution? Independence in a table of two rows (Pearson 1900), without a
 * correction for continuity. Categories that occur on neither side do not count. NaN when a side is empty.
 */
export function contingency(
  reference: readonly number[],
  current: readonly number[],
  kind: DivergenceKind = 'pearson',
): ContingencyResult {
  const kept = reference.flatMap((count, i) => (count + (current[i] ?? 0) > 0 ? [i] : []))
  const rows = [kept.map((i) => reference[i] ?? 0), kept.map((i) => current[i] ?? 0)]
  const observed = rows.flat()
  const expected = expectedOf(rows)
  const degrees = kept.length - 1
  const plain = divergence(observed, expected, 'pearson')
  const cramersV = degrees === 0 ? 0 : Math.sqrt(plain / totalOf(observed))
  if (degrees === 0) return { statistic: 0, pValue: 1, degrees, cramersV }
  const statistic = divergence(observed, expected, kind)
  return { statistic, pValue: chiSquareTail(statistic, degrees), degrees, cramersV }
}

function expectedOf(rows: ReadonlyArray<readonly number[]>): number[] {
  const all = totalOf(rows.flat())
  return rows.flatMap((row) => row.map((_, i) => (totalOf(row) * totalOf(rows.map((r) => r[i] ?? 0))) / all))
}

function divergence(observed: readonly number[], expected: readonly number[], kind: DivergenceKind): number {
  return observed.reduce((sum, count, i) => sum + part(count, expected[i] ?? 0, kind), 0)
}

function part(observed: number, expected: number, kind: DivergenceKind): number {
  switch (kind) {
    case 'pearson':
      return (observed - expected) ** 2 / expected
    case 'likelihood':
      return observed === 0 ? 0 : 2 * observed * Math.log(observed / expected)
  }
}
