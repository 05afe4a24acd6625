import type { AttributeValue } from '../../model/span.ts'
import type { LogLevel, LogRecord } from '../../model/log-record.ts'
import type { ProtobufReader } from '../../util/protobuf-wire.ts'
import { eventNameOf, isMessageEvent, readEventMessages } from '../genai-events.ts'
import { textOf } from '../json-value.ts'
import type { SpanMessages } from '../late-messages.ts'
import { type MutableAttributes, readAnyValue, readAttribute } from './any-value.ts'
import { parseJsonBody, readProtobufBody } from './body.ts'
import { type OtlpEncoding, Rejections } from './decoded.ts'
import { readEnvelope, readId, readTimeMs } from './envelope-protobuf.ts'
import {
  anyValueOf,
  attributesOfField,
  enumOfField,
  idOfField,
  type JsonObject,
  readJsonEnvelope,
  textOfField,
  timeOfField,
} from './json-fields.ts'
import { OtlpDecodeError } from './otlp-decode-error.ts'
import { describeId, type OtlpResource, type OtlpScope } from './otlp-span.ts'

export interface DecodedLogs {
  readonly records: LogRecord[]
  /** Messages of model calls found on records, for `Intake.takeMessages`. */
  readonly messages: SpanMessages[]
  readonly rejected: number
  readonly errorMessage: string
}

/** A log record as OTLP transports it. */
interface OtlpLog {
  timeMs: number
  observedMs: number
  severity: number
  severityText: string
  eventName: string
  body: AttributeValue
  traceId: string
  spanId: string
  attributes: MutableAttributes
  resource: OtlpResource
  scope: OtlpScope
}

/**
 * Decodes an `ExportLogsServiceRequest`. Throws `OtlpDecodeError` when the body as a whole is malformed; records with ids of a
 * wrong length are left out and reported. `receivedMs` stands in where a record has no time at all.
 */
export function decodeLogs(body: Buffer, encoding: OtlpEncoding, receivedMs: number): DecodedLogs {
  const rejections = new Rejections()
  const decoded = encoding === 'json' ? readJson(parseJsonBody(body), rejections) : readProtobufBody(body, readProtobuf)
  const logs = decoded.filter((log) => {
    const reason = reasonToReject(log)
    if (reason !== undefined) rejections.add(`log record ${JSON.stringify(textOf(log.body).slice(0, 40))}: ${reason}`)
    return reason === undefined
  })
  return {
    records: logs.map((log) => recordOf(log, receivedMs)),
    messages: logs.flatMap(messagesOf),
    rejected: rejections.count,
    errorMessage: rejections.message,
  }
}

const HEX = /^[0-9a-f]*$/

function reasonToReject(log: OtlpLog): string | undefined {
  if (log.traceId !== '' && (log.traceId.length !== 32 || !HEX.test(log.traceId))) {
    return `trace_id is ${describeId(log.traceId)}, expected 16 bytes or nothing`
  }
  if (log.spanId !== '' && (log.spanId.length !== 16 || !HEX.test(log.spanId))) {
    return `span_id is ${describeId(log.spanId)}, expected 8 bytes or nothing`
  }
  return undefined
}

const LEVELS: readonly LogLevel[] = ['trace', 'debug', 'info', 'warn', 'error', 'fatal']

/** OTLP's severity numbers come in fours: 1-4 trace ... 21-24 fatal. Without one the text decides, else info. */
export function levelOf(severity: number, text: string): LogLevel {
  if (severity >= 1 && severity <= 24) return LEVELS[Math.floor((severity - 1) / 4)] ?? 'info'
  const word = text.toLowerCase()
  if (word.startsWith('warn')) return 'warn'
  if (word.startsWith('err')) return 'error'
  if (word.startsWith('crit') || word.startsWith('emerg') || word.startsWith('alert') || word === 'panic')
    return 'fatal'
  return LEVELS.find((level) => word.startsWith(level)) ?? 'info'
}

