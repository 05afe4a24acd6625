import type { SpanKind } from '../../model/span.ts'
import type { AttributeReader } from '../attribute-reader.ts'
import type { Dialect, LlmFacts, SpanFacts } from '../dialect.ts'
import { firstText, isRecord, listOf } from '../json-value.ts'
import { messagesOf } from '../messages.ts'
import type { OtlpSpan } from '../otlp/otlp-span.ts'
import { providerName } from '../provider.ts'
import { usageOf } from '../usage.ts'

/**
 * Traceloop's OpenLLMetry before it took up OpenTelemetry's message attributes: `gen_ai.prompt.<i>.*`, `llm.request.type`,
 * `traceloop.*`. https://github.com/traceloop/openllmetry/tree/main/packages/opentelemetry-semantic-conventions-ai
 */
export const openLlmetry: Dialect = {
  name: 'openllmetry',
  recognises: (_span, attributes) =>
    attributes.hasPrefix('traceloop.') ||
    attributes.hasPrefix('gen_ai.prompt.0.') ||
    attributes.hasPrefix('gen_ai.completion.0.') ||
    attributes.has('llm.request.type', 'llm.usage.total_tokens'),
  read: readSpan,
}

const KINDS: Readonly<Record<string, SpanKind>> = {
  workflow: 'workflow',
  task: 'workflow',
  agent: 'agent',
  tool: 'tool',
}
const REQUEST_KINDS: Readonly<Record<string, SpanKind>> = {
  chat: 'llm',
  completion: 'llm',
  rerank: 'rerank',
  embedding: 'embedding',
}

function readSpan(span: OtlpSpan, attributes: AttributeReader): SpanFacts {
  const requestType = attributes.text('llm.request.type').toLowerCase()
  const associated = attributes.below('traceloop.association.properties.')
  return {
    kind:
      REQUEST_KINDS[requestType] ??
      KINDS[attributes.text('traceloop.span.kind').toLowerCase()] ??
      retrievalKind(attributes),
    sessionId: firstText(associated, 'session_id', 'sessionId', 'chat_id', 'thread_id', 'conversation_id'),
    userId: firstText(associated, 'user_id', 'userId', 'user') || attributes.text('llm.user'),
    input: attributes.text('traceloop.entity.input'),
    output: attributes.text('traceloop.entity.output'),
    llm: readCall(span, requestType, attributes),
  }
}

function retrievalKind(attributes: AttributeReader): SpanKind | undefined {
  return attributes.has('db.vector.query.top_k') ? 'retrieval' : undefined
}

function readCall(span: OtlpSpan, requestType: string, attributes: AttributeReader): LlmFacts {
  const prompts = attributes.tree('gen_ai.prompt.')
  const completions = attributes.tree('gen_ai.completion.')
  const ttftMs = firstChunkMs(span)
  return {
    operation: operationOf(requestType),
    provider: providerName(attributes.text('gen_ai.system')),
    inputMessages: messagesIn(prompts, 'user'),
    outputMessages: messagesIn(completions, 'assistant'),
    usage: readUsage(attributes),
    finishReasons: reasonsOf(completions, attributes),
    streamed: attributes.flag('llm.is_streaming', 'gen_ai.is_streaming'),
    ttftMs,
    promptName: attributes.text('traceloop.prompt.key'),
    promptVersion: attributes.text('traceloop.prompt.version', 'traceloop.prompt.version_name'),
    feature: attributes.text('traceloop.workflow.name', 'traceloop.association.properties.feature'),
    parameters: readParameters(attributes),
  }
}

function operationOf(requestType: string): LlmFacts['operation'] {
  if (requestType === 'completion') return 'text_completion'
  if (requestType === 'embedding') return 'embeddings'
  return requestType === 'chat' ? 'chat' : undefined
}

function messagesIn(tree: unknown, role: 'user' | 'assistant'): LlmFacts['inputMessages'] {
  return listOf(tree).flatMap((item) => (isRecord(item) ? (messagesOf({ role, ...item }, role) ?? []) : []))
}

function reasonsOf(completions: unknown, attributes: AttributeReader): string[] {
  const stated = attributes.texts('llm.response.finish_reason', 'llm.response.stop_reason')
  if (stated.length > 0) return stated
  return listOf(completions).flatMap((item) => {
    const reason = isRecord(item) ? firstText(item, 'finish_reason') : ''
    return reason === '' ? [] : [reason]
  })
}

/** Its Anthropic instrumentation adds the cache to `input_tokens` before it reports them: the cache is inside. */
function readUsage(attributes: AttributeReader): LlmFacts['usage'] {
  const usage = 'gen_ai.usage.'
  return usageOf({
    input: attributes.number(`${usage}input_tokens`, `${usage}prompt_tokens`, 'llm.usage.prompt_tokens'),
    output: attributes.number(`${usage}output_tokens`, `${usage}completion_tokens`, 'llm.usage.completion_tokens'),
    total: attributes.number('llm.usage.total_tokens', `${usage}total_tokens`),
    cacheRead: attributes.number(`${usage}cache_read_input_tokens`, 'llm.usage.cache_read_input_tokens'),
    cacheWrite: attributes.number(`${usage}cache_creation_input_tokens`, 'llm.usage.cache_creation_input_tokens'),
    reasoning: attributes.number(`${usage}reasoning_tokens`, 'llm.usage.reasoning_tokens'),
    cached: 'inside',
    reasoned: 'inside',
  })
}

function readParameters(attributes: AttributeReader): Record<string, string | number> {
  const found: Record<string, string | number> = {}
  for (const name of ['top_k', 'frequency_penalty', 'presence_penalty', 'temperature', 'top_p', 'max_tokens']) {
    const value = attributes.number(`llm.${name}`, `llm.request.${name}`)
    if (value !== undefined) found[name] = value
  }
  const functions = attributes.tree('llm.request.functions.')
  return functions === undefined ? found : { ...found, tools: JSON.stringify(functions) }
}

function firstChunkMs(span: OtlpSpan): number | undefined {
  const event = span.events.find(
    ({ name }) => name === 'llm.content.completion.chunk' || name === 'gen_ai.content.completion.chunk',
  )
  return event === undefined ? undefined : event.timeMs - span.startMs
}
