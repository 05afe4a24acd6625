import type { Attributes, AttributeValue, Message, SpanKind } from '../../model/span.ts'
import type { AttributeReader } from '../attribute-reader.ts'
import type { Dialect, LlmFacts, SpanFacts } from '../dialect.ts'
import { firstNumber, firstText, isRecord, type JsonRecord, listOf, recordOf, textOf } from '../json-value.ts'
import { readToolCall } from '../message-parts.ts'
import { messagesOf, readMessages } from '../messages.ts'
import type { OtlpSpan } from '../otlp/otlp-span.ts'
import { providerName } from '../provider.ts'
import { usageOf } from '../usage.ts'

/**
 * Vercel's AI SDK, versions 3 to 6: https://ai-sdk.dev/docs/ai-sdk-core/telemetry. The outer span (`ai.generateText`) sums up
 * its inner calls (`ai.generateText.doGenerate`), which are the requests; else every token would count twice.
 */
export const vercelAi: Dialect = {
  name: 'vercel-ai',
  recognises: (_span, attributes) =>
    attributes.has('ai.operationId') || textOf(attributes.peek('operation.name')).startsWith('ai.'),
  read: readSpan,
}

const KINDS: Readonly<Record<string, SpanKind>> = {
  'ai.generateText': 'agent',
  'ai.streamText': 'agent',
  'ai.generateObject': 'agent',
  'ai.streamObject': 'agent',
  'ai.embed': 'workflow',
  'ai.embedMany': 'workflow',
  'ai.rerank': 'workflow',
  'ai.generateText.doGenerate': 'llm',
  'ai.streamText.doStream': 'llm',
  'ai.generateObject.doGenerate': 'llm',
  'ai.streamObject.doStream': 'llm',
  'ai.embed.doEmbed': 'embedding',
  'ai.embedMany.doEmbed': 'embedding',
  'ai.rerank.doRerank': 'rerank',
  'ai.toolCall': 'tool',
}

function readSpan(_span: OtlpSpan, attributes: AttributeReader): SpanFacts {
  const operation = attributes.text('ai.operationId') || (attributes.text('operation.name').split(' ')[0] ?? '')
  attributes.ignore('operation.name', 'resource.name')
  const kind = KINDS[operation] ?? 'other'
  const metadata = attributes.below('ai.telemetry.metadata.')
  const common = {
    kind,
    sessionId: firstText(metadata, 'sessionId', 'session_id', 'threadId', 'thread_id', 'chatId'),
    userId: firstText(metadata, 'userId', 'user_id', 'user'),
  }
  if (kind === 'tool') return { ...common, ...readTool(attributes) }
  if (kind === 'embedding') return { ...common, llm: readEmbedding(attributes, metadata) }
  return { ...common, ...readTexts(kind, attributes), llm: readCall(attributes, metadata) }
}

function readTool(attributes: AttributeReader): SpanFacts {
  return {
    input: attributes.text('ai.toolCall.args', 'ai.toolCall.input'),
    output: attributes.text('ai.toolCall.result', 'ai.toolCall.output'),
  }
}

/** The outer span gives the prompt as it was handed in, in a wrapper. */
function readTexts(kind: SpanKind, attributes: AttributeReader): SpanFacts {
  if (kind === 'llm') return {}
  return {
    input: attributes.text('ai.prompt', 'ai.value', 'ai.values'),
    output: attributes.text('ai.response.text', 'ai.response.object', 'ai.result.text', 'ai.result.object'),
  }
}

function readCall(attributes: AttributeReader, metadata: JsonRecord): LlmFacts {
  const ttftMs = attributes.number('ai.response.msToFirstChunk', 'ai.stream.msToFirstChunk')
  const provider = attributes.text('ai.model.provider')
  const vendor = recordOf(attributes.peek('ai.response.providerMetadata')) ?? {}
  const prompt = promptOf(metadata)
  attributes.ignore('ai.response.timestamp', 'ai.response.msToFinish', 'ai.response.avgOutputTokensPerSecond')
  return {
    operation: 'chat',
    provider: providerName(provider),
    requestModel: attributes.text('ai.model.id'),
    responseModel: attributes.text('ai.response.model'),
    responseId: attributes.text('ai.response.id'),
    inputMessages: readInput(attributes),
    outputMessages: readOutput(attributes),
    usage: readUsage(attributes, vendor),
    finishReasons: attributes.texts('ai.response.finishReason', 'ai.finishReason', 'gen_ai.finishReason'),
    streamed: ttftMs !== undefined ? true : undefined,
    ttftMs,
    promptName: prompt.name,
    promptVersion: prompt.version,
    feature: firstText(metadata, 'feature') || attributes.text('ai.telemetry.functionId'),
    parameters: readParameters(attributes, metadata, vendor),
  }
}

