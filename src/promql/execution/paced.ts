import { sorting } from '../../util/sorting.ts'
import type { Steps } from '../../util/steps.ts'
import type { Column, Emit } from './column.ts'
import type { Pace } from './pace.ts'

/** Emits columns one by one, giving way between them. */
export async function emitAll(columns: Iterable<Column>, emit: Emit, pace: Pace): Promise<void> {
  for (const column of columns) {
    emit(column)
    if (pace.due) await pace.rest()
  }
}

/** Sorts stably as `Array.sort` does, giving way between runs. */
export function sortPaced<T>(items: readonly T[], compare: (a: T, b: T) => number, pace: Pace): Promise<T[]> {
  return inPace(sorting(items, compare), pace)
}

/** Goes through the steps and rests between them when it is time to. */
export async function inPace<T>(steps: Steps<T>, pace: Pace): Promise<T> {
  for (;;) {
    const step = steps.next()
    if (step.done === true) return step.value
    if (pace.due) await pace.rest()
  }
}
