import { greatestCommonDivisor } from '../../util/greatest-common-divisor.ts'
import { kolmogorovTail } from './kolmogorov.ts'
import { type PairedCounts, totalOf } from './paired-counts.ts'
import { NO_RESULT, type TestResult } from './test-result.ts'

/** Above this size of the larger sample the p-value is that of one sample of the effective size. */
const EXACT_UP_TO = 10_000

/**
 * Two-sided Kolmogorov-Smirnov test of two samples: the largest gap between both cumulative distributions. The p-value is exact up
 * to 10,000 values a side (Hodges 1958), beyond it that of the one-sample statistic for n m / (n + m) values; ties are treated as scipy
 * treats them. The exact value takes up to a second for two large sides; who has none sets
 * `exactUpTo`. NaN when a side is empty.
 */
export function kolmogorovSmirnov(pair: PairedCounts, exactUpTo = EXACT_UP_TO): TestResult {
  const [n, m] = [totalOf(pair.reference), totalOf(pair.current)]
  if (n === 0 || m === 0) return NO_RESULT
  const statistic = kolmogorovDistance(pair)
  if (Math.max(n, m) > exactUpTo) {
    return { statistic, pValue: kolmogorovTail(Math.round((n * m) / (n + m)), statistic) }
  }
  return { statistic, pValue: exactTail(n, m, statistic) }
}

/** The statistic alone: the largest gap between both cumulative distributions, 0-1. NaN when a side is empty. */
export function kolmogorovDistance({ values, reference, current }: PairedCounts): number {
  const [n, m] = [totalOf(reference), totalOf(current)]
  let [before, now, largest] = [0, 0, 0]
  for (let i = 0; i < values.length; i++) {
    before += reference[i] ?? 0
    now += current[i] ?? 0
    largest = Math.max(largest, Math.abs(before / n - now / m))
  }
  return largest
}

function exactTail(n: number, m: number, statistic: number): number {
  const divisor = greatestCommonDivisor(n, m)
  const h = Math.round(statistic * (n / divisor) * m)
  if (h === 0) return 1
  const tail = n === m ? pathsOutsideSquare(n, h) : pathsOutside(Math.max(n, m), Math.min(n, m), { divisor, h })
  return Math.min(1, Math.max(0, tail))
}

/** The share of lattice paths from (0, 0) to (n, n) that reach a distance of h from the diagonal: reflections, in Horner's form. */
function pathsOutsideSquare(n: number, h: number): number {
  let tail = 0
  for (let k = Math.floor(n / h); k >= 0; k--) {
    let ratio = 1
    for (let j = 0; j < h; j++) ratio *= (n - k * h - j) / (n + k * h + j + 1)
    tail = ratio * (1 - tail)
  }
  return 2 * tail
}

/**
 * The share of lattice paths from (0, 0) to (n, m), n ≥ m, that leave the band |x/n - y/m| < h / lcm: Hodges' recursion over columns,
 * carried out on the share of paths that have left, so that small tails keep their digits. Keeps one column of the band.
 */
function pathsOutside(n: number, m: number, { divisor, h }: { divisor: number; h: number }): number {
  const [stepX, stepY] = [m / divisor, n / divisor]
  let low = 0
  let high = Math.min(Math.ceil(h / stepY), m + 1)
  const outside = new Float64Array(Math.min(2 * high + 2, m + 1)).fill(1)
  outside.fill(0, 0, high)
  for (let x = 1; x <= n; x++) {
    const [lastLow, lastLength] = [low, high - low]
    low = Math.min(Math.max(Math.floor((stepX * x - h) / stepY) + 1, 0), m)
    high = Math.min(Math.ceil((stepX * x + h) / stepY), m + 1)
    if (high <= low) return 1
    let below = low === 0 ? 0 : 1
    for (let y = low; y < high; y++) {
      below = ((outside[y - lastLow] ?? 1) * x + below * y) / (x + y)
      outside[y - low] = below
    }
    if (lastLength > high - low) outside.fill(1, high - low, lastLength)
  }
  return outside[high - low - 1] ?? NaN
}