function recordOf(log: OtlpLog, receivedMs: number): LogRecord {
  const service = log.resource.attributes['service.name']
  const requestId = log.attributes['request_id'] ?? log.attributes['request.id']
  return {
    timeMs: log.timeMs || log.observedMs || receivedMs,
    level: levelOf(log.severity, log.severityText),
    service: typeof service === 'string' ? service : '',
    body: textOf(log.body) || log.eventName,
    traceId: log.traceId,
    spanId: log.spanId,
    requestId: textOf(requestId),
    attributes: {
      ...log.resource.attributes,
      ...log.attributes,
      ...(log.eventName === '' ? {} : { 'event.name': log.eventName }),
      ...(log.scope.name === '' ? {} : { 'otel.scope.name': log.scope.name }),
    },
  }
}

function messagesOf(log: OtlpLog): SpanMessages[] {
  if (log.traceId === '' || log.spanId === '') return []
  const name = eventNameOf(log.eventName, log.attributes, log.body)
  if (!isMessageEvent(name)) return []
  const messages = readEventMessages([{ name, attributes: log.attributes, body: log.body }])
  return [{ traceId: log.traceId, spanId: log.spanId, ...messages }]
}

function emptyLog(resource: OtlpResource, scope: OtlpScope): OtlpLog {
  return {
    timeMs: 0,
    observedMs: 0,
    severity: 0,
    severityText: '',
    eventName: '',
    body: null,
    traceId: '',
    spanId: '',
    attributes: {},
    resource,
    scope,
  }
}

function readProtobuf(reader: ProtobufReader): OtlpLog[] {
  const logs: OtlpLog[] = []
  readEnvelope(reader, (itemReader, resource, scope) => {
    const outer = itemReader.enter()
    const log = emptyLog(resource, scope)
    while (itemReader.next()) readField(itemReader, log)
    itemReader.leave(outer)
    logs.push(log)
  })
  return logs
}

function readField(reader: ProtobufReader, log: OtlpLog): void {
  switch (reader.field) {
    case 1:
      log.timeMs = readTimeMs(reader)
      return
    case 2:
      log.severity = reader.varint()
      return
    case 3:
      log.severityText = reader.string()
      return
    case 5:
      log.body = readAnyValue(reader)
      return
    case 6:
      readAttribute(reader, log.attributes)
      return
    case 9:
      log.traceId = readId(reader)
      return
    case 10:
      log.spanId = readId(reader)
      return
    case 11:
      log.observedMs = readTimeMs(reader)
      return
    case 12:
      log.eventName = reader.string()
      return
    default:
      reader.skip()
  }
}

/** `SEVERITY_NUMBER_TRACE` is 1, `SEVERITY_NUMBER_TRACE2` is 2 ... */
const SEVERITY_NAMES = [
  'SEVERITY_NUMBER_UNSPECIFIED',
  ...LEVELS.flatMap((level) => ['', '2', '3', '4'].map((step) => `SEVERITY_NUMBER_${level.toUpperCase()}${step}`)),
]

function readJson(root: JsonObject, rejections: Rejections): OtlpLog[] {
  const logs: OtlpLog[] = []
  readJsonEnvelope(root, ['resourceLogs', 'scopeLogs', 'logRecords'], (item, resource, scope) => {
    try {
      logs.push(logOf(item, resource, scope))
    } catch (error) {
      if (!(error instanceof OtlpDecodeError)) throw error
      rejections.add(`log record: ${error.message}`)
    }
  })
  return logs
}

function logOf(item: JsonObject, resource: OtlpResource, scope: OtlpScope): OtlpLog {
  return {
    timeMs: timeOfField(item, 'timeUnixNano'),
    observedMs: timeOfField(item, 'observedTimeUnixNano'),
    severity: enumOfField(item, 'severityNumber', SEVERITY_NAMES),
    severityText: textOfField(item, 'severityText'),
    eventName: textOfField(item, 'eventName'),
    body: anyValueOf(item['body'], 'body'),
    traceId: idOfField(item, 'traceId'),
    spanId: idOfField(item, 'spanId'),
    attributes: attributesOfField(item),
    resource,
    scope,
  }
}
