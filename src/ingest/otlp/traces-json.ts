import {
  attributesOfField,
  each,
  enumOfField,
  idOfField,
  type JsonObject,
  numberOfField,
  objectOf,
  readJsonEnvelope,
  textOfField,
  timeOfField,
} from './json-fields.ts'
import type { Rejections } from './decoded.ts'
import { OtlpDecodeError } from './otlp-decode-error.ts'
import {
  emptySpan,
  type OtlpEvent,
  type OtlpLink,
  type OtlpResource,
  type OtlpScope,
  type OtlpSpan,
  SPAN_ROLES,
} from './otlp-span.ts'
import { statusOfCode } from './traces-protobuf.ts'

const KIND_NAMES = [
  'SPAN_KIND_UNSPECIFIED',
  'SPAN_KIND_INTERNAL',
  'SPAN_KIND_SERVER',
  'SPAN_KIND_CLIENT',
  'SPAN_KIND_PRODUCER',
  'SPAN_KIND_CONSUMER',
]
const STATUS_NAMES = ['STATUS_CODE_UNSET', 'STATUS_CODE_OK', 'STATUS_CODE_ERROR']

/** Reads the JSON form of an `ExportTraceServiceRequest`. A span with a field of the wrong type is rejected alone. */
export function readTracesJson(root: JsonObject, rejections: Rejections): OtlpSpan[] {
  const spans: OtlpSpan[] = []
  readJsonEnvelope(root, ['resourceSpans', 'scopeSpans', 'spans'], (item, resource, scope) => {
    try {
      spans.push(spanOf(item, resource, scope))
    } catch (error) {
      if (!(error instanceof OtlpDecodeError)) throw error
      rejections.add(`span ${JSON.stringify(item['name'] ?? '')}: ${error.message}`)
    }
  })
  return spans
}

function spanOf(item: JsonObject, resource: OtlpResource, scope: OtlpScope): OtlpSpan {
  const span = emptySpan(resource, scope)
  span.traceId = idOfField(item, 'traceId')
  span.spanId = idOfField(item, 'spanId')
  span.parentSpanId = idOfField(item, 'parentSpanId')
  span.traceState = textOfField(item, 'traceState')
  span.name = textOfField(item, 'name')
  span.role = SPAN_ROLES[enumOfField(item, 'kind', KIND_NAMES)] ?? ''
  span.startMs = timeOfField(item, 'startTimeUnixNano')
  span.endMs = timeOfField(item, 'endTimeUnixNano')
  span.attributes = attributesOfField(item)
  each(item, 'events', (event) => void span.events.push(eventOf(event)))
  each(item, 'links', (link) => void span.links.push(linkOf(link)))
  span.dropped =
    numberOfField(item, 'droppedAttributesCount') +
    numberOfField(item, 'droppedEventsCount') +
    numberOfField(item, 'droppedLinksCount')
  takeStatus(span, item['status'])
  return span
}

function takeStatus(span: OtlpSpan, value: unknown): void {
  if (value === undefined || value === null) return
  const status = objectOf(value, 'status')
  span.status = statusOfCode(enumOfField(status, 'code', STATUS_NAMES))
  span.statusMessage = textOfField(status, 'message')
}

function eventOf(event: JsonObject): OtlpEvent {
  return {
    name: textOfField(event, 'name'),
    timeMs: timeOfField(event, 'timeUnixNano'),
    attributes: attributesOfField(event),
  }
}

function linkOf(link: JsonObject): OtlpLink {
  return {
    traceId: idOfField(link, 'traceId'),
    spanId: idOfField(link, 'spanId'),
    attributes: attributesOfField(link),
  }
}
