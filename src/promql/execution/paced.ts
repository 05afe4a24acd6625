import type { Column, Emit } from './column.ts'
import type { Pace } from './pace.ts'

/** Items that are sorted in one go; more would hold up the event loop. */
const RUN = 4_000

/** Emits columns one by one, giving way between them. */
export async function emitAll(columns: Iterable<Column>, emit: Emit, pace: Pace): Promise<void> {
  for (const column of columns) {
    emit(column)
    if (pace.due) await pace.rest()
  }
}

/** Sorts stably as `Array.sort` does, giving way between runs. */
export async function sortPaced<T>(items: readonly T[], compare: (a: T, b: T) => number, pace: Pace): Promise<T[]> {
  let runs: T[][] = []
  for (let from = 0; from < items.length; from += RUN) {
    runs.push(items.slice(from, from + RUN).sort(compare))
    if (pace.due) await pace.rest()
  }
  while (runs.length > 1) {
    const merged: T[][] = []
    for (let i = 0; i < runs.length; i += 2) merged.push(await merge(runs[i] ?? [], runs[i + 1] ?? [], compare, pace))
    runs = merged
  }
  return runs[0] ?? []
}

async function merge<T>(
  left: readonly T[],
  right: readonly T[],
  compare: (a: T, b: T) => number,
  pace: Pace,
): Promise<T[]> {
  const merged: T[] = []
  let i = 0
  let j = 0
  while (i < left.length && j < right.length) {
    merged.push(compare(left[i]!, right[j]!) <= 0 ? left[i++]! : right[j++]!)
    if (merged.length % RUN === 0 && pace.due) await pace.rest()
  }
  return [...merged, ...left.slice(i), ...right.slice(j)]
}
