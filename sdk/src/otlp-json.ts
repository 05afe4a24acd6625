import type { Attributes, AttributeValue, SpanIds } from './model-call.ts'

/** A span that has ended. Times are milliseconds since 1970. */
export interface FinishedSpan extends SpanIds {
  readonly parentSpanId: string
  readonly name: string
  readonly startMs: number
  readonly endMs: number
  /** Undefined when what the span stands for went well. */
  readonly errorMessage: string | undefined
  /** Whether the span is a call to another system. */
  readonly isClient: boolean
  /** In several objects; a name that is in two of them is sent twice, and the later one counts. */
  readonly attributes: readonly Attributes[]
}

const INTERNAL = 1
const CLIENT = 3
const STATUS_OK = 1
const STATUS_ERROR = 2

/**
 * One span as JSON of OTLP (https://opentelemetry.io/docs/specs/otlp/#json-protobuf-encoding): ids in hex, times as decimal
 * texts of nanoseconds, numbers of the enums.
 */
export function encodeSpan(span: FinishedSpan): string {
  const { errorMessage } = span
  const parent = span.parentSpanId === '' ? '' : `"parentSpanId":${JSON.stringify(span.parentSpanId)},`
  const status =
    errorMessage === undefined
      ? `{"code":${STATUS_OK}}`
      : `{"code":${STATUS_ERROR},"message":${JSON.stringify(errorMessage)}}`
  // Put together by hand: objects for each attribute would cost more than all the rest of recording a call.
  return `{"traceId":${JSON.stringify(span.traceId)},"spanId":${JSON.stringify(span.spanId)},${parent}"name":${JSON.stringify(span.name)},"kind":${span.isClient ? CLIENT : INTERNAL},"startTimeUnixNano":"${unixNano(span.startMs)}","endTimeUnixNano":"${unixNano(Math.max(span.startMs, span.endMs))}","attributes":${keyValues(span.attributes)},"status":${status}}`
}

/** The body of an export request around spans that are encoded already. */
export function tracesBody(resource: Attributes, spans: readonly string[]): string {
  const attributes = keyValues([resource])
  return `{"resourceSpans":[{"resource":{"attributes":${attributes}},"scopeSpans":[{"scope":{"name":"@tetrascope/sdk"},"spans":[${spans.join(',')}]}]}]}`
}

/** Microseconds are what a double holds exactly for times of this century. */
function unixNano(timeMs: number): string {
  return `${Math.round(timeMs * 1_000)}000`
}

function keyValues(objects: readonly Attributes[]): string {
  let list = ''
  for (const attributes of objects) {
    for (const key in attributes) {
      const value = attributes[key]
      if (value === undefined || value === '') continue
      list += `${list === '' ? '' : ','}{"key":${JSON.stringify(key)},"value":${anyValue(value)}}`
    }
  }
  return `[${list}]`
}

/** Numbers that JSON has no form for travel as null, which is how it writes them. */
function anyValue(value: NonNullable<AttributeValue>): string {
  if (typeof value === 'string') return `{"stringValue":${JSON.stringify(value)}}`
  if (typeof value === 'boolean') return `{"boolValue":${value}}`
  if (typeof value === 'number') {
    return Number.isSafeInteger(value) ? `{"intValue":"${value}"}` : `{"doubleValue":${JSON.stringify(value)}}`
  }
  return `{"arrayValue":{"values":[${value.map((item) => `{"stringValue":${JSON.stringify(item)}}`).join(',')}]}}`
}
