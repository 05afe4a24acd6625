import type { TimeRange } from '../../../storage/sample-store.ts'
import type { LeafCall } from '../leaf/leaf.ts'

/** What the second thread is told of a selection before its blocks come. */
export interface LeafJob {
  readonly id: number
  readonly call: LeafCall
  readonly stepCount: number
  /** Samples outside are not wanted. */
  readonly range: TimeRange
}
