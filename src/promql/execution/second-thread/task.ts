import type { StepValues } from '../range-functions/window.ts'
import type { SharedBlock } from './shared-blocks.ts'

/** What the second thread does with each block of a job. */
export interface Task {
  /** False when the main thread has to do it. May throw, which means the same. */
  run(block: SharedBlock, rows: readonly StepValues[]): boolean
}
