import { nearest } from '../util/nearest.ts'
import type { Evaluator } from './evaluator.ts'
import { harmfulContent } from './evaluators/harmful-content/harmful-content.ts'
import { jailbreak } from './evaluators/jailbreak/jailbreak.ts'
import { pii, piiLeak, piiWithNames } from './evaluators/pii/pii.ts'
import { promptInjection } from './evaluators/prompt-injection/prompt-injection.ts'
import { refusal } from './evaluators/refusal/refusal.ts'
import { repetition } from './evaluators/repetition.ts'
import { secrets } from './evaluators/secrets/secrets.ts'
import { toxicity } from './evaluators/toxicity/toxicity.ts'

/** Every evaluator that the product ships, in the order in which results are shown. */
export const EVALUATORS: readonly Evaluator[] = [
  refusal,
  repetition,
  pii,
  piiLeak,
  secrets,
  promptInjection,
  jailbreak,
  harmfulContent,
  toxicity,
]

export interface EvaluatorChoice {
  /** Undefined: all. */
  readonly names: readonly string[] | undefined
  /** Whether `pii` looks for names of persons too. */
  readonly piiNames: boolean
}

/** An evaluator was asked for that does not exist. */
export class UnknownEvaluatorError extends Error {
  constructor(name: string) {
    const known = EVALUATORS.map((evaluator) => evaluator.name)
    const meant = nearest(name, known)
    const hint = meant === undefined ? '' : `did you mean ${JSON.stringify(meant)}? `
    super(`unknown evaluator ${JSON.stringify(name)}: ${hint}(known: ${known.join(', ')})`)
    this.name = 'UnknownEvaluatorError'
  }
}

/** The evaluators of a choice, each once. Throws `UnknownEvaluatorError`. */
export function chooseEvaluators({ names, piiNames }: EvaluatorChoice): readonly Evaluator[] {
  const chosen = names === undefined ? EVALUATORS : [...new Set(names)].map(evaluatorOf)
  return chosen.map((evaluator) => (piiNames && evaluator === pii ? piiWithNames : evaluator))
}

function evaluatorOf(name: string): Evaluator {
  const found = EVALUATORS.find((evaluator) => evaluator.name === name)
  if (found === undefined) throw new UnknownEvaluatorError(name)
  return found
}
