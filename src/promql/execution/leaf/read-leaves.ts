import type { Labels } from '../../../model/labels.ts'
import type { PackedSelection, TimeRange } from '../../../storage/sample-store.ts'
import type { QueryContext } from '../query-context.ts'
import type { StepValues } from '../range-functions/window.ts'
import { DividedReading } from '../second-thread/divided-reading.ts'
import { createLeaf, type LeafCall } from './leaf.ts'
import { MainLeaf } from './main-leaf.ts'

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

/** Computes the leaves of a selection, on both threads where that pays, and hands them over in the order of the selection. */
export async function readLeaves(context: QueryContext, reading: LeafReading): Promise<void> {
  const { pace, annotations, secondThread } = context
  const { selection, range, call, stepCount } = reading
  pace.check()
  const main = new MainLeaf(createLeaf(call, annotations), { selection, stepCount, pace })
  const lease = secondThread?.lend({ call, stepCount, range }, selection.length)
  if (lease === undefined) {
    const into = { values: new Float64Array(stepCount), present: new Uint8Array(stepCount) }
    await readHere(context, reading, { main, into, from: 0, to: selection.length })
  } else {
    await new DividedReading(context, reading, main, lease).run()
  }
  pace.check()
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
