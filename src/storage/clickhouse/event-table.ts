import type { Event } from '../../model/event.ts'
import type { EventQuery, EventStore } from '../store.ts'
import { readAttributes, writeAttributes } from './attribute-json.ts'
import type { Connection } from './connection.ts'
import { milliseconds, optionalFloat, text, type Column } from './native-writer.ts'
import { numberOf, optionalNumberOf, rowsOf, textOf, type ResultRow } from './result-row.ts'
import { and, sql, Sql } from './sql.ts'
import { TableWriter, type CommitOptions } from './table-writer.ts'
import { timeCondition } from './time-condition.ts'

const COLUMNS: readonly Column<Event>[] = [
  text('id', ({ id }) => id),
  milliseconds('time', ({ timeMs }) => timeMs),
  text('type', ({ type }) => type),
  text('name', ({ name }) => name),
  text('user_id', ({ userId }) => userId),
  text('session_id', ({ sessionId }) => sessionId),
  text('trace_id', ({ traceId }) => traceId),
  text('span_id', ({ spanId }) => spanId),
  optionalFloat('value', ({ value }) => value),
  text('comment', ({ comment }) => comment),
  text('attributes', ({ attributes }) => writeAttributes(attributes)),
]

const SELECT = new Sql(
  COLUMNS.map(({ name }) => (name === 'time' ? 'toUnixTimestamp64Milli(time) AS time_ms' : name)).join(', '),
)

/** Events by id in `events`; `event_times` finds them by time. */
export class EventTable implements EventStore {
  readonly #connection: Connection
  readonly #writer: TableWriter<Event>

  constructor(connection: Connection, options: CommitOptions) {
    this.#connection = connection
    this.#writer = new TableWriter(connection, 'events', COLUMNS, options)
  }

  writeEvents(events: readonly Event[]): Promise<void> {
    return this.#writer.write(events)
  }

  async events(query: EventQuery): Promise<Event[]> {
    const conditions = and(conditionsOf(query))
    // An event that was sent again with another time still stands at its first time too; what `events` says then has another.
    const statement = sql`
      SELECT ${SELECT} FROM events FINAL
      WHERE (id, time) IN (
        SELECT id, time FROM event_times FINAL WHERE ${conditions} ORDER BY time DESC LIMIT ${2 * query.limit}
      ) AND ${conditions}
      ORDER BY time DESC, id LIMIT ${query.limit}`
    return rowsOf(await this.#connection.query(statement)).map(readEvent)
  }

  drain(): Promise<void> {
    return this.#writer.drain()
  }
}

function conditionsOf({ range, type, userId, sessionId, traceId }: EventQuery): Sql[] {
  const conditions = [timeCondition('time', range)]
  if (type !== undefined) conditions.push(sql`type = ${type}`)
  if (userId !== undefined) conditions.push(sql`user_id = ${userId}`)
  if (sessionId !== undefined) conditions.push(sql`session_id = ${sessionId}`)
  if (traceId !== undefined) conditions.push(sql`trace_id = ${traceId}`)
  return conditions
}

function readEvent(row: ResultRow): Event {
  return {
    id: textOf(row, 'id'),
    timeMs: numberOf(row, 'time_ms'),
    type: textOf(row, 'type') as Event['type'],
    name: textOf(row, 'name'),
    userId: textOf(row, 'user_id'),
    sessionId: textOf(row, 'session_id'),
    traceId: textOf(row, 'trace_id'),
    spanId: textOf(row, 'span_id'),
    value: optionalNumberOf(row, 'value'),
    comment: textOf(row, 'comment'),
    attributes: readAttributes(textOf(row, 'attributes')),
  }
}
