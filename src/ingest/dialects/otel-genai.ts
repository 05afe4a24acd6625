import type { Attributes, AttributeValue, LlmCall, Message, SpanKind, TokenUsage } from '../../model/span.ts'
import type { AttributeReader } from '../attribute-reader.ts'
import type { Dialect, LlmFacts, SpanFacts } from '../dialect.ts'
import { isRecord, structureOf } from '../json-value.ts'
import { isMessageEvent, readEventMessages } from '../genai-events.ts'
import { isMessage, messagesOf, readMessages } from '../messages.ts'
import type { OtlpSpan } from '../otlp/otlp-span.ts'
import { providerName } from '../provider.ts'
import { usageOf } from '../usage.ts'

/**
 * OpenTelemetry's GenAI conventions, all generations: `gen_ai.system` and prompt events (to 1.36), message attributes
 * (1.37-1.41), and the renamed generation (`gen_ai.client.inference`, `cache_write`, `time_to_first_chunk`).
 * https://opentelemetry.io/docs/specs/semconv/gen-ai/
 */
export const otelGenAi: Dialect = {
  name: 'otel-genai',
  recognises: (span, attributes) =>
    attributes.hasPrefix('gen_ai.') || span.events.some((event) => event.name.startsWith('gen_ai.')),
  read: readSpan,
}

const KINDS: Readonly<Record<string, SpanKind>> = {
  chat: 'llm',
  completion: 'llm',
  text_completion: 'llm',
  generate: 'llm',
  generate_content: 'llm',
  fetch_response: 'llm',
  responses: 'llm',
  embeddings: 'embedding',
  embedding: 'embedding',
  retrieval: 'retrieval',
  rerank: 'rerank',
  execute_tool: 'tool',
  create_agent: 'agent',
  invoke_agent: 'agent',
  invoke_workflow: 'workflow',
  plan: 'agent',
  search_memory: 'retrieval',
  evaluate: 'evaluator',
}

const OPERATIONS: Readonly<Record<string, LlmCall['operation']>> = {
  chat: 'chat',
  generate: 'chat',
  completion: 'text_completion',
  text_completion: 'text_completion',
  generate_content: 'generate_content',
  embeddings: 'embeddings',
  embedding: 'embeddings',
  responses: 'responses',
  fetch_response: 'responses',
}

function readSpan(span: OtlpSpan, attributes: AttributeReader): SpanFacts {
  const operation = attributes.text('gen_ai.operation.name').toLowerCase()
  const kind = kindOf(operation, span.name, attributes)
  const usedEvents = span.events.filter((event) => isMessageEvent(event.name))
  const common = {
    kind,
    sessionId: attributes.text('gen_ai.conversation.id'),
    userId: attributes.text('gen_ai.request.user', 'gen_ai.user.id'),
    usedEvents,
  }
  const llm = readCall(operation, usedEvents, attributes)
  if (kind === 'tool') return { ...common, ...readTool(attributes), llm }
  return kind === 'retrieval' ? { ...common, ...readRetrieval(attributes), llm } : { ...common, llm }
}

function kindOf(operation: string, name: string, attributes: AttributeReader): SpanKind | undefined {
  const named = KINDS[operation] ?? KINDS[name.split(' ', 1)[0] ?? '']
  if (named !== undefined) return named
  if (attributes.has('gen_ai.tool.name', 'gen_ai.tool.call.id')) return 'tool'
  if (operation !== '') return undefined
  if (attributes.has('gen_ai.request.model', 'gen_ai.response.model')) return 'llm'
  return attributes.has('gen_ai.agent.name', 'gen_ai.agent.id') ? 'agent' : undefined
}

function readTool(attributes: AttributeReader): SpanFacts {
  return {
    input: attributes.text('gen_ai.tool.call.arguments', 'gen_ai.tool.arguments', 'input'),
    output: attributes.text('gen_ai.tool.call.result', 'gen_ai.tool.message', 'output'),
  }
}

function readRetrieval(attributes: AttributeReader): SpanFacts {
  return {
    input: attributes.text('gen_ai.retrieval.query.text', 'gen_ai.memory.query.text'),
    output: attributes.text('gen_ai.retrieval.documents', 'gen_ai.memory.records'),
  }
}

