import type { Evaluation } from '../model/evaluation.ts'
import type { DiversityWindows, ModelDiversity } from './diversity-windows.ts'
import type { EvaluationInput, Evaluator } from './evaluator.ts'
import type { EvaluatorChoice } from './evaluators.ts'
import { boundInput } from './input-of.ts'
import type { PackedEvaluations } from './packed-evaluations.ts'

/** One request as it is handed to the worker. */
export interface EvaluationJob {
  readonly traceId: string
  readonly spanId: string
  readonly timeMs: number
  readonly input: EvaluationInput
  /** `cheap`: only the evaluators of that cost class read it. */
  readonly depth: 'all' | 'cheap'
}

/** What the worker is sent: work, or evaluators that it uses from the next work on. */
export type WorkerMessage = { readonly jobs: readonly EvaluationJob[] } | { readonly choice: EvaluatorChoice }

/** An evaluator threw: a defect of the evaluator, which costs this one score and nothing else. */
export interface EvaluatorFailure {
  readonly evaluator: string
  readonly message: string
}

/** What the worker gives back for a batch of jobs. */
export interface EvaluationOutcome {
  readonly evaluations: readonly Evaluation[]
  readonly failures: readonly EvaluatorFailure[]
  /** Windows of answers that were measured again. */
  readonly diversity: readonly ModelDiversity[]
}

/** The same as it goes from thread to thread. */
export type PackedOutcome = Omit<EvaluationOutcome, 'evaluations'> & { readonly evaluations: PackedEvaluations }

/** Runs the evaluators over a batch, and takes its answers into the windows. */
export function runJobs(
  jobs: readonly EvaluationJob[],
  evaluators: readonly Evaluator[],
  windows: DiversityWindows,
): EvaluationOutcome {
  const diversity: ModelDiversity[] = []
  const evaluations: Evaluation[] = []
  const failures: EvaluatorFailure[] = []
  const cheap = evaluators.filter((evaluator) => evaluator.costClass === 'cheap')
  for (const job of jobs) {
    const bounded = { ...job, input: boundInput(job.input) }
    for (const evaluator of job.depth === 'all' ? evaluators : cheap) runOne(bounded, evaluator, evaluations, failures)
    const measured = windows.add(job.input.model, bounded.input.response)
    if (measured !== undefined) diversity.push(measured)
  }
  return { evaluations, failures, diversity }
}

function runOne(
  job: EvaluationJob,
  evaluator: Evaluator,
  evaluations: Evaluation[],
  failures: EvaluatorFailure[],
): void {
  try {
    const score = evaluator.evaluate(job.input)
    if (score === undefined) return
    const { traceId, spanId, timeMs } = job
    const origin = { evaluator: evaluator.name, evaluatorVersion: evaluator.version, model: job.input.model }
    evaluations.push({ traceId, spanId, timeMs, ...origin, ...score })
  } catch (error) {
    failures.push({ evaluator: evaluator.name, message: error instanceof Error ? error.message : String(error) })
  }
}