/** Langfuse's integration names the prompt in the metadata. */
function promptOf(metadata: JsonRecord): { name: string; version: string } {
  const linked = recordOf(metadata['langfusePrompt']) ?? {}
  return {
    name: firstText(metadata, 'promptName') || firstText(linked, 'name'),
    version: firstText(metadata, 'promptVersion') || firstText(linked, 'version'),
  }
}

function readInput(attributes: AttributeReader): Message[] {
  const messages = readMessages(attributes.value('ai.prompt.messages'), 'user')
  return messages.length > 0 ? messages : readMessages(attributes.value('ai.prompt'), 'user')
}

function readOutput(attributes: AttributeReader): Message[] {
  const reasoning = attributes.text('ai.response.reasoning')
  const text = attributes.text('ai.response.text', 'ai.response.object', 'ai.result.text', 'ai.result.object')
  const calls = listOf(attributes.value('ai.response.toolCalls', 'ai.result.toolCalls'))
  const parts: Message['parts'] = [
    ...(reasoning === '' ? [] : [{ type: 'reasoning', text: reasoning } as const]),
    ...(text === '' ? [] : [{ type: 'text', text } as const]),
    ...calls.flatMap((call) => (isRecord(call) ? readToolCall(call) : [])),
  ]
  return parts.length === 0 ? [] : [{ role: 'assistant', parts }]
}

/**
 * From version 6 on `inputTokens` is the total. Before, it was what the provider reports: without the cache for Anthropic and
 * Bedrock, as the provider's own usage in the metadata shows.
 */
function readUsage(attributes: AttributeReader, vendor: JsonRecord): LlmFacts['usage'] {
  const own =
    recordOf(recordOf(vendor['anthropic'])?.['usage']) ?? recordOf(recordOf(vendor['bedrock'])?.['usage']) ?? {}
  const openai = recordOf(vendor['openai']) ?? {}
  const input = attributes.number(
    'ai.usage.inputTokens',
    'ai.usage.promptTokens',
    'ai.usage.tokens',
    'gen_ai.usage.input_tokens',
  )
  const vendorInput = firstNumber(own, 'input_tokens', 'inputTokens')
  const details = 'ai.usage.inputTokenDetails.'
  const isTotal = attributes.has(`${details}noCacheTokens`) || vendorInput === undefined || vendorInput !== input
  return usageOf({
    input,
    output: attributes.number('ai.usage.outputTokens', 'ai.usage.completionTokens', 'gen_ai.usage.output_tokens'),
    total: attributes.number('ai.usage.totalTokens'),
    cacheRead:
      attributes.number(`${details}cacheReadTokens`, 'ai.usage.cachedInputTokens') ??
      firstNumber(own, 'cache_read_input_tokens', 'cacheReadInputTokens') ??
      firstNumber(openai, 'cachedPromptTokens'),
    cacheWrite:
      attributes.number(`${details}cacheWriteTokens`) ??
      firstNumber(own, 'cache_creation_input_tokens', 'cacheWriteInputTokens', 'cacheCreationInputTokens'),
    reasoning:
      attributes.number('ai.usage.outputTokenDetails.reasoningTokens', 'ai.usage.reasoningTokens') ??
      firstNumber(openai, 'reasoningTokens'),
    cached: isTotal ? 'inside' : 'beside',
    reasoned: 'inside',
  })
}

/** Settings, tools, the service tier that was used, and the metadata of the application. */
function readParameters(attributes: AttributeReader, metadata: JsonRecord, vendor: JsonRecord): Attributes {
  const tools = attributes.structure('ai.prompt.tools')
  const tier = firstText(recordOf(vendor['openai']) ?? {}, 'serviceTier')
  return {
    ...attributes.below('ai.settings.'),
    ...(Object.keys(metadata).length === 0 ? {} : { metadata: metadata as Attributes }),
    ...(tools === undefined ? {} : { tools: tools as AttributeValue }),
    ...(tier === '' || tier === 'default' ? {} : { service_tier: tier }),
  }
}

/** Values are JSON texts; vectors are left out: they are large, and what they are made of is the input. */
function readEmbedding(attributes: AttributeReader, metadata: JsonRecord): LlmFacts {
  const values = attributes.texts('ai.values', 'ai.value').map(unquoted)
  attributes.ignore('ai.embeddings', 'ai.embedding')
  return {
    operation: 'embeddings',
    provider: providerName(attributes.text('ai.model.provider')),
    requestModel: attributes.text('ai.model.id'),
    inputMessages: values.length === 0 ? [] : (messagesOf(values, 'user') ?? []),
    usage: usageOf({ input: attributes.number('ai.usage.tokens'), cached: 'inside', reasoned: 'inside' }),
    feature: firstText(metadata, 'feature') || attributes.text('ai.telemetry.functionId'),
    parameters: readParameters(attributes, metadata, {}),
  }
}

function unquoted(text: string): string {
  if (!text.startsWith('"')) return text
  try {
    return textOf(JSON.parse(text))
  } catch {
    return text
  }
}
