import type { Score } from '../model/evaluation.ts'

/** What is known of a request besides its texts. Absent texts are ''; figures are undefined when the sender does not say them. */
export interface RequestFacts {
  readonly provider: string
  readonly service: string
  readonly userId: string
  readonly sessionId: string
  readonly feature: string
  readonly promptName: string
  readonly promptVersion: string
  /** Of several the first. */
  readonly finishReason: string
  readonly errorType: string
  readonly inputTokens: number | undefined
  readonly outputTokens: number | undefined
  readonly latencyMs: number | undefined
  readonly ttftMs: number | undefined
}

/** What an evaluator reads of one request. Absent texts are ''. */
export interface EvaluationInput {
  /** The user's last turn. */
  readonly prompt: string
  readonly response: string
  /** Retrieved documents and tool results. */
  readonly context: readonly string[]
  readonly system: string
  readonly model: string
  /** Absent for lines of a file. */
  readonly facts?: RequestFacts
}

/** Which way is worse: a high score of `refusal` is bad news, a high score of `groundedness` good news. */
export type Direction = 'higher_is_worse' | 'higher_is_better' | 'neutral'

/** `cheap`: some tens of microseconds for a page of text, so every request can be scored. `moderate`: more than that, still on this machine. */
export type CostClass = 'cheap' | 'moderate'

/** `any`: the evaluator reads structure, not language. */
export type EvaluatorLanguage = 'en' | 'zh' | 'any'

/**
 * Judges one quality of a request. Pure and deterministic: the same input gives the same score, in time linear in the
 * length of its texts. A change of results is a change of `version`.
 */
export interface Evaluator {
  /** Kebab-case; the `evaluator` label of the series. */
  readonly name: string
  readonly version: string
  readonly direction: Direction
  readonly costClass: CostClass
  readonly languages: readonly EvaluatorLanguage[]
  /** Undefined when the evaluator does not apply: there is no context to be grounded in, no format was asked for. */
  evaluate(input: EvaluationInput): Score | undefined
}
