import { createHash } from 'node:crypto'
import type { Attributes, LlmCall, RequestSource, Span } from '../model/span.ts'
import { NO_USAGE } from '../model/span.ts'
import type { LlmFacts } from './dialect.ts'

/** A model call as files and JSON bodies tell it. What is absent is empty or unknown in the span. */
export interface CallFields {
  /** The sender's name for the call: the same name gives the same ids, so that a call that is sent twice counts once. */
  readonly id: string
  readonly traceId?: string | undefined
  readonly spanId?: string | undefined
  readonly parentSpanId?: string | undefined
  readonly name?: string | undefined
  readonly kind?: 'llm' | 'embedding' | undefined
  readonly startMs: number
  readonly endMs: number
  readonly service?: string | undefined
  readonly userId?: string | undefined
  readonly sessionId?: string | undefined
  readonly attributes?: Attributes | undefined
  readonly llm: LlmFacts
}

/** The ids of a call that its sender names: whoever speaks of that name later (feedback, ground truth) means this span. */
export function idsOfName(name: string): { readonly traceId: string; readonly spanId: string } {
  const hash = createHash('sha256').update(name).digest('hex')
  return { traceId: hash.slice(0, 32), spanId: hash.slice(32, 48) }
}

/** The span of a call. Ids that are not given are made from `id`. */
export function spanOfCall(fields: CallFields, source: RequestSource): Span {
  const ids = idsOfName(fields.id)
  const { llm } = fields
  const errorType = llm.errorType ?? ''
  const operation = llm.operation ?? (fields.kind === 'embedding' ? 'embeddings' : 'chat')
  return {
    traceId: fields.traceId || ids.traceId,
    spanId: fields.spanId || ids.spanId,
    parentSpanId: fields.parentSpanId ?? '',
    name: fields.name || `${operation} ${llm.requestModel ?? llm.responseModel ?? ''}`.trim(),
    kind: fields.kind ?? (operation === 'embeddings' ? 'embedding' : 'llm'),
    startMs: fields.startMs,
    endMs: Math.max(fields.startMs, fields.endMs),
    status: errorType === '' ? 'ok' : 'error',
    statusMessage: llm.errorMessage ?? '',
    service: fields.service ?? '',
    sessionId: fields.sessionId ?? '',
    userId: fields.userId ?? '',
    attributes: fields.attributes ?? {},
    resource: {},
    events: [],
    input: '',
    output: '',
    llm: callOf(llm, operation, source),
  }
}

function callOf(llm: LlmFacts, operation: LlmCall['operation'], source: RequestSource): LlmCall {
  return {
    operation,
    provider: llm.provider ?? '',
    requestModel: llm.requestModel ?? '',
    responseModel: llm.responseModel ?? '',
    responseId: llm.responseId ?? '',
    inputMessages: llm.inputMessages ?? [],
    outputMessages: llm.outputMessages ?? [],
    usage: llm.usage ?? NO_USAGE,
    parameters: llm.parameters ?? {},
    finishReasons: llm.finishReasons ?? [],
    streamed: llm.streamed ?? llm.ttftMs !== undefined,
    ttftMs: llm.ttftMs,
    errorType: llm.errorType ?? '',
    errorMessage: llm.errorMessage ?? '',
    reportedCostUsd: llm.reportedCostUsd,
    promptName: llm.promptName ?? '',
    promptVersion: llm.promptVersion ?? '',
    feature: llm.feature ?? '',
    source,
    context: llm.context ?? [],
  }
}
