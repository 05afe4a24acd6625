import { EMBEDDING, EmbeddingError, projected } from '../model/embedding.ts'
import type {
  Attributes,
  AttributeValue,
  LlmCall,
  Message,
  RequestSource,
  Span,
  SpanKind,
  SpanStatus,
  TokenUsage,
} from '../model/span.ts'
import { NO_USAGE, textOf } from '../model/span.ts'
import { AttributeReader } from './attribute-reader.ts'
import type { Dialect, LlmFacts, SpanFacts } from './dialect.ts'
import { awsBedrock } from './dialects/aws-bedrock.ts'
import { crewAi } from './dialects/crewai.ts'
import { googleAdk } from './dialects/google-adk.ts'
import { langfuse } from './dialects/langfuse.ts'
import { langSmith } from './dialects/langsmith.ts'
import { liveKit } from './dialects/livekit.ts'
import { llamaIndex } from './dialects/llama-index.ts'
import { mlflow } from './dialects/mlflow.ts'
import { openInference } from './dialects/openinference.ts'
import { openLlmetry } from './dialects/openllmetry.ts'
import { otelGenAi } from './dialects/otel-genai.ts'
import { pydanticAi } from './dialects/pydantic-ai.ts'
import { tetrascope } from './dialects/tetrascope.ts'
import { vercelAi } from './dialects/vercel-ai.ts'
import { vertexAi } from './dialects/vertex-ai.ts'
import { textOf as textOfValue } from './json-value.ts'
import type { OtlpEvent, OtlpSpan } from './otlp/otlp-span.ts'
import { mergedUsage } from './usage.ts'

/** From the most particular to the most general: where two say the same, the earlier one counts. */
const DIALECTS: readonly Dialect[] = [
  tetrascope,
  langfuse,
  vercelAi,
  liveKit,
  googleAdk,
  pydanticAi,
  mlflow,
  langSmith,
  openInference,
  llamaIndex,
  vertexAi,
  awsBedrock,
  openLlmetry,
  otelGenAi,
  crewAi,
]

const EXCEPTION = 'exception'

/** Reads what a span says in all the dialects that recognise it. What none understands is kept as attributes. */
export function readSpan(span: OtlpSpan, source: RequestSource = 'otlp'): Span {
  const attributes = new AttributeReader(span.attributes)
  const facts: SpanFacts[] = []
  for (const dialect of DIALECTS) {
    if (dialect.recognises(span, attributes)) facts.push(dialect.read(span, attributes))
  }
  const kind = firstSaid<SpanKind>(facts, (fact) => (fact.kind === 'other' ? undefined : fact.kind)) ?? 'other'
  const sessionId = said(facts, (fact) => fact.sessionId) || attributes.text(...SESSION_NAMES)
  const userId = said(facts, (fact) => fact.userId) || attributes.text(...USER_NAMES)
  const error = errorOf(span, attributes)
  const llm = mergedCall(facts)
  const parts =
    kind === 'llm' || kind === 'embedding'
      ? callParts(facts, attributes, completed(llm, kind, error, source))
      : otherParts(span, facts, llm)
  return {
    traceId: span.traceId,
    spanId: span.spanId,
    parentSpanId: span.parentSpanId === ROOT ? '' : span.parentSpanId,
    name: span.name,
    kind,
    startMs: span.startMs,
    endMs: span.endMs,
    status: error.status,
    statusMessage: error.message,
    service: textOfAttribute(span.resource.attributes['service.name']),
    sessionId,
    userId,
    attributes: withTransport(parts.attributes, span),
    resource: span.resource.attributes,
    events: unusedEvents(span, facts),
    input: parts.input,
    output: parts.output,
    llm: parts.llm,
  }
}

const SESSION_NAMES = ['session.id', 'session_id', 'gen_ai.conversation.id', 'thread.id', 'conversation.id', 'chat.id']
const USER_NAMES = ['user.id', 'enduser.id', 'user_id', 'user.name', 'user.email']

/** Some exporters write eight zero bytes for "no parent". */
const ROOT = '0000000000000000'

function textOfAttribute(value: AttributeValue | undefined): string {
  return typeof value === 'string' ? value : ''
}

interface Parts {
  readonly attributes: Record<string, AttributeValue>
  readonly input: string
  readonly output: string
  readonly llm: LlmCall | undefined
}

function callParts(facts: readonly SpanFacts[], attributes: AttributeReader, llm: LlmCall): Parts {
  // Where the messages are known the raw input and output say the same once more.
  const input = llm.inputMessages.length > 0 ? '' : said(facts, (fact) => fact.input)
  const output = llm.outputMessages.length > 0 ? '' : said(facts, (fact) => fact.output)
  return { llm, input, output, attributes: withProjection(attributes.rest()) }
}

/** Keeps of an embedding what is compared; one that cannot be read stays as it was sent. */
function withProjection(attributes: Record<string, AttributeValue>): Record<string, AttributeValue> {
  const vector = attributes[EMBEDDING]
  if (!Array.isArray(vector)) return attributes
  try {
    return { ...attributes, [EMBEDDING]: { ...projected(vector) } }
  } catch (error) {
    if (error instanceof EmbeddingError) return attributes
    throw error
  }
}

/** A span that is no call has no place for model, usage and messages: it keeps all its attributes beside its input and output. */
function otherParts(span: OtlpSpan, facts: readonly SpanFacts[], llm: LlmFacts): Parts {
  const input = said(facts, (fact) => fact.input) || textOf(llm.inputMessages ?? [])
  const output = said(facts, (fact) => fact.output) || textOf(llm.outputMessages ?? [])
  const kept = Object.entries(span.attributes).filter(
    ([, value]) => typeof value !== 'string' || value === '' || (value !== input && value !== output),
  )
  return { llm: undefined, input, output, attributes: Object.fromEntries(kept) }
}

