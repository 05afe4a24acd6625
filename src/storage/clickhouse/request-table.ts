import { groupBy } from '../../util/group-by.ts'
import { isLlmSpan, type Request, type RequestStatus } from '../../model/request.ts'
import type { Span } from '../../model/span.ts'
import { decodeCursor, encodeCursor, type PagePosition } from '../page-cursor.ts'
import {
  PREVIEW_LENGTH,
  type RequestDeletion,
  type RequestFilter,
  type RequestOrder,
  type RequestPage,
  type RequestQuery,
  type RequestRow,
  type RequestStore,
  type RequestTotals,
} from '../request-store.ts'
import type { RequestExplorer, RequestGroup } from '../request-explorer.ts'
import type { TimeRange } from '../sample-store.ts'
import type { Connection, InsertTarget } from './connection.ts'
import { OVER_REQUESTS, isEvaluatedAs, LATENCY_MS, requestConditions, SPAN_HASH } from './request-conditions.ts'
import { newestStartMs } from './newest-start.ts'
import { deleteRequests, tracesOf } from './request-deletion.ts'
import { FIGURE_COLUMNS, figureSql, momentSql } from './request-order.ts'
import { flagOf, millisecondsOf, numberOf, optionalNumberOf, rowsOf, textOf, type ResultRow } from './result-row.ts'
import { settledPage } from './settled-page.ts'
import { readSpan, SPAN_COLUMNS, SPAN_SELECT, toSpanRow, type SpanRow } from './span-columns.ts'
import { and, list, sql, Sql } from './sql.ts'
import { locate, piecesOf, textStretches } from './text-stretches.ts'
import { TableWriter, type CommitOptions } from './table-writer.ts'

export const SPAN_TARGET: InsertTarget = { table: 'spans', columns: SPAN_COLUMNS.map(({ name }) => name) }

const MAX_MODELS = 100_000
const HOUR_MS = 3_600_000
const DAY_MS = 24 * HOUR_MS

interface Drained {
  /** Commits all that was written before the call. */
  drain(): Promise<void>
}

/** Spans in the table `spans`, by start; `span_starts` says where the newest statement of each span stands. */
export class RequestTable implements RequestStore {
  readonly #connection: Connection
  readonly #writer: TableWriter<SpanRow>
  readonly #explorer: Pick<RequestExplorer, 'groups'>
  readonly #related: readonly Drained[]

