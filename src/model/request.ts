import type { LlmCall, Span } from './span.ts'

/** A span of kind `llm` or `embedding`: one call of a model, what the product calls a request. */
export interface LlmSpan extends Span {
  readonly kind: 'llm' | 'embedding'
  readonly llm: LlmCall
}

/** An LLM span with what we derive from it once, when it arrives. */
export interface Request {
  readonly span: LlmSpan
  /** US dollars; undefined when the model's price is unknown (never 0 for unknown). */
  readonly costUsd: number | undefined
}

export type RequestStatus = 'success' | 'error'

export function isLlmSpan(span: Span): span is LlmSpan {
  return (span.kind === 'llm' || span.kind === 'embedding') && span.llm !== undefined
}

export function requestStatus(span: LlmSpan): RequestStatus {
  return span.status === 'error' || span.llm.errorType !== '' ? 'error' : 'success'
}

/** The model that answered, or the one that was asked for when the answer does not say. */
export function modelOf(span: LlmSpan): string {
  return span.llm.responseModel || span.llm.requestModel
}

export function latencyMs(span: Span): number {
  return span.endMs - span.startMs
}

/** Time per output token after the first, milliseconds: (latency - TTFT) / (output tokens - 1). Undefined when either is unknown. */
export function tpotMs(span: LlmSpan): number | undefined {
  const { ttftMs, usage } = span.llm
  if (ttftMs === undefined || usage.outputTokens === undefined || usage.outputTokens < 2) return undefined
  return Math.max(0, latencyMs(span) - ttftMs) / (usage.outputTokens - 1)
}
