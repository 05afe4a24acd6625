import type { TimeRange } from '../../../storage/sample-store.ts'
import type { LeafCall } from '../leaf/leaf.ts'

/** What the second thread is told before the blocks of a job come. */
export type Job = (LeafJob | WritingJob) & { readonly id: number }

/** To compute the leaves of a selection. A block brings packed series and takes the values of each. */
export interface LeafJob {
  readonly kind: 'leaf'
  readonly call: LeafCall
  readonly stepCount: number
  /** Samples outside are not wanted. */
  readonly range: TimeRange
}

/** To write the values of series as JSON. A block brings the values of each series and takes their text. */
export interface WritingJob {
  readonly kind: 'writing'
  readonly stepCount: number
  /** The time of each step. */
  readonly timesMs: Float64Array
}
