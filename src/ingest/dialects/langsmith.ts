import type { SpanKind } from '../../model/span.ts'
import type { AttributeReader } from '../attribute-reader.ts'
import type { Dialect, LlmFacts, SpanFacts } from '../dialect.ts'
import { firstText, isRecord, type JsonRecord, listOf, recordOf, textOf } from '../json-value.ts'
import { readMessages } from '../messages.ts'
import { readUsage } from '../usage.ts'

/** LangSmith's OpenTelemetry export: https://docs.langchain.com/langsmith/trace-with-opentelemetry */
export const langSmith: Dialect = {
  name: 'langsmith',
  recognises: (_span, attributes) => attributes.hasPrefix('langsmith.'),
  read: (_span, attributes) => readSpan(attributes),
}

const KINDS: Readonly<Record<string, SpanKind>> = {
  llm: 'llm',
  embedding: 'embedding',
  chain: 'workflow',
  tool: 'tool',
  retriever: 'retrieval',
  prompt: 'prompt',
  parser: 'other',
}

function readSpan(attributes: AttributeReader): SpanFacts {
  const kind = KINDS[attributes.text('langsmith.span.kind').toLowerCase()]
  const metadata = attributes.below('langsmith.metadata.')
  const prompt = attributes.peek('gen_ai.prompt') ?? attributes.peek('input.value')
  const completion = attributes.peek('gen_ai.completion') ?? attributes.peek('output.value')
  const isCall = kind === 'llm' || kind === 'embedding'
  attributes.value('gen_ai.prompt', 'gen_ai.completion')
  return {
    kind,
    // `langsmith.trace.session_id` names a project; a conversation is in the metadata.
    sessionId: firstText(metadata, 'session_id', 'thread_id', 'conversation_id'),
    userId: firstText(metadata, 'user_id', 'user'),
    input: isCall ? '' : textOf(prompt),
    output: isCall ? '' : textOf(completion),
    llm: {
      ...readCall(attributes, metadata, recordOf(completion) ?? {}),
      inputMessages: readMessages(prompt, 'user'),
      outputMessages: readMessages(completion, 'assistant'),
    },
  }
}

function readCall(attributes: AttributeReader, metadata: JsonRecord, outputs: JsonRecord): LlmFacts {
  const usage = usageIn(outputs)
  return {
    requestModel: firstText(metadata, 'ls_model_name'),
    provider: firstText(metadata, 'ls_provider'),
    usage: usage === undefined ? undefined : readUsage(usage),
    streamed: attributes.flag('langsmith.request.streaming'),
    // The exporter joins several reasons with commas.
    finishReasons: attributes
      .text('gen_ai.response.finish_reasons')
      .split(/,\s*/)
      .filter((reason) => reason !== ''),
    feature: firstText(metadata, 'feature'),
    promptName: firstText(metadata, 'lc_hub_repo'),
    promptVersion: firstText(metadata, 'lc_hub_commit_hash'),
  }
}

/** LangChain puts the counts of a call into `usage_metadata`, of a message or of the answer. */
function usageIn(outputs: JsonRecord): JsonRecord | undefined {
  const direct = recordOf(outputs['usage_metadata']) ?? recordOf(outputs['usage'])
  if (direct !== undefined) return direct
  const generations = listOf(outputs['generations']).flat()
  for (const item of [...generations, ...Object.values(outputs)]) {
    const message = isRecord(item) ? (recordOf(item['message']) ?? item) : undefined
    const found = recordOf(message?.['usage_metadata']) ?? recordOf(recordOf(message?.['kwargs'])?.['usage_metadata'])
    if (found !== undefined) return found
  }
  return undefined
}
