/** What a span is about. `llm` spans are what the product calls requests. */
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

export type SpanStatus = 'ok' | 'error' | 'unset'

export type AttributeValue =
  | string
  | number
  | boolean
  | bigint
  | Uint8Array
  | null
  | readonly AttributeValue[]
  | { readonly [key: string]: AttributeValue }

export type Attributes = Readonly<Record<string, AttributeValue>>

/** One operation in a trace. Times are milliseconds since 1970 with a fraction down to the microsecond. */
export interface Span {
  /** 32 lower-case hex digits. */
  readonly traceId: string
  /** 16 lower-case hex digits; (traceId, spanId) identifies a span, and one that arrives twice counts once. */
  readonly spanId: string
  /** '' for the root of a trace. */
  readonly parentSpanId: string
  readonly name: string
  readonly kind: SpanKind
  readonly startMs: number
  readonly endMs: number
  readonly status: SpanStatus
  readonly statusMessage: string
  /** `service.name` of the sender's resource ('' when absent). */
  readonly service: string
  readonly sessionId: string
  readonly userId: string
  /** Attributes that no dialect has understood, and the resource's. Nothing that was sent is lost. */
  readonly attributes: Attributes
  readonly resource: Attributes
  readonly events: readonly SpanEvent[]
  /** What an agent, tool, retrieval ... took and gave, as text ('' when absent). */
  readonly input: string
  readonly output: string
  /** Present exactly when `kind` is `llm` or `embedding`. */
  readonly llm: LlmCall | undefined
}

export interface SpanEvent {
  readonly name: string
  readonly timeMs: number
  readonly attributes: Attributes
}

/** The part of a span that only calls of a model have. Absent numbers are undefined: unknown is never 0. */
export interface LlmCall {
  readonly operation: 'chat' | 'text_completion' | 'generate_content' | 'embeddings' | 'responses' | 'other'
  /** The provider in OpenTelemetry's words (`openai`, `anthropic`, `azure.ai.openai` ...; '' when unknown). */
  readonly provider: string
  readonly requestModel: string
  readonly responseModel: string
  readonly responseId: string
  readonly inputMessages: readonly Message[]
  readonly outputMessages: readonly Message[]
  readonly usage: TokenUsage
  readonly parameters: Attributes
  readonly finishReasons: readonly string[]
  readonly streamed: boolean
  /** Time to first token, milliseconds. */
  readonly ttftMs: number | undefined
  /** '' when the call succeeded; else `error.type`, an HTTP status or the provider's code. */
  readonly errorType: string
  readonly errorMessage: string
  /** What the sender says that it cost, US dollars. */
  readonly reportedCostUsd: number | undefined
  readonly promptName: string
  readonly promptVersion: string
  /** The feature of the application that made the call ('' when not said). */
  readonly feature: string
  /** How the call reached us. */
  readonly source: RequestSource
  /** Documents and tool results given to the model, when the sender marks them apart from the prompt. */
  readonly context: readonly string[]
}

export type RequestSource = 'otlp' | 'gateway' | 'http' | 'file' | 'sdk'

/**
 * Token counts. `inputTokens` is the total: uncached + cache read + cache write.
 * `outputTokens` is the total too: `reasoningTokens` are inside it.
 */
export interface TokenUsage {
  readonly inputTokens: number | undefined
  readonly outputTokens: number | undefined
  readonly cacheReadTokens: number | undefined
  readonly cacheWriteTokens: number | undefined
  /** Those of the cache writes that are kept for an hour. They cost more; for nothing else than the cost they are told apart, and not stored. */
  readonly hourCacheWriteTokens: number | undefined
  readonly reasoningTokens: number | undefined
  readonly audioInputTokens: number | undefined
  readonly audioOutputTokens: number | undefined
  readonly imageInputTokens: number | undefined
}

export const NO_USAGE: TokenUsage = {
  inputTokens: undefined,
  outputTokens: undefined,
  cacheReadTokens: undefined,
  cacheWriteTokens: undefined,
  hourCacheWriteTokens: undefined,
  reasoningTokens: undefined,
  audioInputTokens: undefined,
  audioOutputTokens: undefined,
  imageInputTokens: undefined,
}

export type MessageRole = 'system' | 'user' | 'assistant' | 'tool'

export interface Message {
  readonly role: MessageRole
  readonly parts: readonly MessagePart[]
}

export type MessagePart =
  | { readonly type: 'text'; readonly text: string }
  | { readonly type: 'reasoning'; readonly text: string }
  | { readonly type: 'tool_call'; readonly id: string; readonly name: string; readonly arguments: string }
  | { readonly type: 'tool_result'; readonly id: string; readonly content: string }
  /** Images, audio and files by reference; data is never kept inline. */
  | { readonly type: 'media'; readonly mediaType: string; readonly reference: string }

/** The text a person would read of some messages: their text parts, a blank line between. */
export function textOf(messages: readonly Message[]): string {
  const texts: string[] = []
  for (const message of messages)
    for (const part of message.parts) if (part.type === 'text' && part.text !== '') texts.push(part.text)
  return texts.join('\n\n')
}
