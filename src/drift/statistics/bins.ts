import { totalOf, type WeightedValues } from './paired-counts.ts'

/** Ten bins of equal counts in the reference, as is usual for PSI. */
export const DECILES: readonly number[] = [0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9]

/** A quantile of weighted values by linear interpolation between the two nearest ranks (Hyndman and Fan's type 7). NaN when empty. */
export function quantileOf({ values, counts }: WeightedValues, q: number): number {
  const rank = q * (totalOf(counts) - 1)
  const low = valueAt({ values, counts }, Math.floor(rank))
  const high = valueAt({ values, counts }, Math.ceil(rank))
  const share = rank - Math.floor(rank)
  // From the nearer end, so that a share of one gives exactly the upper value.
  return share < 0.5 ? low + (high - low) * share : high - (high - low) * (1 - share)
}

function valueAt({ values, counts }: WeightedValues, rank: number): number {
  let seen = 0
  for (let i = 0; i < values.length; i++) {
    seen += counts[i] ?? 0
    if (rank < seen) return values[i] ?? NaN
  }
  return NaN
}

/** Inner edges at the given quantiles of the reference, ascending; equal ones count once. */
export function quantileEdges(reference: WeightedValues, quantiles: readonly number[] = DECILES): number[] {
  return [...new Set(quantiles.map((q) => quantileOf(reference, q)))].filter((edge) => !Number.isNaN(edge))
}

/**
 * Inner edges that give every distinct value of the reference a bin of its own, with a bin for what is smaller and one for what is larger than all
 * of them: where few values occur, quantiles would put new values into the bins of old ones.
 */
export function valueEdges({ values }: WeightedValues): number[] {
  const [first, last] = [values[0], values.at(-1)]
  if (first === undefined || last === undefined) return []
  const between = values.slice(1).map((value, i) => (value + (values[i] ?? value)) / 2)
  const beyond = last + Math.max(Number.MIN_VALUE, Math.abs(last) * 2 * Number.EPSILON)
  return [first, ...between, beyond]
}

/** All edges, with both ends, of `bins` bins of equal width. One value alone gets a bin of width one around it. */
export function fixedEdges(low: number, high: number, bins: number): number[] {
  const [start, end] = low === high ? [low - 0.5, high + 0.5] : [low, high]
  const width = (end - start) / bins
  return Array.from({ length: bins + 1 }, (_, i) => (i === bins ? end : i * width + start))
}

/** All edges by Sturges' rule (1926) over all values together: ⌈log2 n + 1⌉ bins of equal width. Empty for no values. */
export function sturgesEdges({ values, counts }: WeightedValues): number[] {
  const [low, high] = [values[0], values.at(-1)]
  if (low === undefined || high === undefined) return []
  const width = (high - low) / (Math.log2(totalOf(counts)) + 1)
  return fixedEdges(low, high, width === 0 ? 1 : Math.ceil((high - low) / width))
}

/** Counts of the bins (-∞, e0), [e0, e1) ... [en, ∞) around ascending inner edges. */
export function countsAround(edges: readonly number[], { values, counts }: WeightedValues): number[] {
  const bins = Array.from({ length: edges.length + 1 }, () => 0)
  let bin = 0
  for (let i = 0; i < values.length; i++) {
    while (bin < edges.length && (values[i] ?? NaN) >= (edges[bin] ?? Infinity)) bin++
    bins[bin] = (bins[bin] ?? 0) + (counts[i] ?? 0)
  }
  return bins
}

/** Counts of the bins [e0, e1), [e1, e2) ... [en-1, en] between ascending edges; what lies outside does not count. */
export function countsWithin(edges: readonly number[], { values, counts }: WeightedValues): number[] {
  const bins = Array.from({ length: Math.max(0, edges.length - 1) }, () => 0)
  let bin = 0
  for (let i = 0; i < values.length; i++) {
    const value = values[i] ?? NaN
    if (!(value >= (edges[0] ?? NaN) && value <= (edges.at(-1) ?? NaN))) continue
    while (bin < bins.length - 1 && value >= (edges[bin + 1] ?? Infinity)) bin++
    bins[bin] = (bins[bin] ?? 0) + (counts[i] ?? 0)
  }
  return bins
}
