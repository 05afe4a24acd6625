import type { DiversityWindows, ModelDiversity } from './diversity-windows.ts'
import type { EvaluationInput, Evaluator } from './evaluator.ts'
import type { EvaluatorChoice } from './evaluators.ts'
import { boundInput } from './input-of.ts'
import type { PackedEvaluations } from './packed-evaluations.ts'
import { EvaluationPacker } from './packed-evaluations.ts'

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

/** What the worker gives back for a batch of jobs, as it goes from thread to thread. */
export interface EvaluationOutcome {
  readonly evaluations: PackedEvaluations
  readonly failures: readonly EvaluatorFailure[]
  /** Windows of answers that were measured again. */
  readonly diversity: readonly ModelDiversity[]
}

/** Runs the evaluators over a batch, and takes its answers into the windows. */
export function runJobs(
  jobs: readonly EvaluationJob[],
  evaluators: readonly Evaluator[],
  windows: DiversityWindows,
): EvaluationOutcome {
  const diversity: ModelDiversity[] = []
  const packer = new EvaluationPacker()
  const failures: EvaluatorFailure[] = []
  const cheap = evaluators.filter((evaluator) => evaluator.costClass === 'cheap')
  for (const job of jobs) {
    const input = boundInput(job.input)
    packer.begin(job, input.model)
    for (const evaluator of job.depth === 'all' ? evaluators : cheap) runOne(input, evaluator, packer, failures)
    const measured = windows.add(input.model, input.response)
    if (measured !== undefined) diversity.push(measured)
  }
  return { evaluations: packer.packed(), failures, diversity }
}

function runOne(
  input: EvaluationInput,
  evaluator: Evaluator,
  packer: EvaluationPacker,
  failures: EvaluatorFailure[],
): void {
  try {
    const score = evaluator.evaluate(input)
    if (score !== undefined) packer.add(evaluator, score)
  } catch (error) {
    failures.push({ evaluator: evaluator.name, message: error instanceof Error ? error.message : String(error) })
  }
}
