import { z } from 'zod'
import { EMBEDDING } from '../../model/embedding.ts'
import type { RequestSource, Span } from '../../model/span.ts'
import { spanOfCall } from '../call-span.ts'
import type { LlmFacts } from '../dialect.ts'
import { readMessages } from '../messages.ts'
import { providerName } from '../provider.ts'
import { usageOf } from '../usage.ts'
import { type BodyContext, takeItems, type TakenItems } from './body.ts'
import {
  attributes,
  optionalCount,
  optionalEmbedding,
  optionalNumber,
  optionalSpanId,
  optionalTime,
  optionalTraceId,
  text,
  unnamed,
} from './fields.ts'

const OPERATIONS = ['chat', 'text_completion', 'generate_content', 'embeddings', 'responses', 'other'] as const
const STATUSES = ['success', 'ok', 'error', 'failed', 'failure', 'timeout'] as const

const oneOrMore = z.union([z.string(), z.array(z.string())]).nullish()

const fields = {
  id: text,
  request_id: text,
  trace_id: optionalTraceId,
  span_id: optionalSpanId,
  parent_span_id: optionalSpanId,
  name: text,
  timestamp: optionalTime,
  start_time: optionalTime,
  end_time: optionalTime,
  latency_ms: optionalCount,
  ttft_ms: optionalCount,
  model: z.string().min(1),
  response_model: text,
  provider: text,
  operation: z.enum(OPERATIONS).optional(),
  prompt: z.unknown().optional(),
  messages: z.unknown().optional(),
  response: z.unknown().optional(),
  context: oneOrMore,
  embedding: optionalEmbedding,
  input_tokens: optionalCount,
  output_tokens: optionalCount,
  cached_tokens: optionalCount,
  cache_read_tokens: optionalCount,
  cache_write_tokens: optionalCount,
  reasoning_tokens: optionalCount,
  status: z.enum(STATUSES).nullish(),
  error: text,
  error_type: text,
  finish_reason: oneOrMore,
  stream: z.boolean().nullish(),
  parameters: attributes,
  user_id: text,
  session_id: text,
  feature: text,
  prompt_name: text,
  prompt_version: text,
  service: text,
  cost_usd: optionalNumber,
  extra: attributes,
  attributes,
}

/** One model call in our own shape; fields that it does not name are kept as attributes. */
export const requestSchema = z.looseObject(fields)

type RequestInput = z.output<typeof requestSchema>

/**
 * Model calls from a JSON body: `{"model", "prompt" | "messages", "response", "latency_ms", "input_tokens", ...}`, several under
 * `requests`. `input_tokens` is the total with cached tokens, `output_tokens` with reasoning. Throws `BodyError`.
 */
export function readRequests(body: unknown, context: BodyContext, source: RequestSource = 'http'): TakenItems<Span> {
  return takeItems(body, 'requests', requestSchema, (input) => spanOf(input, context, source))
}

/** The span of one validated call. */
export function spanOf(input: RequestInput, context: BodyContext, source: RequestSource): Span {
  const { startMs, endMs } = timesOf(input, context.nowMs)
  return spanOfCall(
    {
      id: input.request_id || input.id || context.randomHex(16),
      traceId: input.trace_id,
      spanId: input.span_id,
      parentSpanId: input.parent_span_id,
      name: input.name,
      kind: input.operation === 'embeddings' ? 'embedding' : 'llm',
      startMs,
      endMs,
      service: input.service,
      userId: input.user_id,
      sessionId: input.session_id,
      attributes: attributesOfInput(input),
      llm: callOf(input),
    },
    source,
  )
}

/** A log line is written when the call has ended: a `timestamp` alone is its end, a `start_time` its start. */
function timesOf(input: RequestInput, nowMs: number): { startMs: number; endMs: number } {
  const latencyMs = input.latency_ms ?? 0
  if (input.start_time !== undefined) {
    return { startMs: input.start_time, endMs: input.end_time ?? input.start_time + latencyMs }
  }
  const endMs = input.end_time ?? input.timestamp ?? nowMs
  return { startMs: endMs - latencyMs, endMs }
}

function attributesOfInput(input: RequestInput): Span['attributes'] {
  const requestId = input.request_id || input.id
  return {
    ...input.extra,
    ...input.attributes,
    ...unnamed(input, fields),
    ...(input.embedding === undefined ? {} : { [EMBEDDING]: { ...input.embedding } }),
    ...(requestId === '' ? {} : { request_id: requestId }),
  }
}

function callOf(input: RequestInput): LlmFacts {
  const failed =
    input.status !== undefined && input.status !== null && input.status !== 'success' && input.status !== 'ok'
  const hasError = failed || input.error !== '' || input.error_type !== ''
  return {
    operation: input.operation,
    provider: providerName(input.provider),
    requestModel: input.model,
    responseModel: input.response_model,
    responseId: input.request_id,
    inputMessages: readMessages(input.messages ?? input.prompt, 'user'),
    outputMessages: readMessages(input.response, 'assistant'),
    usage: usageOf({
      input: input.input_tokens,
      output: input.output_tokens,
      cacheRead: input.cache_read_tokens ?? input.cached_tokens,
      cacheWrite: input.cache_write_tokens,
      reasoning: input.reasoning_tokens,
      cached: 'inside',
      reasoned: 'inside',
    }),
    parameters: input.parameters,
    finishReasons: listOf(input.finish_reason),
    streamed: input.stream ?? undefined,
    // A 0 of a failed call means that no token came.
    ttftMs: hasError && input.ttft_ms === 0 ? undefined : input.ttft_ms,
    errorType: hasError ? input.error_type || (input.status === 'timeout' ? 'timeout' : 'error') : '',
    errorMessage: input.error,
    reportedCostUsd: input.cost_usd,
    promptName: input.prompt_name,
    promptVersion: input.prompt_version,
    feature: input.feature,
    context: listOf(input.context),
  }
}

function listOf(value: string | string[] | null | undefined): string[] {
  if (value === null || value === undefined || value === '') return []
  return typeof value === 'string' ? [value] : value
}
