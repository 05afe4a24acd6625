/** How often each value occurs on both sides: all that a statistic of two samples needs. Values ascend and are distinct. */
export interface PairedCounts {
  readonly values: readonly number[]
  readonly reference: readonly number[]
  readonly current: readonly number[]
}

/** Values of one side with their counts; values ascend and are distinct. */
export interface WeightedValues {
  readonly values: readonly number[]
  readonly counts: readonly number[]
}

/** Counts equal numbers. What is not finite has no place on a line and must be left out by the caller. */
export function weighted(numbers: readonly number[]): WeightedValues {
  const values: number[] = []
  const counts: number[] = []
  for (const value of Float64Array.from(numbers).sort()) {
    const last = values.length - 1
    if (values[last] === value) counts[last] = (counts[last] ?? 0) + 1
    else {
      values.push(value)
      counts.push(1)
    }
  }
  return { values, counts }
}

/** Both sides on one axis. */
export function paired(reference: WeightedValues, current: WeightedValues): PairedCounts {
  const values: number[] = []
  const [before, now]: [number[], number[]] = [[], []]
  let i = 0
  let j = 0
  while (i < reference.values.length || j < current.values.length) {
    const a = reference.values[i] ?? Infinity
    const b = current.values[j] ?? Infinity
    values.push(Math.min(a, b))
    before.push(a <= b ? (reference.counts[i++] ?? 0) : 0)
    now.push(b <= a ? (current.counts[j++] ?? 0) : 0)
  }
  return { values, reference: before, current: now }
}

export function pairedNumbers(reference: readonly number[], current: readonly number[]): PairedCounts {
  return paired(weighted(reference), weighted(current))
}

export function totalOf(counts: readonly number[]): number {
  return counts.reduce((sum, count) => sum + count, 0)
}

export interface Moments {
  readonly count: number
  readonly mean: number
  /** Σ (x - mean)². */
  readonly squares: number
}

/** Mean first, then squares around it: the one-pass formula loses digits. NaN for an empty side. */
export function momentsOf(values: readonly number[], counts: readonly number[]): Moments {
  const count = totalOf(counts)
  const mean = values.reduce((sum, value, i) => sum + value * (counts[i] ?? 0), 0) / count
  const squares = values.reduce((sum, value, i) => sum + (value - mean) ** 2 * (counts[i] ?? 0), 0)
  return { count, mean, squares }
}
