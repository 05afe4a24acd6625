import type { QueryContext } from '../query-context.ts'
import { DividedReading } from '../second-thread/divided-reading.ts'
import { createLeaf } from './leaf.ts'
import { MainLeaf } from './main-leaf.ts'
import { readHere, type LeafReading } from './read-here.ts'

/** Reading a series costs as much as computing so many steps. */
const STEPS_OF_READING = 100

/** Computes the leaves of a selection, on both threads where that pays, and hands them over in the order of the selection. */
export async function readLeaves(context: QueryContext, reading: LeafReading): Promise<void> {
  const { pace, annotations, secondThread } = context
  const { selection, range, call, stepCount } = reading
  pace.check()
  const main = new MainLeaf(createLeaf(call, annotations), { selection, stepCount, pace })
  const lease = secondThread?.lend(
    { kind: 'leaf', call, stepCount, range },
    selection.length * (stepCount + STEPS_OF_READING),
  )
  if (lease === undefined) {
    const into = { values: new Float64Array(stepCount), present: new Uint8Array(stepCount) }
    await readHere(context, reading, { main, into, from: 0, to: selection.length })
  } else {
    await new DividedReading(context, reading, main, lease).run()
  }
  pace.check()
}
