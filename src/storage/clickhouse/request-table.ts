import { isLlmSpan, type Request, type RequestStatus } from '../../model/request.ts'
import type { Span } from '../../model/span.ts'
import { decodeCursor, encodeCursor, type PagePosition } from '../page-cursor.ts'
import {
  PREVIEW_LENGTH,
  type RequestDeletion,
  type RequestOrder,
  type RequestPage,
  type RequestQuery,
  type RequestRow,
  type RequestStore,
  type RequestTotals,
} from '../request-store.ts'
import type { TimeRange } from '../sample-store.ts'
import type { Connection } from './connection.ts'
import { LATENCY_MS, requestConditions, TOTAL_TOKENS } from './request-conditions.ts'
import { deleteRequests, tracesOf } from './request-deletion.ts'
import { millisecondsOf, numberOf, optionalNumberOf, rowsOf, textOf, type ResultRow } from './result-row.ts'
import { readSpan, SPAN_COLUMNS, SPAN_SELECT, toSpanRow, type SpanRow } from './span-columns.ts'
import { and, list, sql, Sql } from './sql.ts'
import { TableWriter, type CommitOptions } from './table-writer.ts'
import { microsecondCondition } from './time-condition.ts'

interface Drained {
  /** Commits all that was written before the call. */
  drain(): Promise<void>
}

/** Spans in the table `spans`, by start; `span_starts` says where the newest statement of each span stands. */
export class RequestTable implements RequestStore {
  readonly #connection: Connection
  readonly #writer: TableWriter<SpanRow>
  readonly #related: readonly Drained[]

  /** `related` write what belongs to requests: a deletion waits for them, or what they hold would come after it. */
  constructor(connection: Connection, options: CommitOptions, related: readonly Drained[]) {
    this.#connection = connection
    this.#related = related
    this.#writer = new TableWriter(connection, 'spans', SPAN_COLUMNS, options)
  }

  async writeSpans(spans: readonly Span[], costsUsd: ReadonlyArray<number | undefined>): Promise<void> {
    await this.#writer.write(spans.map((span, i) => toSpanRow(span, costsUsd[i])))
  }

  async listRequests(query: RequestQuery): Promise<RequestPage> {
    // One more than asked for tells whether there is a next page.
    const candidates = await this.#candidates(query, query.limit + 1)
    const page = candidates.slice(0, query.limit)
    const last = page.at(-1)
    return {
      rows: page.length === 0 ? [] : await this.#rowsAt(page, query),
      nextCursor: last === undefined || candidates.length <= query.limit ? undefined : encodeCursor(last),
    }
  }

  async request(traceId: string, spanId: string): Promise<Request | undefined> {
    const [row] = await this.#spansAt(sql`trace_id = ${traceId} AND span_id = ${spanId}`)
    if (row === undefined) return undefined
    const span = readSpan(row)
    return isLlmSpan(span) ? { span, costUsd: optionalNumberOf(row, 'cost_usd') } : undefined
  }

