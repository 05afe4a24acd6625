import { nearest } from '../util/nearest.ts'
import type { Evaluator } from './evaluator.ts'
import { contextUtilisation } from './evaluators/context-utilisation.ts'
import { format } from './evaluators/format.ts'
import { groundedness } from './evaluators/groundedness.ts'
import { hallucination } from './evaluators/hallucination/hallucination.ts'
import { harmfulContent } from './evaluators/harmful-content/harmful-content.ts'
import { instructionFollowing } from './evaluators/instruction-following.ts'
import { jailbreak } from './evaluators/jailbreak/jailbreak.ts'
import { languageMatch } from './evaluators/language-match.ts'
import { length } from './evaluators/length.ts'
import { pii, piiLeak, piiWithNames } from './evaluators/pii/pii.ts'
import { promptInjection } from './evaluators/prompt-injection/prompt-injection.ts'
import { promptLeak } from './evaluators/prompt-leak.ts'
import { refusal } from './evaluators/refusal/refusal.ts'
import { relevance } from './evaluators/relevance.ts'
import { repetition } from './evaluators/repetition.ts'
import { secrets } from './evaluators/secrets/secrets.ts'
import { sentiment } from './evaluators/sentiment.ts'
import { toxicity } from './evaluators/toxicity/toxicity.ts'
import { uncertainty } from './evaluators/uncertainty.ts'

/** Every evaluator that the product ships, in the order in which results are shown. */
export const EVALUATORS: readonly Evaluator[] = [
  refusal,
  uncertainty,
  repetition,
  format,
  instructionFollowing,
  relevance,
  contextUtilisation,
  languageMatch,
  length,
  sentiment,
  groundedness,
  hallucination,
  pii,
  piiLeak,
  secrets,
  promptInjection,
  jailbreak,
  promptLeak,
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
