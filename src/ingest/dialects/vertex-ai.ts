import type { AttributeReader } from '../attribute-reader.ts'
import type { Dialect, LlmFacts, SpanFacts } from '../dialect.ts'
import { firstText, isRecord, type JsonRecord, listOf, recordOf, textOf } from '../json-value.ts'
import { readMessages } from '../messages.ts'
import { readUsage } from '../usage.ts'

/**
 * Google's Gemini and Vertex shapes: bodies of `generateContent` in `gcp.gen_ai.*` or `gen_ai.request.contents`, usage under
 * Google's own names (`promptTokenCount`).
 */
export const vertexAi: Dialect = {
  name: 'vertex-ai',
  recognises: (_span, attributes) =>
    attributes.hasPrefix('gcp.gen_ai.') ||
    attributes.hasPrefix('gcp.vertex_ai.') ||
    attributes.has('gen_ai.request.contents', 'gen_ai.usage_metadata', 'gen_ai.usage.promptTokenCount'),
  read: (_span, attributes) => readSpan(attributes),
}

function readSpan(attributes: AttributeReader): SpanFacts {
  const request = attributes.record('gcp.gen_ai.request', 'gcp.vertex_ai.request') ?? {}
  const answer = attributes.record('gcp.gen_ai.response', 'gcp.vertex_ai.response') ?? {}
  const contents = attributes.structure('gen_ai.request.contents') ?? request['contents']
  const isCall = contents !== undefined || answer['candidates'] !== undefined
  return { kind: isCall ? 'llm' : undefined, llm: readCall(attributes, request, answer, contents) }
}

function readCall(attributes: AttributeReader, request: JsonRecord, answer: JsonRecord, contents: unknown): LlmFacts {
  const system = request['systemInstruction'] ?? request['system_instruction']
  const counts = {
    ...recordOf(answer['usageMetadata']),
    ...attributes.record('gen_ai.usage_metadata'),
    ...flatCounts(attributes),
  }
  return {
    requestModel: firstText(request, 'model'),
    responseModel: firstText(answer, 'modelVersion'),
    responseId: firstText(answer, 'responseId'),
    inputMessages: contents === undefined ? [] : readMessages({ contents, systemInstruction: system }, 'user'),
    outputMessages: answer['candidates'] === undefined ? [] : readMessages(answer, 'assistant'),
    usage: readUsage(counts),
    finishReasons: listOf(answer['candidates']).flatMap((candidate) => {
      const reason = isRecord(candidate) ? textOf(candidate['finishReason']) : ''
      return reason === '' ? [] : [reason]
    }),
  }
}

const COUNTS = ['promptTokenCount', 'candidatesTokenCount', 'thoughtsTokenCount', 'cachedContentTokenCount']

function flatCounts(attributes: AttributeReader): JsonRecord {
  const entries = COUNTS.map((name) => [name, attributes.number(`gen_ai.usage.${name}`)] as const)
  return Object.fromEntries(entries.filter(([, value]) => value !== undefined))
}
