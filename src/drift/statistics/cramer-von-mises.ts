import { greatestCommonDivisor } from '../../util/greatest-common-divisor.ts'
import { logGamma } from './distributions.ts'
import { type PairedCounts, totalOf } from './paired-counts.ts'
import { NO_RESULT, type TestResult } from './test-result.ts'

/** Up to so many values a side all orders are counted. */
const EXACT_UP_TO = 20
/** Where the series of the limit distribution is cut, as in scipy: a p-value below 1e-6 says no more than that it is tiny. */
const SERIES_CUT = 1e-7
const SMALLEST = 0.003

/**
 * Two-sample Cramér-von Mises test (Anderson 1962). The p-value is exact up to 20 values a side (Xiao, Gordon and Yakovlev 2007), else that
 * of the limit distribution (Csörgő and Faraway 1996). NaN when a side is empty.
 */
export function cramerVonMises(pair: PairedCounts): TestResult {
  const [n, m] = [totalOf(pair.reference), totalOf(pair.current)]
  if (n === 0 || m === 0) return NO_RESULT
  const [product, all] = [n * m, n + m]
  const u = rankDistance(pair, n, m)
  const statistic = u / (product * all) - (4 * product - 1) / (6 * all)
  const pValue = Math.max(n, m) <= EXACT_UP_TO ? exactTail(u, n, m) : limitTail(statistic, n, m)
  return { statistic, pValue }
}

/** Anderson's U: n Σ (rank of the i-th value of the reference - i)² and the same for the current side; equal values share their mean rank. */
function rankDistance({ values, reference, current }: PairedCounts, n: number, m: number): number {
  let [seenBefore, seenNow, before, now] = [0, 0, 0, 0]
  for (let i = 0; i < values.length; i++) {
    const [a, b] = [reference[i] ?? 0, current[i] ?? 0]
    const rank = seenBefore + seenNow + (a + b + 1) / 2
    before += squaresFrom(rank - seenBefore, a)
    now += squaresFrom(rank - seenNow, b)
    seenBefore += a
    seenNow += b
  }
  return n * before + m * now
}

/** Σ (x - i)² for i = 1 ... count, around their mean. */
function squaresFrom(x: number, count: number): number {
  return count * (x - (count + 1) / 2) ** 2 + (count * (count * count - 1)) / 12
}

function limitTail(statistic: number, n: number, m: number): number {
  const [product, all] = [n * m, n + m]
  const expected = (1 + 1 / all) / 6
  const variance =
    ((all + 1) * (4 * product * all - 3 * (n * n + m * m) - 2 * product)) / (45 * all * all * 4 * product)
  const normed = 1 / 6 + (statistic - expected) / Math.sqrt(45 * variance)
  return normed < SMALLEST ? 1 : Math.max(0, 1 - limitDistribution(normed))
}

/** Equation 1.3 of Csörgő and Faraway. */
function limitDistribution(x: number): number {
  let sum = 0
  for (let k = 0; ; k++) {
    const y = 4 * k + 1
    const q = (y * y) / (16 * x)
    const factor = Math.exp(logGamma(k + 0.5) - logGamma(k + 1)) / (Math.PI ** 1.5 * Math.sqrt(x))
    const term = factor * Math.sqrt(y) * Math.exp(-2 * q) * scaledBesselK(q)
    sum += term
    if (term < SERIES_CUT) return sum
  }
}

/** e^q K(q) of order 1/4: ∫ exp(q (1 - cosh t)) cosh(t / 4) dt by the trapezoidal rule, which converges exponentially (DLMF 10.32.9). */
function scaledBesselK(q: number): number {
  const end = Math.acosh(1 + 40 / q)
  const steps = Math.max(100, Math.ceil(end * 20))
  const width = end / steps
  let sum = 0.5
  for (let i = 1; i <= steps; i++) sum += Math.exp(q * (1 - Math.cosh(i * width))) * Math.cosh((i * width) / 4)
  return sum * width
}

/** The share of orders whose statistic is at least as large: the frequencies of every partial order, column by column. */
function exactTail(u: number, n: number, m: number): number {
  const lcm = (n / greatestCommonDivisor(n, m)) * m
  const product = n * m
  const threshold = Math.floor((lcm ** 2 * (n + m) * (6 * u - product * (4 * product - 1))) / (6 * product ** 2))
  const [weightN, weightM] = [lcm / n, lcm / m]
  let column: Map<number, number>[] = Array.from({ length: n + 1 }, (_, v) => new Map(v === 0 ? [[0, 1]] : []))
  for (let y = 0; y <= m; y++) {
    const next: Map<number, number>[] = []
    let below = new Map<number, number>()
    for (let x = 0; x <= n; x++) {
      below = combined(below, column[x] ?? new Map(), (weightN * x - weightM * y) ** 2)
      next.push(below)
    }
    column = next
  }
  let [extreme, all] = [0, 0]
  for (const [value, count] of column[n] ?? []) {
    all += count
    if (value >= threshold) extreme += count
  }
  return extreme / all
}

/** Frequencies of both, with every value raised. */
function combined(a: ReadonlyMap<number, number>, b: ReadonlyMap<number, number>, raise: number): Map<number, number> {
  const sum = new Map<number, number>()
  for (const frequencies of [a, b])
    for (const [value, count] of frequencies) sum.set(value + raise, (sum.get(value + raise) ?? 0) + count)
  return sum
}
