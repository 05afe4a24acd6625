import type { Attributes, AttributeValue, Message, SpanKind } from '../../model/span.ts'
import type { AttributeReader } from '../attribute-reader.ts'
import type { Dialect, LlmFacts, SpanFacts } from '../dialect.ts'
import { firstText, isRecord, type JsonRecord, listOf, recordOf, textOf } from '../json-value.ts'
import { messagesOf, readMessages } from '../messages.ts'
import type { OtlpSpan } from '../otlp/otlp-span.ts'
import { providerName } from '../provider.ts'
import { usageOf } from '../usage.ts'

/** Arize's OpenInference: https://github.com/Arize-ai/openinference/tree/main/spec. Lists and objects are flattened into names. */
export const openInference: Dialect = {
  name: 'openinference',
  recognises: (_span, attributes) =>
    attributes.has('openinference.span.kind', 'llm.model_name', 'llm.token_count.prompt', 'embedding.model_name') ||
    attributes.hasPrefix('llm.input_messages.'),
  read: readSpan,
}

const KINDS: Readonly<Record<string, SpanKind>> = {
  LLM: 'llm',
  EMBEDDING: 'embedding',
  CHAIN: 'workflow',
  RETRIEVER: 'retrieval',
  RERANKER: 'rerank',
  TOOL: 'tool',
  AGENT: 'agent',
  GUARDRAIL: 'guardrail',
  EVALUATOR: 'evaluator',
  PROMPT: 'prompt',
}

function readSpan(span: OtlpSpan, attributes: AttributeReader): SpanFacts {
  const kind = KINDS[attributes.text('openinference.span.kind').toUpperCase()]
  const common = {
    kind,
    sessionId: attributes.text('session.id'),
    userId: attributes.text('user.id'),
    input: readInput(kind, attributes),
    output: readOutput(kind, attributes),
  }
  return kind === 'embedding'
    ? { ...common, llm: readEmbedding(attributes) }
    : { ...common, llm: readCall(span, attributes) }
}

function readInput(kind: SpanKind | undefined, attributes: AttributeReader): string {
  const value = attributes.text('input.value')
  attributes.ignore('input.mime_type')
  if (value !== '') return value
  if (kind === 'tool') return attributes.text('tool.parameters', 'tool_call.function.arguments')
  return kind === 'rerank' ? attributes.text('reranker.query') : ''
}

function readOutput(kind: SpanKind | undefined, attributes: AttributeReader): string {
  const value = attributes.text('output.value')
  attributes.ignore('output.mime_type')
  if (kind !== 'retrieval' && kind !== 'rerank') return value
  const documents = listOf(
    attributes.tree(kind === 'retrieval' ? 'retrieval.documents.' : 'reranker.output_documents.'),
  )
  const texts = documents.map((document) => {
    const inner = isRecord(document) ? (recordOf(document['document']) ?? document) : {}
    return firstText(inner, 'content', 'id')
  })
  return texts.length > 0 ? texts.join('\n\n') : value
}

function readCall(span: OtlpSpan, attributes: AttributeReader): LlmFacts {
  const parameters = attributes.record('llm.invocation_parameters') ?? {}
  const answer = recordOf(attributes.peek('output.value')) ?? {}
  const reason = attributes.texts('llm.finish_reason', 'llm.finish_reasons')
  const { input, output } = readBothMessages(attributes)
  const ttftMs = firstTokenMs(span)
  return {
    operation: operationOf(attributes),
    provider: providerName(attributes.text('llm.provider') || attributes.text('llm.system')),
    requestModel: attributes.text('llm.request.model_name') || firstText(parameters, 'model', 'model_name', 'model_id'),
    responseModel: attributes.text('llm.response.model_name', 'llm.model_name'),
    responseId: firstText(answer, 'id'),
    inputMessages: input,
    outputMessages: output,
    usage: readUsage(attributes),
    finishReasons: reason.length > 0 ? reason : reasonsOf(answer),
    streamed: parameters['stream'] === true || ttftMs !== undefined ? true : undefined,
    ttftMs,
    reportedCostUsd: attributes.number('llm.cost.total'),
    promptName: attributes.text('prompt.id', 'llm.prompt_template.name'),
    promptVersion: attributes.text('llm.prompt_template.version'),
    parameters: withTools(parameters, attributes),
    context: retrievedDocuments(attributes),
  }
}

function operationOf(attributes: AttributeReader): LlmFacts['operation'] {
  return attributes.hasPrefix('llm.prompts') ? 'text_completion' : 'chat'
}

function readBothMessages(attributes: AttributeReader): { input: readonly Message[]; output: readonly Message[] } {
  const input = messagesIn(attributes.tree('llm.input_messages.'))
  const output = messagesIn(attributes.tree('llm.output_messages.'))
  const prompts = readMessages(
    textsIn(attributes.tree('llm.prompts.') ?? attributes.value('llm.prompts'), 'prompt'),
    'user',
  )
  const choices = readMessages(textsIn(attributes.tree('llm.choices.'), 'completion'), 'assistant')
  const firstInput = input.length > 0 ? input : prompts
  const firstOutput = output.length > 0 ? output : choices
  return {
    input: firstInput.length > 0 ? firstInput : readMessages(attributes.peek('input.value'), 'user'),
    output: firstOutput.length > 0 ? firstOutput : readMessages(attributes.peek('output.value'), 'assistant'),
  }
}

