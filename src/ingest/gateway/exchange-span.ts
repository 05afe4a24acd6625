import { brotliDecompressSync, gunzipSync, inflateSync } from 'node:zlib'
import { NO_USAGE, type Attributes, type LlmCall, type Span } from '../../model/span.ts'
import { attributeValueOf, firstText, isRecord, listOf, recordOf, textOf, type JsonRecord } from '../json-value.ts'
import { readMessages } from '../messages.ts'
import { providerName } from '../provider.ts'
import { readUsage } from '../usage.ts'
import { headerOf, type Exchange } from './exchange.ts'
import { readAwsEvents } from './aws-event-stream.ts'
import { readEvents, type TimedEvent } from './server-sent-events.ts'
import { alephAlpha } from './wire/aleph-alpha.ts'
import { anthropic } from './wire/anthropic.ts'
import { bedrock } from './wire/bedrock.ts'
import { cohere } from './wire/cohere.ts'
import { dashscope } from './wire/dashscope.ts'
import { gemini } from './wire/gemini.ts'
import { ollama } from './wire/ollama.ts'
import { azureDeployment, openai } from './wire/openai.ts'
import { textGenerationInference } from './wire/text-generation-inference.ts'
import { watsonx } from './wire/watsonx.ts'
import type { WireFormat } from './wire-format.ts'

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
  alephAlpha,
  textGenerationInference,
]

/** Longest body of an answer after decompression. */
const MAX_INFLATED_BYTES = 64 * 1024 * 1024

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

export interface SpanIds {
  readonly newTraceId: () => string
  readonly newSpanId: () => string
}

/** The span of a model call; undefined for calls that are none (lists of models, files ...), which are passed on all the same. */
export function spanOfExchange(exchange: Exchange, ids: SpanIds): Span | undefined {
  const path = exchange.path.split('?')[0] ?? ''
  const format = FORMATS.find((candidate) => candidate.operationOf(path) !== undefined)
  const operation = format?.operationOf(path)
  if (format === undefined || operation === undefined) return undefined
  const body = recordOfJson(parseJson(exchange.requestBody))
  const request = format.readCall?.(body) ?? body
  const answer = readAnswer(exchange, format)
  const llm = llmCall({ exchange, format, operation, request, answer })
  const trace = traceContext(headerOf(exchange.requestHeaders, 'traceparent'))
  return {
    traceId: trace?.traceId ?? ids.newTraceId(),
    spanId: ids.newSpanId(),
    parentSpanId: trace?.spanId ?? '',
    name: `${operation} ${llm.requestModel}`.trim(),
    kind: operation === 'embeddings' ? 'embedding' : 'llm',
    startMs: exchange.startMs,
    endMs: exchange.endMs,
    status: llm.errorType === '' ? 'ok' : 'error',
    statusMessage: llm.errorMessage,
    service: headerOf(exchange.requestHeaders, 'x-tetrascope-service'),
    sessionId: headerOf(exchange.requestHeaders, 'x-tetrascope-session'),
    userId: headerOf(exchange.requestHeaders, 'x-tetrascope-user') || userOf(request),
    attributes: {
      'http.response.status_code': exchange.status,
      'url.path': path,
      'tetrascope.upstream': exchange.upstream.name,
    },
    resource: {},
    events: [],
    input: '',
    output: '',
    llm,
  }
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
  const body = parseJson(inflated(exchange))
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

function errorOf(exchange: Exchange, body: JsonRecord): Pick<LlmCall, 'errorType' | 'errorMessage'> {
  if (exchange.failure?.kind === 'aborted')
    return { errorType: 'aborted', errorMessage: 'the caller went away before the answer was complete' }
  if (exchange.failure !== undefined) {
    const hadBegun = Object.keys(exchange.responseHeaders).length > 0
    const errorType = hadBegun ? 'upstream_disconnected' : 'upstream_unreachable'
    return { errorType, errorMessage: exchange.failure.message }
  }
  const error = body['error']
  if (exchange.status < 400 && (error === undefined || error === null)) return { errorType: '', errorMessage: '' }
  // Cohere, Bedrock and DashScope say it at the top, watsonx in a list.
  const details = recordOf(error) ?? recordOf(listOf(body['errors'])[0]) ?? body
  return {
    errorType: firstText(details, 'code', 'type', 'status', 'error_type') || String(exchange.status),
    errorMessage: firstText(details, 'message') || textOf(error) || `HTTP ${exchange.status}`,
  }
}

function userOf(request: JsonRecord): string {
  return (
    textOf(request['user'] ?? request['safety_identifier']) ||
    firstText(recordOf(request['metadata']) ?? {}, 'user_id', 'user')
  )
}

/** W3C trace context (https://www.w3.org/TR/trace-context/). */
function traceContext(header: string): { traceId: string; spanId: string } | undefined {
  const [, traceId, spanId] = /^[0-9a-f]{2}-([0-9a-f]{32})-([0-9a-f]{16})-[0-9a-f]{2}/.exec(header) ?? []
  return traceId === undefined || spanId === undefined || /^0+$/.test(traceId) ? undefined : { traceId, spanId }
}

function recordOfJson(value: unknown): JsonRecord {
  return isRecord(value) ? value : {}
}

function parseJson(bytes: Buffer): unknown {
  try {
    return JSON.parse(bytes.toString('utf8'))
  } catch {
    return undefined
  }
}

/** A stream that was compressed on the way can only be read as a whole; its times are then that of its end. */
function plainChunks(exchange: Exchange): Exchange['chunks'] {
  if (headerOf(exchange.responseHeaders, 'content-encoding') === '') return exchange.chunks
  return [{ timeMs: exchange.endMs, bytes: inflated(exchange) }]
}

function inflated(exchange: Exchange): Buffer {
  const bytes = Buffer.concat(exchange.chunks.map((chunk) => chunk.bytes))
  const options = { maxOutputLength: MAX_INFLATED_BYTES }
  try {
    switch (headerOf(exchange.responseHeaders, 'content-encoding')) {
      case 'gzip':
        return gunzipSync(bytes, options)
      case 'br':
        return brotliDecompressSync(bytes, options)
      case 'deflate':
        return inflateSync(bytes, options)
      default:
        return bytes
    }
  } catch {
    // Cut short or too long: the call itself was passed on untouched, only its text cannot be read.
    return Buffer.alloc(0)
  }
}
