import type { LogRecord } from '../../model/log-record.ts'
import { searchWords } from '../search-words.ts'
import type { LogQuery, LogStore } from '../store.ts'
import { readAttributes, writeAttributes } from './attribute-json.ts'
import type { Connection } from './connection.ts'
import { milliseconds, text, type Column } from './native-writer.ts'
import { numberOf, rowsOf, textOf, type ResultRow } from './result-row.ts'
import { and, sql, type Sql } from './sql.ts'
import { TableWriter, type CommitOptions } from './table-writer.ts'
import { timeCondition } from './time-condition.ts'

const COLUMNS: readonly Column<LogRecord>[] = [
  milliseconds('time', ({ timeMs }) => timeMs),
  text('level', ({ level }) => level),
  text('service', ({ service }) => service),
  text('body', ({ body }) => body),
  text('trace_id', ({ traceId }) => traceId),
  text('span_id', ({ spanId }) => spanId),
  text('request_id', ({ requestId }) => requestId),
  text('attributes', ({ attributes }) => writeAttributes(attributes)),
]

/** Log records by time. */
export class LogTable implements LogStore {
  readonly #connection: Connection
  readonly #writer: TableWriter<LogRecord>

  constructor(connection: Connection, options: CommitOptions) {
    this.#connection = connection
    this.#writer = new TableWriter(connection, 'logs', COLUMNS, options)
  }

  writeLogs(records: readonly LogRecord[]): Promise<void> {
    return this.#writer.write(records)
  }

  async logs(query: LogQuery): Promise<LogRecord[]> {
    const statement = sql`
      SELECT toUnixTimestamp64Milli(time) AS time_ms, level, service, body, trace_id, span_id, request_id, attributes FROM logs
      WHERE ${and(conditionsOf(query))} ORDER BY time DESC LIMIT ${query.limit}`
    return rowsOf(await this.#connection.query(statement)).map(readRecord)
  }

  drain(): Promise<void> {
    return this.#writer.drain()
  }
}

function conditionsOf({ range, level, service, traceId, text }: LogQuery): Sql[] {
  const conditions = [timeCondition('time', range)]
  if (level !== undefined) conditions.push(sql`level = ${level}`)
  if (service !== undefined) conditions.push(sql`service = ${service}`)
  if (traceId !== undefined) conditions.push(sql`trace_id = ${traceId}`)
  for (const word of searchWords(text ?? '')) conditions.push(sql`positionCaseInsensitiveUTF8(body, ${word}) > 0`)
  return conditions
}

function readRecord(row: ResultRow): LogRecord {
  return {
    timeMs: numberOf(row, 'time_ms'),
    level: textOf(row, 'level') as LogRecord['level'],
    service: textOf(row, 'service'),
    body: textOf(row, 'body'),
    traceId: textOf(row, 'trace_id'),
    spanId: textOf(row, 'span_id'),
    requestId: textOf(row, 'request_id'),
    attributes: readAttributes(textOf(row, 'attributes')),
  }
}
