import { Labels } from '../../../model/labels.ts'
import { readPacked } from '../../../storage/packing/packed-series.ts'
import { cutSeries } from '../../../storage/packing/read-samples.ts'
import { SampleColumns } from '../../../storage/packing/sample-columns.ts'
import { Annotations } from '../annotations.ts'
import { createLeaf, type Leaf } from '../leaf/leaf.ts'
import type { StepValues } from '../range-functions/window.ts'
import type { LeafJob } from './job.ts'
import { END_OF_BLOCK, type SharedBlock } from './shared-blocks.ts'
import type { Task } from './task.ts'

const COLUMN_SAMPLES = 1_024

const columns = new SampleColumns(COLUMN_SAMPLES)

/** Unpacks the series of blocks and computes their leaves. */
export class LeafTask implements Task {
  readonly #job: LeafJob
  readonly #annotations = new Annotations()
  readonly #leaf: Leaf

  constructor(job: LeafJob) {
    this.#job = job
    this.#leaf = createLeaf(job.call, this.#annotations)
  }

  /** False when there is something to be said about the samples. */
  run({ words, offsets, counts, found }: SharedBlock, rows: readonly StepValues[]): boolean {
    const { stepCount, range } = this.#job
    const steps = { from: 0, to: stepCount }
    for (const [row, into] of rows.entries()) {
      if (offsets[row] === END_OF_BLOCK) break
      const samples = readPacked(words, offsets[row]!, columns, range)
      counts[row] = samples.end - samples.from
      found[row] = 0
      if (samples.end === samples.from) continue
      this.#leaf.begin(cutSeries(columns, Labels.empty, samples))
      if (this.#leaf.compute(steps, into)) found[row] = 1
    }
    return this.#annotations.isEmpty
  }
}
