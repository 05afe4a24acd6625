import { momentsOf, type PairedCounts, totalOf } from './paired-counts.ts'

/**
 * Wasserstein-1 (earth mover's) distance in the unit of the values: the area between both cumulative distributions
 * (Vallender 1974). NaN when a side is empty.
 */
export function wasserstein(pair: PairedCounts): number {
  return areaBetween(pair, Math.abs)
}

/** The distance in standard deviations (population, of the reference); Infinity or NaN when the reference does not vary. */
export function wassersteinNormed(pair: PairedCounts): number {
  const { squares, count } = momentsOf(pair.values, pair.reference)
  return wasserstein(pair) / Math.sqrt(squares / count)
}

/** ∫ f(F(x) - G(x)) dx over the cumulative distributions of both sides. */
export function areaBetween({ values, reference, current }: PairedCounts, f: (gap: number) => number): number {
  const [n, m] = [totalOf(reference), totalOf(current)]
  if (n === 0 || m === 0) return NaN
  let [before, now, area] = [0, 0, 0]
  for (let i = 0; i + 1 < values.length; i++) {
    before += reference[i] ?? 0
    now += current[i] ?? 0
    area += f(before / n - now / m) * ((values[i + 1] ?? 0) - (values[i] ?? 0))
  }
  return area
}