/** Adds what OTLP says about a span beside its attributes, in the names that OpenTelemetry gives it for other formats. */
function withTransport(attributes: Record<string, AttributeValue>, span: OtlpSpan): Attributes {
  if (span.role !== '') attributes['span.kind'] = span.role
  if (span.scope.name !== '') attributes['otel.scope.name'] = span.scope.name
  if (span.scope.version !== '') attributes['otel.scope.version'] = span.scope.version
  if (span.traceState !== '') attributes['otel.trace_state'] = span.traceState
  if (span.links.length > 0) attributes['otel.links'] = span.links.map((link) => ({ ...link }))
  if (span.dropped > 0) attributes['otel.dropped_count'] = span.dropped
  return attributes
}

function unusedEvents(span: OtlpSpan, facts: readonly SpanFacts[]): readonly OtlpEvent[] {
  if (span.events.length === 0) return span.events
  const used = new Set(facts.flatMap((fact) => fact.usedEvents ?? []))
  return used.size === 0 ? span.events : span.events.filter((event) => !used.has(event))
}

function firstSaid<T>(facts: readonly SpanFacts[], read: (fact: SpanFacts) => T | undefined): T | undefined {
  for (const fact of facts) {
    const value = read(fact)
    if (!isNothing(value)) return value
  }
  return undefined
}

function said(facts: readonly SpanFacts[], read: (fact: SpanFacts) => string | undefined): string {
  return firstSaid(facts, read) ?? ''
}

interface SpanError {
  readonly status: SpanStatus
  readonly type: string
  readonly message: string
}

/** A recorded exception is an error only when the span failed: libraries also record those they got over. */
function errorOf(span: OtlpSpan, attributes: AttributeReader): SpanError {
  const type = attributes.text('error.type')
  if (span.status !== 'error' && type === '') return { status: span.status, type: '', message: span.statusMessage }
  const exception = span.events.findLast((event) => event.name === EXCEPTION)?.attributes ?? {}
  const httpStatus = attributes.peek('http.response.status_code') ?? attributes.peek('http.status_code')
  return {
    status: 'error',
    type: type || textOfAttribute(exception['exception.type']) || textOfValue(httpStatus) || 'error',
    message: span.statusMessage || attributes.text('error.message') || textOfAttribute(exception['exception.message']),
  }
}

/** Field by field the first dialect that says something; token counts one by one, since all are in the same convention. */
function mergedCall(facts: readonly SpanFacts[]): LlmFacts {
  const calls = facts.flatMap((fact) => (fact.llm === undefined ? [] : [fact.llm]))
  const [first] = calls
  if (first === undefined || calls.length === 1) return first ?? {}
  const merged: Record<string, unknown> = {}
  for (const call of calls) {
    for (const [name, value] of Object.entries(call)) {
      if (name !== 'usage' && name !== 'parameters' && isNothing(merged[name])) merged[name] = value
    }
  }
  const usages = calls.flatMap((call) => (call.usage === undefined ? [] : [call.usage]))
  return {
    ...(merged as LlmFacts),
    usage: usages.reduce<TokenUsage>(mergedUsage, NO_USAGE),
    parameters: calls.reduceRight<Attributes>((all, call) => ({ ...all, ...call.parameters }), {}),
  }
}

function isNothing(value: unknown): boolean {
  return value === undefined || value === '' || (Array.isArray(value) && value.length === 0)
}

function completed(facts: LlmFacts, kind: SpanKind, error: SpanError, source: RequestSource): LlmCall {
  const inputMessages = facts.inputMessages ?? []
  const ttftMs = facts.ttftMs !== undefined && facts.ttftMs >= 0 ? facts.ttftMs : undefined
  const errorType = facts.errorType || error.type
  return {
    operation: facts.operation ?? (kind === 'embedding' ? 'embeddings' : 'other'),
    provider: facts.provider ?? '',
    requestModel: facts.requestModel ?? '',
    responseModel: facts.responseModel ?? '',
    responseId: facts.responseId ?? '',
    inputMessages,
    outputMessages: facts.outputMessages ?? [],
    usage: consistent(facts.usage ?? NO_USAGE),
    parameters: facts.parameters ?? {},
    finishReasons: facts.finishReasons ?? [],
    streamed: facts.streamed ?? ttftMs !== undefined,
    ttftMs,
    errorType,
    errorMessage: errorType === '' ? '' : facts.errorMessage || error.message,
    reportedCostUsd: facts.reportedCostUsd,
    promptName: facts.promptName ?? '',
    promptVersion: facts.promptVersion ?? '',
    feature: facts.feature ?? '',
    source: facts.source ?? source,
    context: isNothing(facts.context) ? toolResultsIn(inputMessages) : (facts.context ?? []),
  }
}

/** Counts of different dialects put together may still break "a part is not larger than the whole". */
function consistent(usage: TokenUsage): TokenUsage {
  const cache = (usage.cacheReadTokens ?? 0) + (usage.cacheWriteTokens ?? 0)
  if (usage.inputTokens === undefined || cache <= usage.inputTokens) return usage
  return { ...usage, inputTokens: usage.inputTokens + cache }
}

function toolResultsIn(messages: readonly Message[]): string[] {
  return messages.flatMap((message) =>
    message.parts.flatMap((part) => (part.type === 'tool_result' && part.content !== '' ? [part.content] : [])),
  )
}
