import type { Labels } from '../../../model/labels.ts'
import type { PackedSelection, TimeRange } from '../../../storage/sample-store.ts'
import type { QueryContext } from '../query-context.ts'
import type { StepValues } from '../range-functions/window.ts'
import type { LeafCall } from './leaf.ts'
import type { MainLeaf } from './main-leaf.ts'

/** A selection whose series have not been read yet, and the range that it was made for. */
export interface UnreadSeries {
  readonly selection: PackedSelection
  readonly range: TimeRange
}

export interface LeafReading extends UnreadSeries {
  readonly call: LeafCall
  readonly stepCount: number
  /** Takes the values of a series that has any; they are lent for the duration of the call and may be overwritten. */
  readonly take: (labels: Labels, values: StepValues) => void
}

/** Computes series `from` up to, not including, `to` on the main thread and hands them over. */
export async function readHere(
  { accounts, pace }: QueryContext,
  { selection, take }: LeafReading,
  part: { readonly main: MainLeaf; readonly into: StepValues; readonly from: number; readonly to: number },
): Promise<void> {
  const { main, into } = part
  for (let index = part.from; index < part.to; index++) {
    const computed = main.compute(index, into)
    const found = typeof computed === 'boolean' ? computed : await computed
    if (main.sampleCount > 0) accounts.seriesTouched++
    accounts.samplesTouched += main.sampleCount
    if (found) take(selection.labelsOf(index), into)
    if (pace.due) await pace.rest()
  }
}
