import type { Attributes, SpanStatus } from '../../model/span.ts'

export const SPAN_ROLES = ['', 'internal', 'server', 'client', 'producer', 'consumer'] as const

/** OTLP's `SpanKind`: which side of a call a span stands on. '' when the sender does not say. */
export type SpanRole = (typeof SPAN_ROLES)[number]

/** A span as OTLP transports it, before any dialect has read it. Ids are lower-case hex, times milliseconds with microseconds. */
export interface OtlpSpan {
  traceId: string
  spanId: string
  parentSpanId: string
  traceState: string
  name: string
  role: SpanRole
  startMs: number
  endMs: number
  attributes: Attributes
  events: OtlpEvent[]
  links: OtlpLink[]
  status: SpanStatus
  statusMessage: string
  resource: OtlpResource
  scope: OtlpScope
  /** Attributes, events and links that the sender had to leave out. */
  dropped: number
}

export interface OtlpEvent {
  name: string
  timeMs: number
  attributes: Attributes
}

export interface OtlpLink {
  traceId: string
  spanId: string
  attributes: Attributes
}

/** Shared by all spans, log records or metrics of one sender in a batch. */
export interface OtlpResource {
  attributes: Attributes
}

/** The instrumentation that produced the data. */
export interface OtlpScope {
  name: string
  version: string
  attributes: Attributes
  /** Of the conventions that its data follow; '' when it does not say. */
  schemaUrl: string
}

export const NO_ATTRIBUTES: Attributes = {}

export function emptySpan(resource: OtlpResource, scope: OtlpScope): OtlpSpan {
  return {
    traceId: '',
    spanId: '',
    parentSpanId: '',
    traceState: '',
    name: '',
    role: '',
    startMs: 0,
    endMs: 0,
    attributes: NO_ATTRIBUTES,
    events: [],
    links: [],
    status: 'unset',
    statusMessage: '',
    resource,
    scope,
    dropped: 0,
  }
}

/** Why a decoded span cannot be taken; undefined when it can. */
export function reasonToReject(span: OtlpSpan): string | undefined {
  if (!isId(span.traceId, 32)) return `trace_id is ${describeId(span.traceId)}, expected 16 bytes that are not all zero`
  if (!isId(span.spanId, 16)) return `span_id is ${describeId(span.spanId)}, expected 8 bytes that are not all zero`
  if (span.parentSpanId !== '' && !HEX_16.test(span.parentSpanId)) {
    return `parent_span_id is ${describeId(span.parentSpanId)}, expected 8 bytes or nothing`
  }
  if (span.startMs === 0) return 'start_time_unix_nano is missing'
  if (span.endMs < span.startMs) {
    return `end_time_unix_nano (${span.endMs} ms) lies before start_time_unix_nano (${span.startMs} ms)`
  }
  return undefined
}

const HEX_16 = /^[0-9a-f]{16}$/
const HEX_32 = /^[0-9a-f]{32}$/
const ZEROS = /^0+$/

function isId(id: string, digits: 16 | 32): boolean {
  return (digits === 32 ? HEX_32 : HEX_16).test(id) && !ZEROS.test(id)
}

export function describeId(id: string): string {
  if (id === '') return 'missing'
  return id.length > 64 ? `${id.length} characters long` : JSON.stringify(id)
}
