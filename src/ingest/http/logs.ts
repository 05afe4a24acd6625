import { z } from 'zod'
import type { LogRecord } from '../../model/log-record.ts'
import { textOf } from '../json-value.ts'
import { levelOf } from '../otlp/logs.ts'
import { type BodyContext, takeItems, type TakenItems } from './body.ts'
import { attributes, optionalSpanId, optionalTime, optionalTraceId, text, unnamed } from './fields.ts'

const fields = {
  timestamp: optionalTime,
  time: optionalTime,
  level: text,
  severity: text,
  service: text,
  message: z.unknown().optional(),
  msg: z.unknown().optional(),
  body: z.unknown().optional(),
  event: text,
  request_id: text,
  trace_id: optionalTraceId,
  span_id: optionalSpanId,
  extra: attributes,
  attributes,
}

/** One log line in the shape of our logger (and of most others); fields that it does not name are kept as attributes. */
export const logSchema = z.looseObject(fields)

/** Log records from a JSON body, several under `logs`. */
export function readLogs(body: unknown, context: BodyContext): TakenItems<LogRecord> {
  return takeItems(body, 'logs', logSchema, (line) => logOf(line, context.nowMs))
}

export function logOf(line: z.output<typeof logSchema>, nowMs: number): LogRecord {
  const message = textOf(line.message ?? line.msg ?? line.body)
  return {
    timeMs: line.timestamp ?? line.time ?? nowMs,
    level: levelOf(0, line.level || line.severity),
    service: line.service,
    body: message || line.event,
    traceId: line.trace_id,
    spanId: line.span_id,
    requestId: line.request_id,
    attributes: {
      ...line.extra,
      ...line.attributes,
      ...unnamed(line, fields),
      ...(line.event === '' || message === '' ? {} : { event: line.event }),
    },
  }
}
