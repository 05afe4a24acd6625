import type { Clock } from '../util/clock.ts'
import { nearest } from '../util/nearest.ts'
import type { EvaluationConfig } from './config.ts'
import type { CustomEvaluatorConfig } from './custom/config.ts'
import { declaredEvaluator } from './custom/declared-evaluator.ts'
import { loadModuleEvaluator } from './custom/module-evaluator.ts'
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
  /** Evaluators of the user's own; chosen like the others. */
  readonly custom?: readonly CustomEvaluatorConfig[]
}

/** Evaluators ready to run, and those that are not, with the reason. */
export interface LoadedEvaluators {
  readonly evaluators: readonly Evaluator[]
  readonly failures: ReadonlyArray<{ readonly evaluator: string; readonly message: string }>
}

/** An evaluator was asked for that does not exist. */
export class UnknownEvaluatorError extends Error {
  constructor(name: string, known: readonly string[]) {
    const meant = nearest(name, known)
    const hint = meant === undefined ? '' : `did you mean ${JSON.stringify(meant)}? `
    super(`unknown evaluator ${JSON.stringify(name)}: ${hint}(known: ${known.join(', ')})`)
    this.name = 'UnknownEvaluatorError'
  }
}

/** What a configuration chooses; evaluators that it defines itself always run. */
export function choiceOf({ evaluators, pii_names: piiNames, custom }: EvaluationConfig): EvaluatorChoice {
  const names = evaluators === undefined ? undefined : [...evaluators, ...custom.map(({ name }) => name)]
  return { names, piiNames, custom }
}

/** Throws `UnknownEvaluatorError` when a choice names an evaluator that does not exist. */
export function checkChoice({ names, custom = [] }: EvaluatorChoice): void {
  const known = [...EVALUATORS, ...custom].map(({ name }) => name)
  const unknown = names?.find((name) => !known.includes(name))
  if (unknown !== undefined) throw new UnknownEvaluatorError(unknown, known)
}

/** The built-in evaluators of a choice, each once. Throws `UnknownEvaluatorError`. */
export function chooseEvaluators(choice: EvaluatorChoice): readonly Evaluator[] {
  checkChoice(choice)
  const { names, piiNames } = choice
  const wanted = names === undefined ? undefined : [...new Set(names)]
  const chosen =
    wanted === undefined
      ? EVALUATORS
      : wanted.flatMap((name) => EVALUATORS.find((evaluator) => evaluator.name === name) ?? [])
  return chosen.map((evaluator) => (piiNames && evaluator === pii ? piiWithNames : evaluator))
}

/** The evaluators of a choice, those of the user's own behind the others. One that cannot be loaded is a failure and keeps no other back. */
export async function loadEvaluators(choice: EvaluatorChoice, clock: Pick<Clock, 'now'>): Promise<LoadedEvaluators> {
  const evaluators = [...chooseEvaluators(choice)]
  const failures: Array<LoadedEvaluators['failures'][number]> = []
  for (const config of choice.custom ?? []) {
    if (choice.names?.includes(config.name) === false) continue
    try {
      evaluators.push(config.kind === 'module' ? await loadModuleEvaluator(config, clock) : declaredEvaluator(config))
    } catch (error) {
      failures.push({ evaluator: config.name, message: error instanceof Error ? error.message : String(error) })
    }
  }
  return { evaluators, failures }
}
