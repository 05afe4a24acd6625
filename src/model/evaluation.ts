/** `ok` or `flagged` at the evaluator's calibrated threshold. */
export type Verdict = 'ok' | 'flagged'

/** What an evaluator found, and where. Offsets are UTF-16 indexes into the text that the field names. */
export interface EvaluationSpan {
  readonly field: 'prompt' | 'response' | 'context'
  readonly start: number
  readonly end: number
  readonly label: string
}

/** One evaluator's result for one request. */
export interface Score {
  /** 0-1: how strongly the named thing is present (refusal 1 = refuses, groundedness 1 = grounded). */
  readonly score: number
  readonly verdict: Verdict
  /** More where there is more: `full`, `partial`, `none`; the PII types. */
  readonly label?: string
  readonly explanation: string
  readonly spans?: readonly EvaluationSpan[]
}

/** A score as it is stored and counted. */
export interface Evaluation extends Score {
  readonly traceId: string
  readonly spanId: string
  readonly timeMs: number
  readonly evaluator: string
  readonly evaluatorVersion: string
  readonly model: string
}
