// The thread on which the second half of a query's leaves is computed. It is started with the memory that it shares with the main thread. For each
// job that it is sent it computes the blocks that are offered there, until the job is over. What it cannot do as the main thread would, errors and
// annotations, it gives back as failed.
import { setPriority } from 'node:os'
import { parentPort, workerData } from 'node:worker_threads'
import { Labels } from '../../../model/labels.ts'
import { readPacked } from '../../../storage/packing/packed-series.ts'
import { cutSeries } from '../../../storage/packing/read-samples.ts'
import { SampleColumns } from '../../../storage/packing/sample-columns.ts'
import { Annotations } from '../annotations.ts'
import { createLeaf, type Leaf } from '../leaf/leaf.ts'
import type { StepValues } from '../range-functions/window.ts'
import type { LeafJob } from './leaf-job.ts'
import { SharedBlocks, type SharedBlock, type SharedMemory } from './shared-blocks.ts'

/** A third of the weight of a thread that does not give way. */
const NICENESS = 5
/** How long it waits for another block before it looks whether the job is over. The end rings as well. */
const WAIT_MS = 1_000
const COLUMN_SAMPLES = 1_024

// When both processors are wanted by others, the gateway comes first, and the main thread takes what does not get done here.
if (process.platform === 'linux') setPriority(0, NICENESS)
const shared = new SharedBlocks(workerData as SharedMemory)
const columns = new SampleColumns(COLUMN_SAMPLES)
parentPort?.on('message', attend)

function attend(job: LeafJob): void {
  if (!shared.attend(job.id)) return
  const annotations = new Annotations()
  const leaf = createLeaf(job.call, annotations)
  const rows = shared.rowsOf(job.stepCount)
  while (shared.isCurrent(job.id)) {
    const index = shared.claim(job.id, WAIT_MS)
    const block = shared.blocks[index]
    if (block === undefined) continue
    const isComputed = tryToCompute(job, leaf, block, rows[index] ?? [])
    shared.finish(index, job.id, isComputed && annotations.isEmpty ? 'done' : 'failed')
  }
}

function tryToCompute(job: LeafJob, leaf: Leaf, block: SharedBlock, rows: readonly StepValues[]): boolean {
  try {
    compute(job, leaf, block, rows)
    return true
  } catch {
    // The main thread will meet the same error, and its message is the one that is wanted.
    return false
  }
}

function compute({ range, stepCount }: LeafJob, leaf: Leaf, block: SharedBlock, rows: readonly StepValues[]): void {
  const { words, offsets, counts, found } = block
  const steps = { from: 0, to: stepCount }
  for (const [row, into] of rows.entries()) {
    // Offsets end where the block does.
    if (offsets[row] === -1) return
    const samples = readPacked(words, offsets[row]!, columns, range)
    counts[row] = samples.end - samples.from
    found[row] = 0
    if (samples.end === samples.from) continue
    leaf.begin(cutSeries(columns, Labels.empty, samples))
    if (leaf.compute(steps, into)) found[row] = 1
  }
}
