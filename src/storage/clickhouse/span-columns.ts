import { isLlmSpan, modelOf, requestStatus } from '../../model/request.ts'
import type { LlmCall, Span, SpanEvent, TokenUsage } from '../../model/span.ts'
import { readAttributes, writeAttributes, writeSharedAttributes } from './attribute-json.ts'
import { joinMessages, splitMessages, type MessageColumns } from './message-text.ts'
import { flag, microseconds, optionalFloat, optionalInteger, text, texts, type Column } from './native-writer.ts'
import { flagOf, millisecondsOf, optionalNumberOf, textOf, textsOf, type ResultRow } from './result-row.ts'
import { Sql } from './sql.ts'

/** A span on its way into the table, with what is worked out once. */
export interface SpanRow {
  readonly span: Span
  readonly llm: LlmCall | undefined
  readonly prompt: MessageColumns
  readonly response: MessageColumns
  readonly costUsd: number | undefined
}

export function toSpanRow(span: Span, costUsd: number | undefined): SpanRow {
  const { llm } = span
  return {
    span,
    llm,
    prompt: splitMessages(llm?.inputMessages ?? []),
    response: splitMessages(llm?.outputMessages ?? []),
    costUsd,
  }
}

export const SPAN_COLUMNS: readonly Column<SpanRow>[] = [
  text('trace_id', ({ span }) => span.traceId),
  text('span_id', ({ span }) => span.spanId),
  text('parent_span_id', ({ span }) => span.parentSpanId),
  text('name', ({ span }) => span.name),
  text('kind', ({ span }) => span.kind),
  microseconds('start', ({ span }) => span.startMs),
  microseconds('end', ({ span }) => span.endMs),
  text('status', ({ span }) => span.status),
  text('status_message', ({ span }) => span.statusMessage),
  text('service', ({ span }) => span.service),
  text('session_id', ({ span }) => span.sessionId),
  text('user_id', ({ span }) => span.userId),
  text('attributes', ({ span }) => writeAttributes(span.attributes)),
  text('resource', ({ span }) => writeSharedAttributes(span.resource)),
  text('events', ({ span }) => writeEvents(span.events)),
  text('input', ({ span }) => span.input),
  text('output', ({ span }) => span.output),
  flag('is_request', ({ span }) => isLlmSpan(span)),
  text('request_status', ({ span }) => (isLlmSpan(span) ? requestStatus(span) : '')),
  text('operation', ({ llm }) => llm?.operation ?? ''),
  text('provider', ({ llm }) => llm?.provider ?? ''),
  text('model', ({ span }) => (isLlmSpan(span) ? modelOf(span) : '')),
  text('request_model', ({ llm }) => llm?.requestModel ?? ''),
  text('response_model', ({ llm }) => llm?.responseModel ?? ''),
  text('response_id', ({ llm }) => llm?.responseId ?? ''),
  text('prompt', ({ prompt }) => prompt.text),
  text('prompt_frame', ({ prompt }) => prompt.frame),
  text('response', ({ response }) => response.text),
  text('response_frame', ({ response }) => response.frame),
  ...usageColumns(),
  text('parameters', ({ llm }) => writeAttributes(llm?.parameters ?? {})),
  texts('finish_reasons', ({ llm }) => llm?.finishReasons ?? []),
  flag('streamed', ({ llm }) => llm?.streamed ?? false),
  optionalFloat('ttft_ms', ({ llm }) => llm?.ttftMs),
  text('error_type', ({ llm }) => llm?.errorType ?? ''),
  text('error_message', ({ llm }) => llm?.errorMessage ?? ''),
  optionalFloat('reported_cost_usd', ({ llm }) => llm?.reportedCostUsd),
  text('prompt_name', ({ llm }) => llm?.promptName ?? ''),
  text('prompt_version', ({ llm }) => llm?.promptVersion ?? ''),
  text('feature', ({ llm }) => llm?.feature ?? ''),
  text('source', ({ llm }) => llm?.source ?? ''),
  texts('context', ({ llm }) => llm?.context ?? []),
  optionalFloat('cost_usd', ({ costUsd }) => costUsd),
]

/** What `readSpan` needs, as the list of a SELECT. */
export const SPAN_SELECT = new Sql(SPAN_COLUMNS.map(({ name }) => name).join(', '))

