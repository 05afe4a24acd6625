/** What an attribute may hold; objects travel as JSON text. */
export type AttributeValue = string | number | boolean | readonly string[] | undefined

export type Attributes = Readonly<Record<string, AttributeValue>>

/** What a span is about, in Tetrascope's words. `llm` spans are what it calls requests. */
export type SpanKind =
  | 'llm'
  | 'embedding'
  | 'agent'
  | 'workflow'
  | 'tool'
  | 'retrieval'
  | 'rerank'
  | 'guardrail'
  | 'evaluator'
  | 'prompt'
  | 'other'

export type Operation = 'chat' | 'text_completion' | 'generate_content' | 'embeddings' | 'responses'

/** Who asks and for what. Set for a part of a program with `withContext`, or on each call. */
export interface CallContext {
  readonly userId?: string | undefined
  readonly sessionId?: string | undefined
  /** The feature of the application that makes the call. */
  readonly feature?: string | undefined
  readonly promptName?: string | undefined
  readonly promptVersion?: string | undefined
}

/** Where something stands in a trace. */
export interface SpanIds {
  /** 32 lower-case hex digits. */
  readonly traceId: string
  /** 16 lower-case hex digits. */
  readonly spanId: string
}

/** One call of a model. Only `model` is required; what is absent is unknown, never 0. */
export interface ModelCall extends CallContext {
  readonly model: string
  /** The caller's own name for the call. Feedback and ground truth may name it; the same name twice counts once. */
  readonly requestId?: string | undefined
  readonly traceId?: string | undefined
  readonly spanId?: string | undefined
  readonly parentSpanId?: string | undefined
  /** `openai`, `anthropic`, `azure.ai.openai` ... */
  readonly provider?: string | undefined
  readonly operation?: Operation | undefined
  readonly responseModel?: string | undefined
  readonly responseId?: string | undefined
  /** Milliseconds since 1970; now minus the latency when absent. */
  readonly startMs?: number | undefined
  readonly latencyMs?: number | undefined
  /** Time to first token, milliseconds. */
  readonly ttftMs?: number | undefined
  /** A text, or messages as any provider's API takes them. */
  readonly prompt?: unknown
  /** A text, or messages as any provider's API gives them. */
  readonly response?: unknown
  /** Documents given to the model, for groundedness. */
  readonly context?: readonly string[] | undefined
  /** The total: uncached, cache read and cache write together. */
  readonly inputTokens?: number | undefined
  /** The total: reasoning included. */
  readonly outputTokens?: number | undefined
  readonly cacheReadTokens?: number | undefined
  readonly cacheWriteTokens?: number | undefined
  readonly reasoningTokens?: number | undefined
  readonly finishReasons?: readonly string[] | undefined
  readonly streamed?: boolean | undefined
  /** The call failed when this or `errorType` is set. */
  readonly error?: string | undefined
  readonly errorType?: string | undefined
  /** US dollars, when the caller knows better than the price table. */
  readonly costUsd?: number | undefined
  /** Temperature, tools and the like. */
  readonly parameters?: Readonly<Record<string, unknown>> | undefined
  readonly attributes?: Attributes | undefined
}
