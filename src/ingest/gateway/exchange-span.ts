import { createHash } from 'node:crypto'
import { NO_USAGE, type Attributes, type LlmCall, type Span } from '../../model/span.ts'
import { attributeValueOf, firstText, isRecord, listOf, recordOf, textOf, type JsonRecord } from '../json-value.ts'
import { readMessages } from '../messages.ts'
import { providerName } from '../provider.ts'
import { readUsage } from '../usage.ts'
import { headerOf, type Exchange } from './exchange.ts'
import { readAwsEvents } from './aws-event-stream.ts'
import { answerJson, plainChunks, requestJson } from './exchange-body.ts'
import { errorOf } from './exchange-error.ts'
import { frameOf, pathOf, type SpanIds } from './exchange-frame.ts'
import { spanOfRerank } from './rerank-span.ts'
import { readEvents, type TimedEvent } from './server-sent-events.ts'
import { alephAlpha } from './wire/aleph-alpha.ts'
import { anthropic } from './wire/anthropic.ts'
import { bedrock } from './wire/bedrock.ts'
import { cohere } from './wire/cohere.ts'
import { dashscope } from './wire/dashscope.ts'
import { gemini } from './wire/gemini.ts'
import { ollama } from './wire/ollama.ts'
import { azureDeployment, openai } from './wire/openai.ts'
import { replicate } from './wire/replicate.ts'
import { textGenerationInference } from './wire/text-generation-inference.ts'
import { watsonx } from './wire/watsonx.ts'
import type { Prediction, WireFormat } from './wire-format.ts'

/** The first whose path it is; those with paths of their own come before those whose paths others share. */
const FORMATS: readonly WireFormat[] = [
  bedrock,
  watsonx,
  dashscope,
  anthropic,
  gemini,
  ollama,
  openai,
  cohere,
  replicate,
  alephAlpha,
  textGenerationInference,
]

/** Fields of a call's body that are its messages, not its parameters. */
const CONTENT_FIELDS = new Set([
  'messages',
  'prompt',
  'input',
  'contents',
  'system',
  'system_instruction',
  'systemInstruction',
  'instructions',
  'model',
  'stream',
])

/** The span of a model call or a rerank; undefined for calls that are neither (lists of models, files ...), which are passed on all the same. */
export function spanOfExchange(exchange: Exchange, ids: SpanIds): Span | undefined {
  const path = pathOf(exchange)
  const format = FORMATS.find((candidate) => candidate.operationOf(path) !== undefined)
  const operation = format?.operationOf(path)
  if (format === undefined || operation === undefined) return spanOfRerank(exchange, ids)
  const body = recordOfJson(requestJson(exchange))
  const known = { exchange, format, operation, request: format.readCall?.(body) ?? body }
  const answer = readAnswer(exchange, format)
  return format.predictionOf === undefined
    ? spanOf({ ...known, answer }, ids)
    : spanOfPrediction({ ...known, answer }, format.predictionOf(known.request, answer.body), ids)
}

function spanOf(known: Known, ids: SpanIds): Span {
  const { exchange, operation } = known
  const llm = llmCall(known)
  const frame = frameOf(exchange, ids)
  return {
    ...frame,
    name: `${operation} ${llm.requestModel}`.trim(),
    kind: operation === 'embeddings' ? 'embedding' : 'llm',
    status: llm.errorType === '' ? 'ok' : 'error',
    statusMessage: llm.errorMessage,
    userId: frame.userId || userOf(known.request),
    input: '',
    output: '',
    llm,
  }
}

/**
 * A call that began something and was refused, one that waited for the outcome, or one that asked for it: the last has the times of the
 * whole, as it says itself. Whoever asks again is told the same, so that the span is the same in its trace.
 */
function spanOfPrediction(known: Known, told: Prediction | undefined, ids: SpanIds): Span | undefined {
  const { exchange } = known
  const begins = exchange.requestBody.length > 0
  if (told === undefined)
    return begins && errorOf(exchange, known.answer.body).errorType !== '' ? spanOf(known, ids) : undefined
  const newIds = told.id === '' ? ids : idsFrom(told.id)
  if (begins) return spanOf(known, newIds)
  const span = spanOf({ ...known, request: told.call }, newIds)
  if (span.llm === undefined) return span
  return {
    ...span,
    startMs: told.startMs ?? span.startMs,
    endMs: told.endMs ?? span.endMs,
    llm: { ...span.llm, ttftMs: told.ttftMs },
  }
}

function idsFrom(id: string): SpanIds {
  const hash = createHash('sha256').update(id).digest('hex')
  return { newTraceId: () => hash.slice(0, 32), newSpanId: () => hash.slice(32, 48) }
}

/** The answer's body, put together when it was streamed, and when its first token came. */
interface Answer {
  readonly body: JsonRecord
  readonly streamed: boolean
  readonly firstTokenMs: number | undefined
}

