import type { Emit } from './column.ts'
import type { UnreadSeries } from './leaf/read-here.ts'
import type { Samples } from './samples.ts'

/** Computes an instant vector at all steps of its grid. */
export interface VectorOperator {
  /** Emits each series once and resolves when all have been emitted. Runs once. */
  run(emit: Emit): Promise<void>
}

/** Computes a scalar at all steps of its grid. */
export interface ScalarOperator {
  /** One value a step. The caller owns the array. */
  values(): Promise<Float64Array>
}

/** Takes the samples of a series; returns a promise when that takes long. */
export type Receive = (samples: Samples) => Promise<void> | undefined

/** Gives the samples that windows are cut from. */
export interface RangeOperator {
  /** Whether it waits for the promise that `receive` returns. One that does not must not be given any. */
  readonly waits: boolean
  /** Hands over each series once; the samples are lent for the duration of the call, and until what it returns is settled. */
  run(receive: Receive): Promise<void>
  /** The same series before they are read, for whoever computes leaves of them; undefined where they must be read by `run`. */
  unread?(): Promise<UnreadSeries | undefined>
}