  /** `related` write what belongs to requests: a deletion waits for them, or what they hold would come after it. */
  constructor(
    connection: Connection,
    explorer: Pick<RequestExplorer, 'groups'>,
    options: CommitOptions,
    related: readonly Drained[],
  ) {
    this.#connection = connection
    this.#explorer = explorer
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
    const groups = await this.#explorer.groups({ range, filter: {}, by: 'model', limit: MAX_MODELS })
    return groups.map(toTotals).sort((a, b) => (a.model < b.model ? -1 : 1))
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

  /** Where the rows of a page may stand, in its order. A text is looked for in a few stretches of time after the other, until there are enough. */
  async #candidates(query: RequestQuery, limit: number): Promise<PagePosition[]> {
    const { filter, order = 'start' } = query
    const stretches = await textStretches(this.#connection, pageRange(query), filter.text ?? '')
    if (stretches === undefined)
      return order === 'start' && !isOfFew(filter)
        ? this.#newestCandidates(query, limit)
        : this.#settledCandidates(query, limit)
    if (order !== 'start') return this.#candidatesOf(await locate(this.#connection, query), limit)
    const found: PagePosition[] = []
    for (const piece of piecesOf(stretches)) {
      const located = { ...query, filter: { ...filter, stretches: piece } }
      found.push(...(await this.#candidatesOf(located, limit - found.length)))
      if (found.length >= limit) break
    }
    return found
  }

  /**
   * Looks at the last hour of what there is first, then at the last day: mostly they have enough, while every part of the table that the range touches
   * has to give its newest rows before the newest of all is known.
   */
  async #newestCandidates(query: RequestQuery, limit: number): Promise<PagePosition[]> {
    const range = pageRange(query)
    const newestMs = await newestStartMs(this.#connection, range)
    for (const lastingMs of newestMs === undefined ? [] : [HOUR_MS, DAY_MS]) {
      const minMs = (newestMs ?? 0) - lastingMs
      if (minMs <= range.minMs) break
      const found = await this.#candidatesOf({ ...query, range: { minMs, maxMs: range.maxMs } }, limit)
      if (found.length === limit) return found
    }
    return this.#settledCandidates(query, limit)
  }

  /** As `#candidatesOf`, with the help of what is settled. */
  async #settledCandidates(query: RequestQuery, limit: number): Promise<PagePosition[]> {
    // What has the greatest figures of all is found by indexes.
    const isOfAll = Object.keys(query.filter).length === 0
    const page = isOfAll ? undefined : await settledPage(this.#connection, { ...query, range: pageRange(query) }, limit)
    if (page === undefined) return this.#candidatesOf(query, limit)
    if (page.startsMs.length === 0) return []
    const conditions = [
      ...pageConditions(withoutVerdict(query)),
      sql`start IN (${list(page.startsMs.map(momentSql))})`,
      sql`${SPAN_HASH} IN ${page.hashes}`,
    ]
    const found = await this.#positions(query.order ?? 'start', conditions, limit)
    // More that start at the same time may have been on the page before.
    return found.length === limit || page.isAll ? found : this.#candidatesOf(query, limit)
  }

  /**
   * Not FINAL, which would merge the whole range before it gives the first row: this reads from the end of the range, or where the greatest
   * figures are, and stops when it has enough. So statements that were replaced are among them.
   */
  async #candidatesOf(query: RequestQuery, limit: number): Promise<PagePosition[]> {
    const { order = 'start' } = query
    const conditions = pageConditions(query)
    const least = order === 'start' ? undefined : await this.#leastFigure(order, conditions, limit)
    if (least !== undefined) conditions.push(sql`${figureSql(order)} >= ${least}`)
    return this.#positions(order, conditions, limit)
  }

  async #positions(order: RequestOrder, conditions: readonly Sql[], limit: number): Promise<PagePosition[]> {
    const statement = sql`
      SELECT trace_id, span_id, start, ${figureSql(order)} AS figure FROM spans WHERE ${and(conditions)}
      ORDER BY ${orderSql(order)} LIMIT ${limit} ${OVER_REQUESTS}`
    return rowsOf(await this.#connection.query(statement)).map((row) => ({
      traceId: textOf(row, 'trace_id'),
      spanId: textOf(row, 'span_id'),
      startMs: millisecondsOf(row, 'start'),
      ...(order !== 'start' && { figure: numberOf(row, 'figure') }),
    }))
  }

  /**
   * The figure of the last row of a page; undefined when so many requests do not have one. Ordered by nothing but its column, the engine
   * passes over all that its index knows to be less.
   */
  async #leastFigure(
    order: Exclude<RequestOrder, 'start'>,
    conditions: readonly Sql[],
    limit: number,
  ): Promise<number | undefined> {
    const column = FIGURE_COLUMNS[order]
    const statement = sql`
      SELECT toFloat64(assumeNotNull(${column})) AS figure FROM (
        SELECT ${column} FROM spans WHERE ${and([...conditions, sql`${column} IS NOT NULL`])} ORDER BY ${column} DESC LIMIT ${limit}
      ) ORDER BY figure ${OVER_REQUESTS}`
    const rows = rowsOf(await this.#connection.query(statement))
    const [least] = rows
    return least === undefined || rows.length < limit ? undefined : numberOf(least, 'figure')
  }

  /**
   * The rows at these positions that are the newest statement of their span and, as that, still pass the filter and stand there. FINAL reads
   * all columns of all that lies beside them, so only what was stated more than once is read so.
   */
  async #rowsAt(positions: readonly PagePosition[], query: RequestQuery): Promise<RequestRow[]> {
    const rows = await this.#statementsAt(positions, query, 'all')
    const times = groupBy(rows, spanKeyOf)
    const repeated = positions.filter((position) => (times.get(position.traceId + position.spanId)?.length ?? 0) > 1)
    const newest = repeated.length === 0 ? [] : await this.#statementsAt(repeated, query, 'newest')
    const stated = [...rows.filter((row) => times.get(spanKeyOf(row))?.length === 1), ...newest]
    const chosen = new Map(stated.filter((row) => flagOf(row, 'passes')).map((row) => [spanKeyOf(row), row]))
    return positions.flatMap((position) => {
      const key = position.traceId + position.spanId
      const row = chosen.get(key)
      if (row === undefined || !standsAt(row, position)) return []
      // A statement that came again stands at its position twice.
      chosen.delete(key)
      return [readRow(row)]
    })
  }

  async #statementsAt(
    positions: readonly PagePosition[],
    query: RequestQuery,
    which: 'all' | 'newest',
  ): Promise<ResultRow[]> {
    const keys = positions.map(({ startMs, traceId, spanId }) => sql`(${momentSql(startMs)}, ${traceId}, ${spanId})`)
    const traceIds = positions.map(({ traceId }) => traceId)
    const { evaluation } = query.filter
    const conditions = [
      ...pageConditions(withoutVerdict(query)),
      sql`(trace_id, span_id, start) IN (SELECT trace_id, span_id, start FROM span_starts FINAL WHERE trace_id IN ${traceIds})`,
      ...(evaluation === undefined ? [] : [isEvaluatedAs(evaluation, traceIds)]),
    ]
    const statement = sql`
      SELECT trace_id, span_id, start, ${LATENCY_MS} AS latency_ms, ttft_ms, request_status, error_type, provider, model, operation,
        service, user_id, session_id, input_tokens, output_tokens, cost_usd, ${figureSql(query.order ?? 'start')} AS figure,
        substringUTF8(prompt, 1, ${PREVIEW_LENGTH}) AS prompt_preview, substringUTF8(response, 1, ${PREVIEW_LENGTH}) AS response_preview,
        toUInt8(ifNull(${and(conditions)}, 0)) AS passes
      FROM ${new Sql(which === 'all' ? 'spans' : 'spans FINAL')} WHERE (start, trace_id, span_id) IN (${list(keys)}) ${OVER_REQUESTS}`
    return rowsOf(await this.#connection.query(statement))
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

/** Requests of one user, session or trace: mostly not so many in an hour that they fill a page, and the engine finds them by indexes of their own. */
function isOfFew({ userId, sessionId, traceId }: RequestFilter): boolean {
  return userId !== undefined || sessionId !== undefined || traceId !== undefined
}

/** For requests that are known to have had the verdict at some time. */
function withoutVerdict(query: RequestQuery): RequestQuery {
  const { evaluation: _, ...filter } = query.filter
  return { ...query, filter }
}

/** What of the range comes after the page before. */
function pageRange({ range, cursor, order = 'start' }: RequestQuery): TimeRange {
  if (cursor === undefined || order !== 'start') return range
  return { ...range, maxMs: Math.min(range.maxMs, decodeCursor(cursor).startMs + 1) }
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

function standsAt(row: ResultRow, { startMs, figure = 0 }: PagePosition): boolean {
  return millisecondsOf(row, 'start') === startMs && numberOf(row, 'figure') === figure
}

function spanKeyOf(row: ResultRow): string {
  return textOf(row, 'trace_id') + textOf(row, 'span_id')
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

function toTotals(group: RequestGroup): RequestTotals {
  const { value, requests, errors, inputTokens, outputTokens, costUsd, unpriced, latencyP50Ms, latencyP95Ms } = group
  return { model: value, requests, errors, inputTokens, outputTokens, costUsd, unpriced, latencyP50Ms, latencyP95Ms }
}