  async trace(traceId: string): Promise<Span[]> {
    return (await this.#spansAt(sql`trace_id = ${traceId}`)).map(readSpan)
  }

  async totals(range: TimeRange): Promise<RequestTotals[]> {
    const statement = sql`
      SELECT model, count() AS requests, countIf(request_status = 'error') AS errors,
        toUInt64(sum(ifNull(input_tokens, 0))) AS sum_input, toUInt64(sum(ifNull(output_tokens, 0))) AS sum_output,
        sum(ifNull(cost_usd, 0)) AS sum_cost, countIf(cost_usd IS NULL) AS unpriced,
        quantileExactInclusive(0.5)(latency_ms) AS p50, quantileExactInclusive(0.95)(latency_ms) AS p95
      FROM (
        SELECT model, request_status, input_tokens, output_tokens, cost_usd, ${LATENCY_MS} AS latency_ms FROM spans FINAL
        WHERE is_request AND ${microsecondCondition('start', range)}
      )
      GROUP BY model ORDER BY model`
    return rowsOf(await this.#connection.query(statement)).map(readTotals)
  }

  async tracesOf(deletion: RequestDeletion): Promise<string[]> {
    await this.#writer.drain()
    return tracesOf(this.#connection, deletion)
  }

  async deleteRequests(deletion: RequestDeletion): Promise<number> {
    await Promise.all([this.#writer, ...this.#related].map((writer) => writer.drain()))
    return deleteRequests(this.#connection, deletion)
  }

  drain(): Promise<void> {
    return this.#writer.drain()
  }

  /**
   * Where the rows of a page may stand, newest first. Not FINAL, which would merge the whole range before it gives the first row:
   * this reads from the end of the range and stops when it has enough. So statements that were replaced are among them.
   */
  async #candidates(query: RequestQuery, limit: number): Promise<PagePosition[]> {
    const { order = 'start' } = query
    // By a figure the whole range is read anyway, and a replaced statement would stand where it does not belong.
    const spans = new Sql(order === 'start' ? 'spans' : 'spans FINAL')
    const statement = sql`
      SELECT trace_id, span_id, start, ${figureSql(order)} AS figure FROM ${spans} WHERE ${and(pageConditions(query))}
      ORDER BY ${orderSql(order)} LIMIT ${limit}`
    return rowsOf(await this.#connection.query(statement)).map((row) => ({
      traceId: textOf(row, 'trace_id'),
      spanId: textOf(row, 'span_id'),
      startMs: millisecondsOf(row, 'start'),
      ...(order !== 'start' && { figure: numberOf(row, 'figure') }),
    }))
  }

  /** The rows at these positions that are the newest statement of their span and, as that, still pass the filter. */
  async #rowsAt(positions: readonly PagePosition[], query: RequestQuery): Promise<RequestRow[]> {
    const keys = positions.map(({ startMs, traceId, spanId }) => sql`(${momentSql(startMs)}, ${traceId}, ${spanId})`)
    const statement = sql`
      SELECT trace_id, span_id, start, ${LATENCY_MS} AS latency_ms, ttft_ms, request_status, error_type, provider, model, operation,
        service, user_id, session_id, input_tokens, output_tokens, cost_usd,
        substringUTF8(prompt, 1, ${PREVIEW_LENGTH}) AS prompt_preview, substringUTF8(response, 1, ${PREVIEW_LENGTH}) AS response_preview
      FROM spans FINAL
      WHERE (start, trace_id, span_id) IN (${list(keys)}) AND ${and(pageConditions(query))}
        AND (trace_id, span_id, start) IN (
          SELECT trace_id, span_id, start FROM span_starts FINAL WHERE trace_id IN ${positions.map(({ traceId }) => traceId)}
        )
      ORDER BY ${orderSql(query.order ?? 'start')}`
    return rowsOf(await this.#connection.query(statement)).map(readRow)
  }

  /** The newest statement of each span that meets a condition on its identity, by start. */
  async #spansAt(identity: Sql): Promise<ResultRow[]> {
    const statement = sql`
      SELECT ${SPAN_SELECT} FROM spans FINAL
      WHERE (start, trace_id, span_id) IN (SELECT start, trace_id, span_id FROM span_starts FINAL WHERE ${identity})
      ORDER BY start, span_id`
    return rowsOf(await this.#connection.query(statement))
  }
}

function pageConditions({ range, filter, cursor, order = 'start' }: RequestQuery): Sql[] {
  const conditions = [requestConditions(range, filter)]
  if (cursor === undefined) return conditions
  const { startMs, traceId, spanId, figure } = decodeCursor(cursor)
  const start = momentSql(startMs)
  if (order === 'start')
    conditions.push(sql`start <= ${start}`, sql`(start, trace_id, span_id) < (${start}, ${traceId}, ${spanId})`)
  else
    conditions.push(
      sql`(${figureSql(order)}, start, trace_id, span_id) < (${figure ?? 0}, ${start}, ${traceId}, ${spanId})`,
    )
  return conditions
}

function orderSql(order: RequestOrder): Sql {
  const byStart = sql`start DESC, trace_id DESC, span_id DESC`
  return order === 'start' ? byStart : sql`${figureSql(order)} DESC, ${byStart}`
}

/** What the list is ordered by, as Float64; -1 for what is unknown. */
function figureSql(order: RequestOrder): Sql {
  switch (order) {
    case 'start':
      return sql`0.`
    case 'latency':
      return sql`toFloat64(${LATENCY_MS})`
    case 'ttft':
      return sql`ifNull(ttft_ms, -1.)`
    case 'cost':
      return sql`ifNull(cost_usd, -1.)`
    case 'tokens':
      return sql`toFloat64(ifNull(${TOTAL_TOKENS}, -1))`
  }
}

function momentSql(timeMs: number): Sql {
  return sql`fromUnixTimestamp64Micro(${Math.round(timeMs * 1000)}, 'UTC')`
}

function readRow(row: ResultRow): RequestRow {
  return {
    traceId: textOf(row, 'trace_id'),
    spanId: textOf(row, 'span_id'),
    startMs: millisecondsOf(row, 'start'),
    latencyMs: numberOf(row, 'latency_ms'),
    ttftMs: optionalNumberOf(row, 'ttft_ms'),
    status: textOf(row, 'request_status') as RequestStatus,
    errorType: textOf(row, 'error_type'),
    provider: textOf(row, 'provider'),
    model: textOf(row, 'model'),
    operation: textOf(row, 'operation'),
    service: textOf(row, 'service'),
    userId: textOf(row, 'user_id'),
    sessionId: textOf(row, 'session_id'),
    inputTokens: optionalNumberOf(row, 'input_tokens'),
    outputTokens: optionalNumberOf(row, 'output_tokens'),
    costUsd: optionalNumberOf(row, 'cost_usd'),
    promptPreview: textOf(row, 'prompt_preview'),
    responsePreview: textOf(row, 'response_preview'),
  }
}

function readTotals(row: ResultRow): RequestTotals {
  return {
    model: textOf(row, 'model'),
    requests: numberOf(row, 'requests'),
    errors: numberOf(row, 'errors'),
    inputTokens: numberOf(row, 'sum_input'),
    outputTokens: numberOf(row, 'sum_output'),
    costUsd: numberOf(row, 'sum_cost'),
    unpriced: numberOf(row, 'unpriced'),
    latencyP50Ms: numberOf(row, 'p50'),
    latencyP95Ms: numberOf(row, 'p95'),
  }
}
