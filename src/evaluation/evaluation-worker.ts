// The thread on which the evaluators run. It is started with an `EvaluatorChoice`; each message is a batch of jobs,
// each answer the outcome of that batch, in the same order.
import { setPriority } from 'node:os'
import { parentPort, workerData } from 'node:worker_threads'
import { DiversityWindows } from './diversity-windows.ts'
import { systemClock } from '../util/clock.ts'
import { runJobs } from './evaluation-job.ts'
import type { EvaluationJob, EvaluatorFailure } from './evaluation-job.ts'
import { loadEvaluators } from './evaluators.ts'
import type { EvaluatorChoice } from './evaluators.ts'

/** A third of the weight of a thread that does not give way. */
const NICENESS = 5

yieldToOthers()
const loading = loadEvaluators(workerData as EvaluatorChoice, systemClock)
/** What could not be loaded is told with the first batch. */
let untold: Promise<readonly EvaluatorFailure[]> = loading.then(({ failures }) => failures)
const windows = new DiversityWindows(systemClock)
const port = parentPort
if (port === null) throw new Error('evaluation-worker runs as a worker thread only')

port.on('message', (jobs: readonly EvaluationJob[]) => {
  const told = untold
  untold = Promise.resolve([])
  void Promise.all([loading, told]).then(([{ evaluators }, notLoaded]) => {
    const outcome = runJobs(jobs, evaluators, windows)
    port.postMessage({ ...outcome, failures: [...notLoaded, ...outcome.failures] })
  })
})

/** Linux schedules threads, and 0 means the calling one: scores may come later when the processor is short, answers to senders may not. */
function yieldToOthers(): void {
  if (process.platform === 'linux') setPriority(0, NICENESS)
}
