import type { SpanKind } from '../../model/span.ts'
import type { AttributeReader } from '../attribute-reader.ts'
import type { Dialect, LlmFacts, SpanFacts } from '../dialect.ts'
import { firstNumber, firstText, isRecord, type JsonRecord, listOf, recordOf } from '../json-value.ts'
import { readToolCall } from '../message-parts.ts'
import { messagesOf } from '../messages.ts'
import type { OtlpSpan } from '../otlp/otlp-span.ts'
import { usageOf } from '../usage.ts'

/** LiveKit Agents (voice): `lk.*`, newer versions with a `pii` segment before what people said. */
export const liveKit: Dialect = {
  name: 'livekit',
  recognises: (_span, attributes) => attributes.hasPrefix('lk.'),
  read: readSpan,
}

/** By the span's name. `llm_node` and `llm_request` nest: the inner one is the call. */
const KINDS: Readonly<Record<string, SpanKind>> = {
  agent_session: 'workflow',
  job_entrypoint: 'workflow',
  agent_turn: 'agent',
  user_turn: 'other',
  llm_node: 'workflow',
  llm_request: 'llm',
  llm_request_run: 'other',
  realtime_assistant: 'llm',
  function_tool: 'tool',
}

function readSpan(span: OtlpSpan, attributes: AttributeReader): SpanFacts {
  const kind = KINDS[span.name]
  const common = { kind, sessionId: pii(attributes, 'room_name') || attributes.text('lk.job_id') }
  if (kind === 'tool')
    return { ...common, input: toolArguments(attributes), output: pii(attributes, 'function_tool.output') }
  const texts = {
    input: pii(attributes, 'user_input') || pii(attributes, 'user_transcript'),
    output: pii(attributes, 'response.text'),
  }
  return { ...common, ...texts, llm: readCall(attributes) }
}

function toolArguments(attributes: AttributeReader): string {
  return pii(attributes, 'function_tool.arguments') || attributes.text('lk.function_tool.args')
}

function pii(attributes: AttributeReader, name: string): string {
  return attributes.text(`lk.pii.${name}`, `lk.${name}`)
}

function readCall(attributes: AttributeReader): LlmFacts {
  const metrics = attributes.record('lk.llm_metrics') ?? attributes.record('lk.realtime_model_metrics') ?? {}
  const text = attributes.peek('lk.pii.response.text') ?? attributes.peek('lk.response.text')
  const calls = listOf(attributes.value('lk.pii.response.function_calls', 'lk.response.function_calls'))
  const parts = [
    ...(typeof text === 'string' && text !== '' ? [{ type: 'text', text } as const] : []),
    ...calls.flatMap((call) => (isRecord(call) ? readToolCall(call) : [])),
  ]
  const ttft = attributes.number('lk.response.ttft') ?? firstNumber(metrics, 'ttft')
  return {
    operation: 'chat',
    requestModel: firstText(recordOf(metrics['metadata']) ?? {}, 'model_name'),
    responseId: firstText(metrics, 'request_id'),
    inputMessages: chatContext(attributes),
    outputMessages: parts.length === 0 ? [] : [{ role: 'assistant', parts }],
    usage: readUsage(metrics),
    // Seconds; -1 when no token came.
    ttftMs: ttft === undefined || ttft < 0 ? undefined : ttft * 1000,
    streamed: true,
  }
}

/** `{"items": [{"type": "message", "role", "content": [...]}, {"type": "function_call", ...}]}` */
function chatContext(attributes: AttributeReader): LlmFacts['inputMessages'] {
  const context = attributes.record('lk.pii.chat_ctx', 'lk.chat_ctx')
  return messagesOf(listOf(context?.['items']), 'user') ?? []
}

function readUsage(metrics: JsonRecord): LlmFacts['usage'] {
  return usageOf({
    input: firstNumber(metrics, 'prompt_tokens', 'input_tokens'),
    output: firstNumber(metrics, 'completion_tokens', 'output_tokens'),
    total: firstNumber(metrics, 'total_tokens'),
    cacheRead: firstNumber(metrics, 'prompt_cached_tokens'),
    cached: 'inside',
    reasoned: 'inside',
  })
}
