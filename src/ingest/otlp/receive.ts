import type { SampleBatch } from '../../model/sample.ts'
import type { Span } from '../../model/span.ts'
import type { SampleWriter } from '../../storage/sample-store.ts'
import { SamplesRefusedError, StoreUnavailableError } from '../../storage/store.ts'
import type { Logger } from '../../telemetry/log.ts'
import type { Clock } from '../../util/clock.ts'
import type { Intake } from '../intake.ts'
import { readSpan } from '../span-reader.ts'
import type { OtlpEncoding } from './decoded.ts'
import { decompress, type DecompressError } from './decompress.ts'
import { decodeLogs } from './logs.ts'
import type { MetricTranslator } from './metric-translator.ts'
import { decodeMetrics } from './metrics.ts'
import { OtlpDecodeError } from './otlp-decode-error.ts'
import { encodeOtlpError, encodeOtlpResponse, type OtlpSignal } from './response.ts'
import { decodeTraces } from './traces.ts'

/** An OTLP/HTTP request, as any HTTP server hands it over. Header values as they came, '' when absent. */
export interface OtlpHttpRequest {
  readonly body: Buffer
  readonly contentType: string
  readonly contentEncoding: string
}

export interface OtlpHttpResponse {
  readonly status: number
  readonly headers: Readonly<Record<string, string>>
  readonly body: Buffer
}

/** Where received data goes. */
export interface OtlpSinks {
  readonly intake: Intake
  readonly samples: SampleWriter
  readonly translator: MetricTranslator
  readonly clock: Clock
  readonly log: Logger
  /** Bodies may be this large once they are unpacked. */
  readonly maxBodyBytes: number
}

export interface ReceivedOutcome {
  readonly rejected: number
  readonly errorMessage: string
}

/** gRPC's codes, which OTLP/HTTP puts into the body of an error. */
const INVALID_ARGUMENT = 3
const RESOURCE_EXHAUSTED = 8
const INTERNAL = 13
const UNAVAILABLE = 14

/** Seconds after which a sender should try again when the store cannot take data. */
const RETRY_AFTER = '5'

/**
 * Answers a POST to `/v1/traces`, `/v1/logs` or `/v1/metrics` as OTLP/HTTP prescribes: 200 when committed (with
 * `partialSuccess` when part of it could not be taken), 400 when malformed, 413 too large, 415 another format,
 * 503 with `Retry-After` when the sender should send it again, 500 for our own errors (logged). Never throws.
 */
export async function receiveOtlp(
  signal: OtlpSignal,
  request: OtlpHttpRequest,
  sinks: OtlpSinks,
): Promise<OtlpHttpResponse> {
  const encoding = encodingOf(request.contentType)
  if (encoding === undefined) {
    const message = `content-type is ${JSON.stringify(request.contentType)}, expected application/x-protobuf or application/json`
    return failure(415, 'json', INVALID_ARGUMENT, message)
  }
  const unpacked = await decompress(request.body, request.contentEncoding, sinks.maxBodyBytes)
  if (!Buffer.isBuffer(unpacked)) return failureOfBody(unpacked, encoding)
  try {
    const outcome = await receiveOtlpBody(signal, unpacked, encoding, sinks)
    return { status: 200, headers: headersFor(encoding), body: encodeOtlpResponse(signal, encoding, outcome) }
  } catch (error) {
    return failureOf(error, signal, encoding, sinks)
  }
}

/** Decodes and commits a body; for HTTP and gRPC alike. Rejects with `OtlpDecodeError` or `StoreUnavailableError`. */
export async function receiveOtlpBody(
  signal: OtlpSignal,
  body: Buffer,
  encoding: OtlpEncoding,
  sinks: OtlpSinks,
): Promise<ReceivedOutcome> {
  switch (signal) {
    case 'traces':
      return receiveTraces(body, encoding, sinks.intake)
    case 'logs':
      return receiveLogs(body, encoding, sinks)
    case 'metrics':
      return receiveMetrics(body, encoding, sinks)
  }
}

async function receiveTraces(body: Buffer, encoding: OtlpEncoding, intake: Intake): Promise<ReceivedOutcome> {
  const { spans, rejected, errorMessage } = readTraces(body, encoding)
  intake.countRejected('spans', 'otlp', 'invalid', rejected)
  if (spans.length > 0) await intake.takeSpans(spans, 'otlp')
  return { rejected, errorMessage }
}

