import type { Attributes, SpanKind } from '../../model/span.ts'
import type { AttributeReader } from '../attribute-reader.ts'
import type { Dialect, LlmFacts, SpanFacts } from '../dialect.ts'
import { firstText, type JsonRecord, recordOf, textOf } from '../json-value.ts'
import { readMessages } from '../messages.ts'
import type { OtlpEvent, OtlpSpan } from '../otlp/otlp-span.ts'
import { providerName } from '../provider.ts'
import { readUsage } from '../usage.ts'

/**
 * LlamaIndex's own OpenTelemetry export: what happened stands in span events named after LlamaIndex's event classes
 * (`LLMChatStartEvent`, `RetrievalEndEvent`). Its OpenInference and GenAI exports are read by those dialects.
 */
export const llamaIndex: Dialect = {
  name: 'llama-index',
  recognises: (span) => span.events.some((event) => KINDS[event.name] !== undefined),
  read: readSpan,
}

const KINDS: Readonly<Record<string, SpanKind>> = {
  LLMChatStartEvent: 'llm',
  LLMChatEndEvent: 'llm',
  LLMCompletionStartEvent: 'llm',
  LLMCompletionEndEvent: 'llm',
  LLMPredictStartEvent: 'workflow',
  LLMPredictEndEvent: 'workflow',
  EmbeddingStartEvent: 'embedding',
  EmbeddingEndEvent: 'embedding',
  RetrievalStartEvent: 'retrieval',
  RetrievalEndEvent: 'retrieval',
  ReRankStartEvent: 'rerank',
  ReRankEndEvent: 'rerank',
  AgentToolCallEvent: 'tool',
  AgentRunStepStartEvent: 'agent',
  AgentRunStepEndEvent: 'agent',
  AgentChatWithStepStartEvent: 'agent',
  AgentChatWithStepEndEvent: 'agent',
  QueryStartEvent: 'workflow',
  QueryEndEvent: 'workflow',
  SynthesizeStartEvent: 'workflow',
  SynthesizeEndEvent: 'workflow',
}

function readSpan(span: OtlpSpan, _attributes: AttributeReader): SpanFacts {
  const events = span.events.filter((event) => KINDS[event.name] !== undefined)
  const start = fieldsOf(
    events.find((event) => event.name.endsWith('StartEvent') || event.name === 'AgentToolCallEvent'),
  )
  const end = fieldsOf(events.findLast((event) => event.name.endsWith('EndEvent')))
  const kind = KINDS[events[0]?.name ?? '']
  const isCall = kind === 'llm' || kind === 'embedding'
  return {
    kind,
    input: firstText(start, 'query', 'str_or_query_bundle', 'user_msg', 'input', 'arguments', 'template'),
    output: firstText(end, 'response', 'nodes', 'step_output', 'output'),
    llm: isCall ? readCall(kind, span, start, end) : undefined,
    usedEvents: isCall ? events : [],
  }
}

function fieldsOf(event: OtlpEvent | undefined): JsonRecord {
  return event?.attributes ?? {}
}

function readCall(kind: SpanKind, span: OtlpSpan, start: JsonRecord, end: JsonRecord): LlmFacts {
  const model = recordOf(start['model_dict']) ?? {}
  const response = recordOf(end['response'])
  const raw = recordOf(response?.['raw']) ?? {}
  const usage = recordOf(raw['usage']) ?? recordOf(response?.['additional_kwargs'])
  const first = span.events.find((event) => event.name === 'LLMChatInProgressEvent')
  return {
    operation: kind === 'embedding' ? 'embeddings' : 'chat',
    provider: providerName(firstText(model, 'provider', 'model_provider') || classOf(model)),
    requestModel: firstText(model, 'model_name', 'model', 'model_id'),
    responseModel: firstText(raw, 'model'),
    responseId: firstText(raw, 'id'),
    inputMessages: readMessages(start['messages'] ?? start['prompt'] ?? end['chunks'], 'user'),
    outputMessages: readMessages(response?.['message'] ?? response?.['text'] ?? end['response'], 'assistant'),
    usage: usage === undefined ? undefined : readUsage(usage),
    ttftMs: first === undefined ? undefined : first.timeMs - span.startMs,
    parameters: (recordOf(start['additional_kwargs']) ?? {}) as Attributes,
  }
}

/** `openai_llm`, `OpenAIEmbedding` → `openai`. */
function classOf(model: JsonRecord): string {
  return textOf(model['class_name'])
    .toLowerCase()
    .replace(/_?(llm|embedding)$/, '')
}
