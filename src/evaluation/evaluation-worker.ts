// The thread on which the evaluators run. It is started with an `EvaluatorChoice`. Each batch of jobs is answered by its outcome, in the same
// order; another choice of evaluators holds for the batches after it.
import { setPriority } from 'node:os'
import { parentPort, workerData } from 'node:worker_threads'
import { DiversityWindows } from './diversity-windows.ts'
import { systemClock } from '../util/clock.ts'
import { runJobs } from './evaluation-job.ts'
import type { EvaluationJob, EvaluationOutcome, EvaluatorFailure, WorkerMessage } from './evaluation-job.ts'
import { loadEvaluators } from './evaluators.ts'
import type { EvaluatorChoice, LoadedEvaluators } from './evaluators.ts'

/** A third of the weight of a thread that does not give way. */
const NICENESS = 5

yieldToOthers()
let loading = loadEvaluators(workerData as EvaluatorChoice, systemClock)
/** What could not be loaded is told with the first batch. */
let untold = failuresOf(loading)
const windows = new DiversityWindows(systemClock)
const port = parentPort
if (port === null) throw new Error('evaluation-worker runs as a worker thread only')

port.on('message', (message: WorkerMessage) => {
  if ('jobs' in message) evaluate(message.jobs)
  else use(message.choice)
})

/** One after the other, so that a choice that loads faster does not overtake the one before it. */
function use(choice: EvaluatorChoice): void {
  loading = loading.then(() => loadEvaluators(choice, systemClock))
  untold = failuresOf(loading)
}

function evaluate(jobs: readonly EvaluationJob[]): void {
  const told = untold
  untold = Promise.resolve([])
  void Promise.all([loading, told]).then(([{ evaluators }, notLoaded]) => {
    const outcome = runJobs(jobs, evaluators, windows)
    port?.postMessage({ ...outcome, failures: [...notLoaded, ...outcome.failures] } satisfies EvaluationOutcome)
  })
}

async function failuresOf(loaded: Promise<LoadedEvaluators>): Promise<readonly EvaluatorFailure[]> {
  return (await loaded).failures
}

/** Linux schedules threads, and 0 means the calling one: scores may come later when the processor is short, answers to senders may not. */
function yieldToOthers(): void {
  if (process.platform === 'linux') setPriority(0, NICENESS)
}
