import type { SpanStatus } from '../../model/span.ts'
import type { ProtobufReader } from '../../util/protobuf-wire.ts'
import { type MutableAttributes, readAttribute } from './any-value.ts'
import { readEnvelope, readId, readTimeMs } from './envelope-protobuf.ts'
import {
  emptySpan,
  type OtlpEvent,
  type OtlpLink,
  type OtlpResource,
  type OtlpScope,
  type OtlpSpan,
  SPAN_ROLES,
} from './otlp-span.ts'

/** Reads an `ExportTraceServiceRequest`. Throws `ProtobufError`. */
export function readTracesProtobuf(reader: ProtobufReader): OtlpSpan[] {
  const spans: OtlpSpan[] = []
  readEnvelope(reader, (itemReader, resource, scope) => {
    spans.push(readSpan(itemReader, resource, scope))
  })
  return spans
}

function readSpan(reader: ProtobufReader, resource: OtlpResource, scope: OtlpScope): OtlpSpan {
  const outer = reader.enter()
  const span = emptySpan(resource, scope)
  const attributes: MutableAttributes = {}
  span.attributes = attributes
  while (reader.next()) readSpanField(reader, span, attributes)
  reader.leave(outer)
  return span
}

function readSpanField(reader: ProtobufReader, span: OtlpSpan, attributes: MutableAttributes): void {
  switch (reader.field) {
    case 1:
      span.traceId = readId(reader)
      return
    case 2:
      span.spanId = readId(reader)
      return
    case 3:
      span.traceState = reader.string()
      return
    case 4:
      span.parentSpanId = readId(reader)
      return
    case 5:
      span.name = reader.internedString()
      return
    case 6:
      span.role = SPAN_ROLES[reader.varint()] ?? ''
      return
    case 7:
      span.startMs = readTimeMs(reader)
      return
    case 8:
      span.endMs = readTimeMs(reader)
      return
    case 9:
      readAttribute(reader, attributes)
      return
    default:
      readRareSpanField(reader, span)
  }
}

function readRareSpanField(reader: ProtobufReader, span: OtlpSpan): void {
  switch (reader.field) {
    case 10:
    case 12:
    case 14:
      span.dropped += reader.varint()
      return
    case 11:
      span.events.push(readEvent(reader))
      return
    case 13:
      span.links.push(readLink(reader))
      return
    case 15:
      readStatus(reader, span)
      return
    default:
      reader.skip()
  }
}

function readEvent(reader: ProtobufReader): OtlpEvent {
  const outer = reader.enter()
  const attributes: MutableAttributes = {}
  const event: OtlpEvent = { name: '', timeMs: 0, attributes }
  while (reader.next()) {
    switch (reader.field) {
      case 1:
        event.timeMs = readTimeMs(reader)
        break
      case 2:
        event.name = reader.string()
        break
      case 3:
        readAttribute(reader, attributes)
        break
      default:
        reader.skip()
    }
  }
  reader.leave(outer)
  return event
}

function readLink(reader: ProtobufReader): OtlpLink {
  const outer = reader.enter()
  const attributes: MutableAttributes = {}
  const link: OtlpLink = { traceId: '', spanId: '', attributes }
  while (reader.next()) {
    switch (reader.field) {
      case 1:
        link.traceId = readId(reader)
        break
      case 2:
        link.spanId = readId(reader)
        break
      case 4:
        readAttribute(reader, attributes)
        break
      default:
        reader.skip()
    }
  }
  reader.leave(outer)
  return link
}

function readStatus(reader: ProtobufReader, span: OtlpSpan): void {
  const outer = reader.enter()
  while (reader.next()) {
    if (reader.field === 2) span.statusMessage = reader.string()
    else if (reader.field === 3) span.status = statusOfCode(reader.varint())
    else reader.skip()
  }
  reader.leave(outer)
}

/** OTLP's `StatusCode`; an unknown number says nothing. */
export function statusOfCode(code: number): SpanStatus {
  if (code === 1) return 'ok'
  return code === 2 ? 'error' : 'unset'
}
