import type { RequestFilter } from '../request-store.ts'
import type { TimeRange } from '../sample-store.ts'
import { and, sql, Sql } from './sql.ts'
import { microsecondCondition } from './time-condition.ts'

export const LATENCY_MS: Sql = sql`(toUnixTimestamp64Micro(end) - toUnixTimestamp64Micro(start)) / 1000`

/** Unknown when either is. */
export const TOTAL_TOKENS: Sql = sql`(input_tokens + output_tokens)`

/** Rows of `spans` that are requests of the range and pass the filter. */
export function requestConditions(range: TimeRange, filter: RequestFilter): Sql {
  return and([
    sql`is_request`,
    microsecondCondition('start', range),
    ...equalities(filter),
    ...bounds(filter),
    ...others(filter),
  ])
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
    ['trace_id', filter.traceId],
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

function others({ finishReason, text, evaluation }: RequestFilter): Sql[] {
  const conditions: Sql[] = []
  if (finishReason !== undefined) conditions.push(sql`has(finish_reasons, ${finishReason})`)
  if (evaluation !== undefined) conditions.push(evaluationCondition(evaluation))
  if (text !== undefined && text !== '') conditions.push(textCondition(text))
  return conditions
}

function evaluationCondition({ evaluator, verdict }: NonNullable<RequestFilter['evaluation']>): Sql {
  const named = evaluator === undefined ? sql`1` : sql`evaluator = ${evaluator}`
  return sql`(trace_id, span_id) IN (SELECT trace_id, span_id FROM evaluations FINAL WHERE verdict = ${verdict} AND ${named})`
}

function textCondition(wanted: string): Sql {
  return sql`positionCaseInsensitiveUTF8(prompt, ${wanted}) > 0 OR positionCaseInsensitiveUTF8(response, ${wanted}) > 0`
}