function readAnswer(exchange: Exchange, format: WireFormat): Answer {
  const type = headerOf(exchange.responseHeaders, 'content-type')
  const streamed = /event-?stream|ndjson|stream\+json/.test(type)
  const inOwnWords = (body: JsonRecord) => format.readAnswer?.(body, exchange.responseHeaders) ?? body
  if (!streamed) return { body: inOwnWords(wholeBody(exchange, format)), streamed, firstTokenMs: undefined }
  const chunks = plainChunks(exchange)
  const events = type.includes('vnd.amazon.eventstream') ? readAwsEvents(chunks) : readEvents(chunks)
  const first: TimedEvent | undefined = events.find(({ data }) => format.carriesToken(data))
  const body = inOwnWords(format.assemble(events.map(({ data }) => data)))
  return { body, streamed, firstTokenMs: first?.timeMs }
}

/** Gemini writes its stream as one JSON list unless server-sent events are asked for; text-generation-inference lists its one answer. */
function wholeBody(exchange: Exchange, format: WireFormat): JsonRecord {
  const body = answerJson(exchange)
  if (!Array.isArray(body)) return recordOfJson(body)
  const items = body.filter(isRecord)
  return items.length === 1 ? (items[0] ?? {}) : format.assemble(items)
}

interface Known {
  readonly exchange: Exchange
  readonly format: WireFormat
  readonly operation: LlmCall['operation']
  readonly request: JsonRecord
  readonly answer: Answer
}

function llmCall({ exchange, format, operation, request, answer }: Known): LlmCall {
  const { body } = answer
  return {
    operation,
    provider: providerName(providerOf(exchange, format)),
    requestModel: textOf(request['model']) || format.modelOf?.(exchange.path) || azureDeployment(exchange.path) || '',
    responseModel: firstText(body, 'model', 'modelVersion'),
    responseId: firstText(body, 'id', 'responseId'),
    inputMessages: inputMessages(request),
    outputMessages: operation === 'embeddings' ? [] : readMessages(withoutEmptyText(body), 'assistant'),
    usage: usageOfBody(body),
    parameters: parametersOf(request),
    finishReasons: finishReasons(body),
    streamed: answer.streamed,
    ttftMs: answer.firstTokenMs === undefined ? undefined : answer.firstTokenMs - exchange.startMs,
    ...errorOf(exchange, body),
    reportedCostUsd: undefined,
    promptName: headerOf(exchange.requestHeaders, 'x-tetrascope-prompt'),
    promptVersion: headerOf(exchange.requestHeaders, 'x-tetrascope-prompt-version'),
    feature: headerOf(exchange.requestHeaders, 'x-tetrascope-feature'),
    source: 'gateway',
    context: [],
  }
}

/** The clouds that serve others' formats show in the path; OpenAI's format is spoken by many, whom only the upstream's name tells apart. */
function providerOf({ path, upstream }: Exchange, format: WireFormat): string {
  if (azureDeployment(path) !== undefined) return 'azure.ai.openai'
  if (upstream.provider !== undefined) return upstream.provider
  if (path.includes('/publishers/')) return 'gcp.vertex_ai'
  return format === openai ? upstream.name : format.provider
}

function inputMessages(request: JsonRecord): LlmCall['inputMessages'] {
  const system =
    request['system'] ?? request['instructions'] ?? request['system_instruction'] ?? request['systemInstruction']
  const content = request['messages'] ?? request['contents'] ?? request['input'] ?? request['prompt']
  return [...readMessages(system, 'system'), ...readMessages(content, 'user')]
}

/** An answer without a body (a failed call) has no messages. */
function withoutEmptyText(body: JsonRecord): unknown {
  return Object.keys(body).length === 0 || body['error'] !== undefined ? undefined : body
}

function usageOfBody(body: JsonRecord): LlmCall['usage'] {
  // Ollama counts at the top of its answer.
  const usage =
    recordOf(body['usage'] ?? body['usageMetadata']) ?? (body['eval_count'] === undefined ? undefined : body)
  return (usage === undefined ? undefined : readUsage(usage)) ?? NO_USAGE
}

function parametersOf(request: JsonRecord): Attributes {
  return Object.fromEntries(
    Object.entries(request)
      .filter(([name]) => !CONTENT_FIELDS.has(name))
      .map(([name, value]) => [name, attributeValueOf(value)]),
  )
}

function finishReasons(body: JsonRecord): string[] {
  const choices = [...listOf(body['choices']), ...listOf(body['candidates'])].filter(isRecord)
  const each = choices.map((choice) => textOf(choice['finish_reason'] ?? choice['finishReason']))
  const whole = [
    body['stop_reason'],
    body['done_reason'],
    body['choices'] === undefined ? body['status'] : undefined,
  ].map(textOf)
  return [...each, ...whole].filter((reason) => reason !== '')
}

function userOf(request: JsonRecord): string {
  return (
    textOf(request['user'] ?? request['safety_identifier']) ||
    firstText(recordOf(request['metadata']) ?? {}, 'user_id', 'user')
  )
}

function recordOfJson(value: unknown): JsonRecord {
  return isRecord(value) ? value : {}
}