/** Apart from what waits for the commit, so that the spans as they were transported, with all their texts once more, are garbage before it. */
function readTraces(body: Buffer, encoding: OtlpEncoding): ReceivedOutcome & { readonly spans: readonly Span[] } {
  const { spans, rejected, errorMessage } = decodeTraces(body, encoding)
  return { spans: spans.map((span) => readSpan(span)), rejected, errorMessage }
}

async function receiveLogs(
  body: Buffer,
  encoding: OtlpEncoding,
  { intake, clock }: OtlpSinks,
): Promise<ReceivedOutcome> {
  const { records, messages, rejected, errorMessage } = decodeLogs(body, encoding, clock.now())
  intake.countRejected('logs', 'otlp', 'invalid', rejected)
  if (records.length > 0) await intake.takeLogs(records, 'otlp')
  if (messages.length > 0) await intake.takeMessages(messages)
  return { rejected, errorMessage }
}

async function receiveMetrics(body: Buffer, encoding: OtlpEncoding, sinks: OtlpSinks): Promise<ReceivedOutcome> {
  const decoded = decodeMetrics(body, encoding)
  const translated = sinks.translator.translate(decoded.metrics)
  const rejected = decoded.rejected + translated.rejected
  sinks.intake.countRejected('samples', 'otlp', 'invalid', rejected)
  if (translated.metadata.length > 0) await sinks.samples.writeMetadata(translated.metadata)
  const refusal = await writeSamples(translated.batch, sinks)
  if (translated.exemplars.length > 0) await sinks.samples.writeExemplars(translated.exemplars)
  return {
    rejected: rejected + refusal.rejected,
    errorMessage: [decoded.errorMessage, translated.errorMessage, refusal.errorMessage].filter(Boolean).join('; '),
  }
}

/** Of too many series the first are committed; that the others were not is the sender's to know. */
async function writeSamples(batch: SampleBatch, { samples, intake }: OtlpSinks): Promise<ReceivedOutcome> {
  try {
    if (batch.values.length > 0) await samples.write(batch)
    return { rejected: 0, errorMessage: '' }
  } catch (error) {
    if (!(error instanceof SamplesRefusedError)) throw error
    const rejected = batch.values.length - error.taken.values.length
    intake.countRejected('samples', 'otlp', 'refused', rejected)
    return { rejected, errorMessage: error.message }
  }
}

function encodingOf(contentType: string): OtlpEncoding | undefined {
  const type = contentType.split(';', 1)[0]?.trim().toLowerCase()
  if (type === 'application/x-protobuf' || type === 'application/protobuf') return 'protobuf'
  return type === 'application/json' ? 'json' : undefined
}

function headersFor(encoding: OtlpEncoding): Readonly<Record<string, string>> {
  return { 'content-type': encoding === 'json' ? 'application/json' : 'application/x-protobuf' }
}

function failure(status: number, encoding: OtlpEncoding, code: number, message: string): OtlpHttpResponse {
  return { status, headers: headersFor(encoding), body: encodeOtlpError(encoding, code, message) }
}

function failureOfBody(error: DecompressError, encoding: OtlpEncoding): OtlpHttpResponse {
  switch (error.reason) {
    case 'too_large':
      return failure(413, encoding, RESOURCE_EXHAUSTED, error.message)
    case 'unknown_encoding':
      return failure(415, encoding, INVALID_ARGUMENT, error.message)
    case 'malformed':
      return failure(400, encoding, INVALID_ARGUMENT, error.message)
  }
}

const SIGNAL_NAMES = { traces: 'spans', logs: 'logs', metrics: 'samples' } as const

function failureOf(error: unknown, signal: OtlpSignal, encoding: OtlpEncoding, sinks: OtlpSinks): OtlpHttpResponse {
  if (error instanceof OtlpDecodeError) {
    sinks.intake.countRejected(SIGNAL_NAMES[signal], 'otlp', 'malformed', 1)
    return failure(400, encoding, INVALID_ARGUMENT, error.message)
  }
  if (!(error instanceof StoreUnavailableError)) {
    // Not retryable: what we stumble over once we stumble over again, and the sender would never get past it.
    sinks.log.error({ error, signal }, 'an OTLP body was decoded and could not be processed')
    return failure(500, encoding, INTERNAL, `internal error: ${error instanceof Error ? error.message : String(error)}`)
  }
  const answer = failure(503, encoding, UNAVAILABLE, error.message)
  return { ...answer, headers: { ...answer.headers, 'retry-after': RETRY_AFTER } }
}
