import type { Attributes, SpanKind, TokenUsage } from '../../model/span.ts'
import type { AttributeReader } from '../attribute-reader.ts'
import type { Dialect, LlmFacts, SpanFacts } from '../dialect.ts'
import { firstNumber, type JsonRecord, numberOf, textOf } from '../json-value.ts'
import { readMessages } from '../messages.ts'
import type { OtlpSpan } from '../otlp/otlp-span.ts'
import { readUsage, usageOf } from '../usage.ts'

/** Langfuse's SDKs (v3 of Python, v4 of JavaScript): https://langfuse.com/integrations/native/opentelemetry#property-mapping */
export const langfuse: Dialect = {
  name: 'langfuse',
  recognises: (_span, attributes) => attributes.hasPrefix('langfuse.'),
  read: readSpan,
}

const KINDS: Readonly<Record<string, SpanKind>> = {
  generation: 'llm',
  embedding: 'embedding',
  agent: 'agent',
  tool: 'tool',
  chain: 'workflow',
  retriever: 'retrieval',
  guardrail: 'guardrail',
  evaluator: 'evaluator',
}

function readSpan(span: OtlpSpan, attributes: AttributeReader): SpanFacts {
  const type = attributes.text('langfuse.observation.type').toLowerCase()
  const model = attributes.text('langfuse.observation.model.name')
  // The first versions wrote generations as spans.
  const kind = KINDS[type] ?? (model === '' ? undefined : 'llm')
  const input = attributes.value('langfuse.observation.input', 'langfuse.trace.input')
  const output = attributes.value('langfuse.observation.output', 'langfuse.trace.output')
  const isCall = kind === 'llm' || kind === 'embedding'
  return {
    kind,
    sessionId: attributes.text('session.id', 'langfuse.session.id', 'langfuse.trace.session_id'),
    userId: attributes.text('user.id', 'langfuse.user.id', 'langfuse.trace.user_id'),
    input: isCall ? '' : textOf(input),
    output: isCall ? '' : textOf(output),
    llm: {
      ...readCall(span, attributes),
      requestModel: model,
      inputMessages: readMessages(input, 'user'),
      outputMessages: readMessages(output, 'assistant'),
    },
  }
}

function readCall(span: OtlpSpan, attributes: AttributeReader): LlmFacts {
  const failed = attributes.text('langfuse.observation.level').toUpperCase() === 'ERROR'
  const ttftMs = readTtft(span, attributes)
  const cost = attributes.record('langfuse.observation.cost_details') ?? {}
  return {
    usage: usageOfDetails(attributes.record('langfuse.observation.usage_details')),
    parameters: (attributes.record('langfuse.observation.model.parameters') ?? {}) as Attributes,
    ttftMs,
    streamed: ttftMs === undefined ? undefined : true,
    errorType: failed ? 'error' : '',
    errorMessage: attributes.text('langfuse.observation.status_message'),
    reportedCostUsd: firstNumber(cost, 'total') ?? sumOf(cost),
    promptName: attributes.text('langfuse.observation.prompt.name', 'langfuse.prompt.name'),
    promptVersion: attributes.text('langfuse.observation.prompt.version', 'langfuse.prompt.version'),
    feature: attributes.text('langfuse.trace.metadata.feature', 'langfuse.observation.metadata.feature'),
  }
}

/** An ISO time, in older versions as a JSON text. */
function readTtft(span: OtlpSpan, attributes: AttributeReader): number | undefined {
  const text = attributes.text('langfuse.observation.completion_start_time').replaceAll('"', '')
  const timeMs = Date.parse(text)
  return Number.isNaN(timeMs) ? undefined : timeMs - span.startMs
}

function sumOf(costs: JsonRecord): number | undefined {
  const values = Object.values(costs).map(numberOf)
  const known = values.filter((value) => value !== undefined)
  return known.length === 0 ? undefined : known.reduce((sum, value) => sum + value, 0)
}

/**
 * The types of usage exclude each other: `input` stands beside `input_cached_tokens`, `output` beside
 * `output_reasoning_tokens`; where `total` says otherwise it decides. A provider's own usage object is taken too.
 */
function usageOfDetails(details: JsonRecord | undefined): TokenUsage | undefined {
  if (details === undefined) return undefined
  if (details['input'] === undefined && details['output'] === undefined) return readUsage(details)
  return usageOf({
    input: numberOf(details['input']),
    output: numberOf(details['output']),
    total: numberOf(details['total']),
    cacheRead: firstNumber(
      details,
      'input_cached_tokens',
      'input_cache_read',
      'cache_read_input_tokens',
      'cached_tokens',
    ),
    cacheWrite: firstNumber(details, 'input_cache_creation', 'input_cache_write', 'cache_creation_input_tokens'),
    reasoning: firstNumber(details, 'output_reasoning_tokens', 'output_reasoning', 'reasoning_tokens'),
    audioInput: firstNumber(details, 'input_audio_tokens', 'input_audio'),
    audioOutput: firstNumber(details, 'output_audio_tokens', 'output_audio'),
    cached: 'beside',
    reasoned: 'beside',
  })
}
