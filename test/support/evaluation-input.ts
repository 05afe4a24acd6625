import type { EvaluationInput } from '../../src/evaluation/evaluator.ts'

/** What an evaluator reads, for tests: everything that is not given is empty. */
export function input(fields: Partial<EvaluationInput>): EvaluationInput {
  return { prompt: '', response: '', context: [], system: '', model: '', ...fields }
}
