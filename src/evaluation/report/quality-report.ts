import type { Interval } from '../wilson-interval.ts'
import type { ModelTruth } from '../truth/truth-report.ts'
import type { Direction } from '../evaluator.ts'

/** A share with its 95 % interval (Wilson); `share` is undefined when there is nothing to have a share of. */
export interface Rate {
  readonly hits: number
  readonly trials: number
  readonly share: number | undefined
  readonly interval: Interval
}

/** `worse` and `better` only when the interval of the difference leaves out zero; `unknown` when one side has nothing. */
export type ChangeVerdict = 'better' | 'worse' | 'same' | 'unknown'

/** A rate beside that of the window before. */
export interface ComparedRate {
  readonly now: Rate
  readonly before: Rate
  /** Now minus before, 0-1; undefined when one side has nothing. */
  readonly difference: number | undefined
  readonly differenceInterval: Interval | undefined
  readonly verdict: ChangeVerdict
}

/** What one evaluator flagged. */
export interface EvaluatorReport {
  readonly evaluator: string
  readonly version: string
  readonly direction: Direction
  readonly flagged: ComparedRate
  readonly meanScore: number | undefined
  readonly meanScoreBefore: number | undefined
}

/** Model and what of its answers was flagged. */
export interface ModelReport {
  readonly model: string
  readonly requests: number
  readonly errors: Rate
  readonly composite: number | undefined
  readonly flagged: ReadonlyArray<{ readonly evaluator: string; readonly rate: Rate }>
}

/** A flagged request, to look at. */
export interface WorstExample {
  readonly evaluator: string
  readonly score: number
  readonly label: string | undefined
  readonly explanation: string
  readonly traceId: string
  readonly spanId: string
  readonly timeMs: number
  readonly model: string
  readonly prompt: string
  readonly response: string
}

/** The quality of the answers of a window, beside the window of the same length before it. */
export interface QualityReport {
  readonly startMs: number
  readonly endMs: number
  /** Undefined: all models. */
  readonly model: string | undefined
  readonly requests: { readonly now: number; readonly before: number }
  readonly evaluated: { readonly now: number; readonly before: number }
  readonly errors: ComparedRate
  /** 0-100: the weighted mean of the shares of answers that evaluators let pass. Undefined when nothing was evaluated. */
  readonly composite: { readonly now: number | undefined; readonly before: number | undefined }
  /** The most flagged first. */
  readonly evaluators: readonly EvaluatorReport[]
  readonly models: readonly ModelReport[]
  readonly worst: readonly WorstExample[]
  /** Where truths are known. */
  readonly truth: readonly ModelTruth[]
}
