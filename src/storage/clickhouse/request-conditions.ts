import { OWNER_ATTRIBUTES } from '../request-costs.ts'
import type { RequestFilter } from '../request-store.ts'
import type { TimeRange } from '../sample-store.ts'
import { and, list, sql, Sql } from './sql.ts'
import { isInStretches, type Stretch } from './stretch.ts'
import { microsecondCondition, timeCondition } from './time-condition.ts'

export const LATENCY_MS: Sql = sql`latency_ms`

/** Unknown when either is. */
export const TOTAL_TOKENS: Sql = sql`total_tokens`

/**
 * At the end of a statement over requests, of which there may be millions: it is compiled. With FINAL, what has equal keys has the same
 * start, and so lies in the same partition.
 */
export const OVER_REQUESTS: Sql = sql`SETTINGS do_not_merge_across_partitions_select_final = 1, compile_expressions = 1, compile_aggregate_expressions = 1, compile_sort_description = 1`

/** Tells a span from all others. */
export const SPAN_HASH: Sql = sql`sipHash64(trace_id, span_id)`

/** A filter, and where in its range what passes it can only be. */
export interface LocatedFilter extends RequestFilter {
  readonly stretches?: readonly Stretch[]
}

type EvaluationFilter = NonNullable<RequestFilter['evaluation']>

/** Evaluations bear the time of their request; some senders round it. */
const EVALUATED_WITHIN_MS = 3_600_000

/** Rows of `spans` that are requests of the range and pass the filter. */
export function requestConditions(range: TimeRange, filter: LocatedFilter): Sql {
  return and([
    sql`is_request`,
    microsecondCondition('start', range),
    ...(filter.stretches === undefined ? [] : [isInStretches(filter.stretches)]),
    ...equalities(filter),
    ...bounds(filter),
    ...others(range, filter),
  ])
}

/** Rows of `settled_requests` of the range that pass a filter without what they have not (`isSettledFor`). */
export function settledConditions(range: TimeRange, filter: RequestFilter): Sql {
  const evaluated =
    filter.evaluation === undefined ? [] : [evaluationCondition(sql`span_hash`, range, filter.evaluation)]
  return and([
    microsecondCondition('start', range),
    ...equalities(filter),
    ...bounds(filter),
    ...finishes(filter),
    ...evaluated,
  ])
}

/** Rows of `request_hours` that pass a filter of which sums are kept. */
export function sumConditions(filter: RequestFilter): Sql {
  return and([...equalities(filter), ...finishes(filter)])
}

function equalities(filter: RequestFilter): Sql[] {
  const columns: ReadonlyArray<readonly [column: string, wanted: string | undefined]> = [
    ['model', filter.model],
    ['provider', filter.provider],
    ['request_status', filter.status],
    ['user_id', filter.userId],
    ['session_id', filter.sessionId],
    ['service', filter.service],
    ['feature', filter.feature],
    ['prompt_name', filter.promptName],
    ['prompt_version', filter.promptVersion],
    ['error_type', filter.errorType],
    ['operation', filter.operation],
    ['source', filter.source],
  ]
  return columns.flatMap(([column, wanted]) => (wanted === undefined ? [] : [sql`${new Sql(column)} = ${wanted}`]))
}

function bounds(filter: RequestFilter): Sql[] {
  const conditions: ReadonlyArray<readonly [value: Sql, sign: '>=' | '<=', bound: number | undefined]> = [
    [LATENCY_MS, '>=', filter.minLatencyMs],
    [LATENCY_MS, '<=', filter.maxLatencyMs],
    [TOTAL_TOKENS, '>=', filter.minTokens],
    [TOTAL_TOKENS, '<=', filter.maxTokens],
    [sql`cost_usd`, '>=', filter.minCostUsd],
    [sql`cost_usd`, '<=', filter.maxCostUsd],
  ]
  return conditions.flatMap(([value, sign, bound]) => {
    return bound === undefined ? [] : [sql`${value} ${new Sql(sign)} ${bound}`]
  })
}

function finishes({ finishReason }: RequestFilter): Sql[] {
  return finishReason === undefined ? [] : [sql`has(finish_reasons, ${finishReason})`]
}

function others(range: TimeRange, filter: RequestFilter): Sql[] {
  const { traceId, text, evaluation, team, key } = filter
  const conditions = finishes(filter)
  if (team !== undefined) conditions.push(sql`${ownerSql('team')} = ${team}`)
  if (key !== undefined) conditions.push(sql`${ownerSql('key')} = ${key}`)
  if (traceId !== undefined)
    conditions.push(
      sql`trace_id = ${traceId} AND (start, trace_id, span_id) IN (
        SELECT start, trace_id, span_id FROM span_starts WHERE trace_id = ${traceId})`,
    )
  if (evaluation !== undefined) conditions.push(evaluationCondition(SPAN_HASH, range, evaluation))
  if (text !== undefined && text !== '') conditions.push(textCondition(text))
  return conditions
}

/** The team or key of a request, as `ownerOf` reads it. */
export function ownerSql(field: keyof typeof OWNER_ATTRIBUTES): Sql {
  const values = OWNER_ATTRIBUTES[field].map(
    (name) => sql`if(JSONType(attributes, ${name}) = 'String', JSONExtractString(attributes, ${name}), '')`,
  )
  return sql`arrayFirst(value -> value != '', [${list(values)}])`
}

/**
 * By time, because the evaluations of a month are many more than those that are asked for. Not FINAL: one that was made again may pass with
 * its earlier verdict (`isEvaluatedAs` tells). By hash, or the engine would look for each of them in its index.
 */
function evaluationCondition(hash: Sql, range: TimeRange, { evaluator, verdict }: EvaluationFilter): Sql {
  const times = verdict === 'flagged' ? sql`flagged_times WHERE 1` : sql`evaluation_times WHERE verdict = ${verdict}`
  return sql`${hash} IN (SELECT ${SPAN_HASH} FROM ${times} AND ${evaluatedIn(range)} AND ${isNamed(evaluator)})`
}

/** Whether spans of some traces are evaluated so by what was evaluated last. */
export function isEvaluatedAs({ evaluator, verdict }: EvaluationFilter, traceIds: readonly string[]): Sql {
  return sql`(trace_id, span_id) IN (
    SELECT trace_id, span_id FROM evaluations FINAL
    WHERE trace_id IN ${traceIds} AND verdict = ${verdict} AND ${isNamed(evaluator)})`
}

function isNamed(evaluator: string | undefined): Sql {
  return evaluator === undefined ? sql`1` : sql`evaluator = ${evaluator}`
}

/** Where the evaluations of the requests of a range stand in `evaluation_times`. */
export function evaluatedIn({ minMs, maxMs }: TimeRange): Sql {
  return timeCondition('time', { minMs: minMs - EVALUATED_WITHIN_MS, maxMs: maxMs + EVALUATED_WITHIN_MS })
}

function textCondition(wanted: string): Sql {
  return sql`positionCaseInsensitiveUTF8(prompt, ${wanted}) > 0 OR positionCaseInsensitiveUTF8(response, ${wanted}) > 0`
}