/** `prompts.0.prompt.text`, `choices.0.completion.text`, or plain texts. */
function textsIn(tree: unknown, wrapper: string): unknown {
  return listOf(tree).map((item) => (isRecord(item) ? textOf(recordOf(item[wrapper])?.['text']) : item))
}

function messagesIn(tree: unknown): Message[] {
  return listOf(tree).flatMap((item) => {
    const message = isRecord(item) ? recordOf(item['message']) : undefined
    return message === undefined ? [] : (messagesOf(unwrapped(message), 'user') ?? [])
  })
}

/** Takes away the wrappers that the flattened form puts around parts and calls (`message_content`, `tool_call`, `image`). */
function unwrapped(message: JsonRecord): JsonRecord {
  const contents = listOf(message['contents']).map((item) =>
    isRecord(item) ? (recordOf(item['message_content']) ?? item) : item,
  )
  const calls = listOf(message['tool_calls']).map((item) =>
    isRecord(item) ? (recordOf(item['tool_call']) ?? item) : item,
  )
  const function_call =
    message['function_call_name'] === undefined
      ? undefined
      : { name: message['function_call_name'], arguments: message['function_call_arguments_json'] }
  return {
    role: message['role'],
    content: contents.length > 0 ? contents.map(unwrappedPart) : message['content'],
    tool_call_id: message['tool_call_id'],
    tool_calls: calls,
    function_call,
  }
}

function unwrappedPart(part: unknown): unknown {
  if (!isRecord(part)) return part
  const image = recordOf(part['image'])
  return image === undefined ? part : { ...part, image: recordOf(image['image']) ?? image }
}

function readUsage(attributes: AttributeReader): LlmFacts['usage'] {
  const count = 'llm.token_count.'
  return usageOf({
    input: attributes.number(`${count}prompt`),
    output: attributes.number(`${count}completion`),
    total: attributes.number(`${count}total`),
    cacheRead: attributes.number(`${count}prompt_details.cache_read`, `${count}prompt_details.cache_input`),
    cacheWrite: attributes.number(`${count}prompt_details.cache_write`),
    reasoning: attributes.number(`${count}completion_details.reasoning`),
    audioInput: attributes.number(`${count}prompt_details.audio`),
    audioOutput: attributes.number(`${count}completion_details.audio`),
    cached: 'inside',
    reasoned: 'inside',
  })
}

function reasonsOf(answer: JsonRecord): string[] {
  const choices = Array.isArray(answer['choices']) ? answer['choices'] : [answer]
  return choices.flatMap((choice: unknown) => {
    const reason = isRecord(choice) ? firstText(choice, 'finish_reason', 'stop_reason') : ''
    return reason === '' ? [] : [reason]
  })
}

function withTools(parameters: JsonRecord, attributes: AttributeReader): Attributes {
  const { model: _model, messages: _messages, ...others } = parameters as Record<string, AttributeValue>
  const tools = attributes.tree('llm.tools.')
  return tools === undefined ? others : { ...others, tools: tools as AttributeValue }
}

function retrievedDocuments(attributes: AttributeReader): string[] {
  return listOf(attributes.tree('retrieval.documents.')).flatMap((item) => {
    const text = isRecord(item) ? textOf((recordOf(item['document']) ?? item)['content']) : ''
    return text === '' ? [] : [text]
  })
}

/** The instrumentations mark the first token of a stream with an event. */
function firstTokenMs(span: OtlpSpan): number | undefined {
  const event = span.events.find(({ name }) => name === 'First Token Stream Event')
  return event === undefined ? undefined : event.timeMs - span.startMs
}

/** Vectors are left out: they are large, nobody reads them, and what they are made of is the input. */
function readEmbedding(attributes: AttributeReader): LlmFacts {
  const embeddings = listOf(attributes.tree('embedding.embeddings.'))
  const texts = embeddings.flatMap((item) => {
    const text = isRecord(item) ? textOf((recordOf(item['embedding']) ?? item)['text']) : ''
    return text === '' ? [] : [text]
  })
  attributes.ignore('embedding.vector')
  const single = attributes.text('embedding.text') || attributes.text('input.value')
  return {
    operation: 'embeddings',
    provider: providerName(attributes.text('llm.provider') || attributes.text('llm.system')),
    requestModel: attributes.text('embedding.model_name', 'llm.model_name'),
    inputMessages: readMessages(texts.length > 0 ? texts : single, 'user'),
    usage: readUsage(attributes),
    parameters: (attributes.record('embedding.invocation_parameters') ?? {}) as Attributes,
  }
}