function readCall(operation: string, events: OtlpSpan['events'], attributes: AttributeReader): LlmFacts {
  const fromEvents = readEventMessages(events)
  const input = readInput(attributes)
  const outputValue = attributes.value('gen_ai.output.messages', 'gen_ai.completion')
  const outputStructure = structureOf(outputValue)
  const output = messagesOf(outputStructure, 'assistant') ?? readMessages(outputValue, 'assistant')
  const reasons = attributes.texts('gen_ai.response.finish_reasons', 'gen_ai.response.finish_reason')
  return {
    operation: OPERATIONS[operation],
    provider: providerName(attributes.text('gen_ai.provider.name', 'gen_ai.system')),
    requestModel: attributes.text('gen_ai.request.model'),
    responseModel: attributes.text('gen_ai.response.model'),
    responseId: attributes.text('gen_ai.response.id'),
    inputMessages: input.length > 0 ? input : fromEvents.inputMessages,
    outputMessages: output.length > 0 ? output : fromEvents.outputMessages,
    usage: readUsage(attributes),
    finishReasons: firstFilled(reasons, fromEvents.finishReasons, reasonsOf(outputStructure)),
    streamed: attributes.flag('gen_ai.request.stream', 'gen_ai.is_streaming', 'gen_ai.request.is_stream'),
    ttftMs: readTtft(attributes),
    reportedCostUsd: attributes.number('gen_ai.usage.cost', 'gen_ai.cost.total_tokens', 'operation.cost'),
    promptName: attributes.text('gen_ai.prompt.name'),
    promptVersion: attributes.text('gen_ai.prompt.version'),
    feature: attributes.text('gen_ai.workflow.name'),
    // Last: it takes every `gen_ai.request.*` that nobody above has named.
    parameters: readParameters(attributes),
  }
}

function firstFilled(...lists: ReadonlyArray<readonly string[]>): readonly string[] {
  return lists.find((list) => list.length > 0) ?? []
}

function readInput(attributes: AttributeReader): Message[] {
  const system = readMessages(attributes.value('gen_ai.system_instructions'), 'system')
  const input = readMessages(attributes.value('gen_ai.input.messages', 'gen_ai.prompt'), 'user')
  return [...system.map((message): Message => ({ ...message, role: 'system' })), ...input]
}

/** The output messages of 1.37+ carry their finish reasons themselves. */
function reasonsOf(output: unknown): string[] {
  const items: unknown[] = Array.isArray(output) ? output : [output]
  return items.flatMap((item) => {
    const reason = isRecord(item) ? item['finish_reason'] : undefined
    if (!isRecord(item) || typeof reason !== 'string') return []
    return isMessage(item) || messagesOf(item, 'assistant') !== undefined ? [reason] : []
  })
}

/** `input_tokens` is the total with cache, `output_tokens` includes reasoning (semantic conventions 1.41). */
function readUsage(attributes: AttributeReader): TokenUsage {
  return usageOf({
    input: attributes.number('gen_ai.usage.input_tokens', 'gen_ai.usage.prompt_tokens'),
    output: attributes.number('gen_ai.usage.output_tokens', 'gen_ai.usage.completion_tokens'),
    total: attributes.number('gen_ai.usage.total_tokens'),
    cacheRead: attributes.number(
      'gen_ai.usage.cache_read.input_tokens',
      'gen_ai.usage.cache_read_input_tokens',
      'gen_ai.usage.input_tokens.cached',
      'gen_ai.usage.input_token_details.cached',
    ),
    cacheWrite: attributes.number(
      'gen_ai.usage.cache_write.input_tokens',
      'gen_ai.usage.cache_creation.input_tokens',
      'gen_ai.usage.cache_creation_input_tokens',
      'gen_ai.usage.cache_write_input_tokens',
    ),
    reasoning: attributes.number(
      'gen_ai.usage.reasoning.output_tokens',
      'gen_ai.usage.reasoning_tokens',
      'gen_ai.usage.output_tokens.reasoning',
    ),
    audioInput: attributes.number('gen_ai.usage.audio.input_tokens'),
    audioOutput: attributes.number('gen_ai.usage.audio.output_tokens'),
    imageInput: attributes.number('gen_ai.usage.image.input_tokens'),
    cached: 'inside',
    reasoned: 'inside',
  })
}

/** Seconds in the conventions. */
function readTtft(attributes: AttributeReader): number | undefined {
  const seconds = attributes.number(
    'gen_ai.response.time_to_first_chunk',
    'gen_ai.server.time_to_first_token',
    'gen_ai.server.ttft',
  )
  return seconds === undefined ? undefined : seconds * 1000
}

function readParameters(attributes: AttributeReader): Attributes {
  const parameters = attributes.below('gen_ai.request.', 'gen_ai.request.model')
  const tools = attributes.structure('gen_ai.tool.definitions', 'gen_ai.request.tools')
  const outputType = attributes.value('gen_ai.output.type')
  if (tools !== undefined) parameters['tools'] = tools as AttributeValue
  if (outputType !== undefined) parameters['output_type'] = outputType
  return parameters
}
