// The thread that does half of a query's work which needs nothing but numbers. It is started with the memory that it shares with the main thread. For
// each job that it is sent it does what is to be done with the blocks that are offered there, until the job is over. What it cannot do as the main thread
// would, errors and annotations, it gives back as failed.
import { setPriority } from 'node:os'
import { parentPort, workerData } from 'node:worker_threads'
import type { StepValues } from '../range-functions/window.ts'
import type { Job } from './job.ts'
import { LeafTask } from './leaf-task.ts'
import { type SharedBlock, SharedBlocks, type SharedMemory } from './shared-blocks.ts'
import type { Task } from './task.ts'
import { WritingTask } from './writing-task.ts'

/** A third of the weight of a thread that does not give way. */
const NICENESS = 5
/** How long it waits for another block before it looks whether the job is over. The end rings as well. */
const WAIT_MS = 1_000

// When both processors are wanted by others, the gateway comes first, and the main thread takes what does not get done here.
if (process.platform === 'linux') setPriority(0, NICENESS)
const shared = new SharedBlocks(workerData as SharedMemory)
parentPort?.on('message', attend)

function attend(job: Job): void {
  if (!shared.attend(job.id)) return
  const task = job.kind === 'leaf' ? new LeafTask(job) : new WritingTask(job)
  const rows = shared.rowsOf(job.stepCount)
  while (shared.isCurrent(job.id)) {
    const index = shared.claim(job.id, WAIT_MS)
    const block = shared.blocks[index]
    if (block === undefined) continue
    shared.finish(index, job.id, tryTo(task, block, rows[index] ?? []) ? 'done' : 'failed')
  }
}

function tryTo(task: Task, block: SharedBlock, rows: readonly StepValues[]): boolean {
  try {
    return task.run(block, rows)
  } catch {
    // The main thread will meet the same error, and its message is the one that is wanted.
    return false
  }
}
