import type { Span } from '../../model/span.ts'
import { headerOf, type Exchange } from './exchange.ts'

export interface SpanIds {
  readonly newTraceId: () => string
  readonly newSpanId: () => string
}

type Frame = Pick<
  Span,
  | 'traceId'
  | 'spanId'
  | 'parentSpanId'
  | 'startMs'
  | 'endMs'
  | 'service'
  | 'sessionId'
  | 'userId'
  | 'attributes'
  | 'resource'
  | 'events'
>

/** What a span says of a call whatever its kind: when, for whom and as part of which trace. */
export function frameOf(exchange: Exchange, ids: SpanIds): Frame {
  const trace = traceContext(headerOf(exchange.requestHeaders, 'traceparent'))
  return {
    traceId: trace?.traceId ?? ids.newTraceId(),
    spanId: ids.newSpanId(),
    parentSpanId: trace?.spanId ?? '',
    startMs: exchange.startMs,
    endMs: exchange.endMs,
    service: headerOf(exchange.requestHeaders, 'x-tetrascope-service'),
    sessionId: headerOf(exchange.requestHeaders, 'x-tetrascope-session'),
    userId: headerOf(exchange.requestHeaders, 'x-tetrascope-user'),
    attributes: {
      'http.response.status_code': exchange.status,
      'url.path': pathOf(exchange),
      'tetrascope.upstream': exchange.upstream.name,
    },
    resource: {},
    events: [],
  }
}

/** Without its query. */
export function pathOf({ path }: Exchange): string {
  return path.split('?')[0] ?? ''
}

/** W3C trace context (https://www.w3.org/TR/trace-context/). */
function traceContext(header: string): { traceId: string; spanId: string } | undefined {
  const [, traceId, spanId] = /^[0-9a-f]{2}-([0-9a-f]{32})-([0-9a-f]{16})-[0-9a-f]{2}/.exec(header) ?? []
  return traceId === undefined || spanId === undefined || /^0+$/.test(traceId) ? undefined : { traceId, spanId }
}