/** The reverse of `toSpanRow`. The texts of closed sets come back as the members of the set that were written. */
export function readSpan(row: ResultRow): Span {
  return {
    traceId: textOf(row, 'trace_id'),
    spanId: textOf(row, 'span_id'),
    parentSpanId: textOf(row, 'parent_span_id'),
    name: textOf(row, 'name'),
    kind: textOf(row, 'kind') as Span['kind'],
    startMs: millisecondsOf(row, 'start'),
    endMs: millisecondsOf(row, 'end'),
    status: textOf(row, 'status') as Span['status'],
    statusMessage: textOf(row, 'status_message'),
    service: textOf(row, 'service'),
    sessionId: textOf(row, 'session_id'),
    userId: textOf(row, 'user_id'),
    attributes: readAttributes(textOf(row, 'attributes')),
    resource: readAttributes(textOf(row, 'resource')),
    events: readEvents(textOf(row, 'events')),
    input: textOf(row, 'input'),
    output: textOf(row, 'output'),
    // A row without a source had no call of a model: every call says how it reached us.
    llm: textOf(row, 'source') === '' ? undefined : readLlmCall(row),
  }
}

function readLlmCall(row: ResultRow): LlmCall {
  return {
    operation: textOf(row, 'operation') as LlmCall['operation'],
    provider: textOf(row, 'provider'),
    requestModel: textOf(row, 'request_model'),
    responseModel: textOf(row, 'response_model'),
    responseId: textOf(row, 'response_id'),
    inputMessages: joinMessages({ text: textOf(row, 'prompt'), frame: textOf(row, 'prompt_frame') }),
    outputMessages: joinMessages({ text: textOf(row, 'response'), frame: textOf(row, 'response_frame') }),
    usage: readUsage(row),
    parameters: readAttributes(textOf(row, 'parameters')),
    finishReasons: textsOf(row, 'finish_reasons'),
    streamed: flagOf(row, 'streamed'),
    ttftMs: optionalNumberOf(row, 'ttft_ms'),
    errorType: textOf(row, 'error_type'),
    errorMessage: textOf(row, 'error_message'),
    reportedCostUsd: optionalNumberOf(row, 'reported_cost_usd'),
    promptName: textOf(row, 'prompt_name'),
    promptVersion: textOf(row, 'prompt_version'),
    feature: textOf(row, 'feature'),
    source: textOf(row, 'source') as LlmCall['source'],
    context: textsOf(row, 'context'),
  }
}

function usageColumns(): Column<SpanRow>[] {
  return [
    optionalInteger('input_tokens', ({ llm }) => llm?.usage.inputTokens),
    optionalInteger('output_tokens', ({ llm }) => llm?.usage.outputTokens),
    optionalInteger('cache_read_tokens', ({ llm }) => llm?.usage.cacheReadTokens),
    optionalInteger('cache_write_tokens', ({ llm }) => llm?.usage.cacheWriteTokens),
    optionalInteger('reasoning_tokens', ({ llm }) => llm?.usage.reasoningTokens),
    optionalInteger('audio_input_tokens', ({ llm }) => llm?.usage.audioInputTokens),
    optionalInteger('audio_output_tokens', ({ llm }) => llm?.usage.audioOutputTokens),
    optionalInteger('image_input_tokens', ({ llm }) => llm?.usage.imageInputTokens),
  ]
}

function readUsage(row: ResultRow): TokenUsage {
  return {
    inputTokens: optionalNumberOf(row, 'input_tokens'),
    outputTokens: optionalNumberOf(row, 'output_tokens'),
    cacheReadTokens: optionalNumberOf(row, 'cache_read_tokens'),
    cacheWriteTokens: optionalNumberOf(row, 'cache_write_tokens'),
    hourCacheWriteTokens: undefined,
    reasoningTokens: optionalNumberOf(row, 'reasoning_tokens'),
    audioInputTokens: optionalNumberOf(row, 'audio_input_tokens'),
    audioOutputTokens: optionalNumberOf(row, 'audio_output_tokens'),
    imageInputTokens: optionalNumberOf(row, 'image_input_tokens'),
  }
}

interface StoredEvent {
  readonly name: string
  readonly timeMs: number
  readonly attributes: string
}

function writeEvents(events: readonly SpanEvent[]): string {
  if (events.length === 0) return ''
  const stored: StoredEvent[] = events.map((event) => ({ ...event, attributes: writeAttributes(event.attributes) }))
  return JSON.stringify(stored)
}

function readEvents(json: string): SpanEvent[] {
  if (json === '') return []
  const stored = JSON.parse(json) as StoredEvent[]
  return stored.map((event) => ({ ...event, attributes: readAttributes(event.attributes) }))
}
