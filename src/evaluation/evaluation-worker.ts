// The thread on which the evaluators run. It is started with an `EvaluatorChoice`; each message is a batch of jobs,
// each answer the outcome of that batch, in the same order.
import { parentPort, workerData } from 'node:worker_threads'
import { DiversityWindows } from './diversity-windows.ts'
import { systemClock } from '../util/clock.ts'
import { runJobs } from './evaluation-job.ts'
import type { EvaluationJob } from './evaluation-job.ts'
import { chooseEvaluators } from './evaluators.ts'
import type { EvaluatorChoice } from './evaluators.ts'

const evaluators = chooseEvaluators(workerData as EvaluatorChoice)
const windows = new DiversityWindows(systemClock)
const port = parentPort
if (port === null) throw new Error('evaluation-worker runs as a worker thread only')

port.on('message', (jobs: readonly EvaluationJob[]) => port.postMessage(runJobs(jobs, evaluators, windows)))
