import { contentJson } from './content-json.ts'
import type { Attributes, AttributeValue, ModelCall, SpanIds } from './model-call.ts'
import type { FinishedSpan } from './otlp-json.ts'

/** What the span of a call needs beside the call itself. */
export interface CallPlace extends SpanIds {
  readonly parentSpanId: string
  readonly nowMs: number
  /** Without it prompts and answers stay in the application. */
  readonly captureContent: boolean
}

/**
 * The span of a model call in OpenTelemetry's GenAI conventions (1.41; https://opentelemetry.io/docs/specs/semconv/gen-ai/),
 * with `tetrascope.*` for what they have no name for.
 */
export function spanOfCall(call: ModelCall, place: CallPlace): FinishedSpan {
  const latencyMs = call.latencyMs ?? 0
  const startMs = call.startMs ?? place.nowMs - latencyMs
  const operation = call.operation ?? 'chat'
  const failed = call.error !== undefined || call.errorType !== undefined
  return {
    traceId: place.traceId,
    spanId: place.spanId,
    parentSpanId: place.parentSpanId,
    name: `${operation} ${call.model}`,
    startMs,
    endMs: startMs + latencyMs,
    errorMessage: failed ? (call.error ?? call.errorType ?? '') : undefined,
    isClient: true,
    // Not merged into one: copying objects of so many fields would cost more than writing them.
    attributes: [
      call.attributes ?? {},
      parameterAttributes(call.parameters),
      callAttributes(call, operation),
      usageAttributes(call),
      place.captureContent ? contentAttributes(call) : {},
      { 'error.type': failed ? (call.errorType ?? 'error') : undefined },
    ],
  }
}

function callAttributes(call: ModelCall, operation: string): Attributes {
  return {
    // The server tells calls that the SDK recorded from those of other OTLP senders by this.
    'telemetry.sdk.name': 'tetrascope-sdk',
    'gen_ai.operation.name': operation,
    'gen_ai.provider.name': call.provider,
    'gen_ai.request.model': call.model,
    'gen_ai.response.model': call.responseModel,
    'gen_ai.response.id': call.responseId,
    'gen_ai.response.finish_reasons': call.finishReasons,
    'gen_ai.request.stream': call.streamed,
    'gen_ai.response.time_to_first_chunk': call.ttftMs === undefined ? undefined : call.ttftMs / 1_000,
    'gen_ai.conversation.id': call.sessionId,
    'user.id': call.userId,
    'gen_ai.prompt.name': call.promptName,
    'tetrascope.kind': operation === 'embeddings' ? 'embedding' : 'llm',
    'tetrascope.feature': call.feature,
    'tetrascope.prompt_version': call.promptVersion,
    'tetrascope.cost_usd': call.costUsd,
    request_id: call.requestId,
  }
}

function usageAttributes(call: ModelCall): Attributes {
  return {
    'gen_ai.usage.input_tokens': call.inputTokens,
    'gen_ai.usage.output_tokens': call.outputTokens,
    'gen_ai.usage.cache_read.input_tokens': call.cacheReadTokens,
    'gen_ai.usage.cache_creation.input_tokens': call.cacheWriteTokens,
    'gen_ai.usage.reasoning.output_tokens': call.reasoningTokens,
  }
}

function contentAttributes(call: ModelCall): Attributes {
  return {
    'gen_ai.input.messages': call.prompt === undefined ? undefined : contentJson(call.prompt),
    'gen_ai.output.messages': call.response === undefined ? undefined : contentJson(call.response),
    'tetrascope.context': call.context,
  }
}

function parameterAttributes(parameters: Readonly<Record<string, unknown>> = {}): Attributes {
  const attributes: Record<string, AttributeValue> = {}
  for (const [name, value] of Object.entries(parameters)) {
    if (value === undefined || value === null) continue
    const key = name === 'tools' ? 'gen_ai.tool.definitions' : `gen_ai.request.${name}`
    attributes[key] = isPlain(value) ? value : JSON.stringify(value)
  }
  return attributes
}

function isPlain(value: unknown): value is string | number | boolean {
  return typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean'
}
