import type { Series } from '../../../model/series.ts'
import { assertNever } from '../../../util/assert-never.ts'
import type { Annotations } from '../annotations.ts'
import { rangeFunction, type RangeCall } from '../range-functions/range-function.ts'
import type { StepRange, StepValues } from '../range-functions/window.ts'
import { NewestSamples, type NewestCall } from './newest-samples.ts'
import { OverWindows } from './over-windows.ts'

/** Computes the values that one series after the other has by itself, whatever thread it is on: the lowest part of a query, and most of its work. */
export interface Leaf {
  /** Turns to another series, which is lent until the next; gives how many steps may be computed without letting others have a turn, one at least. */
  begin(series: Series): number
  /** Fills in the steps, which must follow those of the call before, and says whether any has a value. */
  compute(steps: StepRange, into: StepValues): boolean
}

/** What a leaf is made of: plain data, which can be sent to another thread. */
export type LeafCall = WindowsCall | NewestCall

type WindowsCall = { readonly kind: 'windows' } & Omit<RangeCall, 'annotations'>

/** Throws `ExecutionError` where the call makes no sense. `annotations` hear what is to be said about the samples. */
export function createLeaf(call: LeafCall, annotations: Annotations): Leaf {
  switch (call.kind) {
    case 'windows':
      return new OverWindows(rangeFunction({ ...call, annotations }), call.windows)
    case 'newest':
      return new NewestSamples(call)
    default:
      return assertNever(call)
  }
}
