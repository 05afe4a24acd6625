import { ValuesText } from '../../answer/values-text.ts'
import type { StepValues } from '../range-functions/window.ts'
import type { WritingJob } from './job.ts'
import { END_OF_BLOCK, type SharedBlock } from './shared-blocks.ts'
import type { Task } from './task.ts'

/** Writes the values of the rows of blocks as JSON, one behind the other; the count of a row is where its text ends. */
export class WritingTask implements Task {
  readonly #text: ValuesText

  constructor({ timesMs }: WritingJob) {
    this.#text = new ValuesText(timesMs)
  }

  run({ text, offsets, counts }: SharedBlock, rows: readonly StepValues[]): boolean {
    let end = 0
    for (const [row, { values }] of rows.entries()) {
      if (offsets[row] === END_OF_BLOCK) break
      end = this.#text.put(text, end, values)
      counts[row] = end
    }
    return true
  }
}
