import { isLlmSpan, type Request } from '../../model/request.ts'
import {
  boundingRanks,
  FIGURE_NAMES,
  FIGURE_QUANTILES,
  type Distribution,
  type FigureName,
  type Judgement,
  type QuantileEstimate,
  type RequestFigures,
} from '../request-figures.ts'
import type {
  ExportFormat,
  Facets,
  HistogramStep,
  RequestExplorer,
  RequestField,
  RequestGroup,
  RequestSelection,
  RequestSums,
  Session,
} from '../request-explorer.ts'
import type { Connection, ExportTarget } from './connection.ts'
import { middleOf } from './buckets.ts'
import { newestStartMs } from './newest-start.ts'
import { evaluatedIn, OVER_REQUESTS, LATENCY_MS, requestConditions, SPAN_HASH } from './request-conditions.ts'
import { isOfSessions, requestsOf } from './settled-requests.ts'
import { settledDaysIn, sumsFor, sumsOf } from './settled-days.ts'
import { locate } from './text-stretches.ts'
import { millisecondsOf, numberOf, optionalNumberOf, rowsOf, textOf, textsOf, type ResultRow } from './result-row.ts'
import { readSpan, SPAN_SELECT } from './span-columns.ts'
import { list, sql, Sql } from './sql.ts'

/**
 * Questions about many requests, answered by the engine in one pass over `spans`, and of days that are settled over their sums: all numbers are
 * the same then, percentiles are known within 1.1 %. A span that came again with another start may count at both.
 */
export class ClickHouseRequestExplorer implements RequestExplorer {
  readonly #connection: Connection

  constructor(connection: Connection) {
    this.#connection = connection
  }

  async facets(query: Parameters<RequestExplorer['facets']>[0]): Promise<Facets> {
    const { range, filter, fields, limit } = await locate(this.#connection, query)
    // What has many values would make as many combinations; what has few is counted together, in one pass.
    const alone = fields.filter((field) => field === 'user' || field === 'session')
    const together = fields.filter((field) => field !== 'user' && field !== 'session')
    const sets = [together, ...alone.map((field) => [field])].filter((set) => set.length > 0)
    const counted = await Promise.all(sets.map((set) => this.#facetsOf({ range, filter }, set, limit)))
    const found: Facets = Object.assign({}, ...counted)
    return Object.fromEntries(fields.map((field) => [field, found[field] ?? []]))
  }

  async #facetsOf(selection: RequestSelection, fields: readonly RequestField[], limit: number): Promise<Facets> {
    const pairs = list(fields.map((field) => sql`arrayMap(value -> (${field}, value), ${valuesOf(field)})`))
    const names = list([...new Set(fields.flatMap((field) => COLUMNS_OF[field]))].map((name) => new Sql(name)))
    const sums = await this.#sums(selection, fields)
    const combinations =
      sums === undefined
        ? sql`SELECT ${names}, count() AS n FROM ${await requestsOf(this.#connection, selection)} GROUP BY ${names}`
        : sql`SELECT ${sums.names ?? names}, sum(request_count) AS n FROM ${sums.table} GROUP BY ${sums.names ?? names}`
    const statement = sql`
      SELECT pair.1 AS field, pair.2 AS value, sum(n) AS requests
      FROM (SELECT arrayJoin(arrayConcat(${sums?.names === undefined ? pairs : sql`[(${fields[0] ?? ''}, id)]`})) AS pair, n FROM (${combinations}))
      GROUP BY field, value ORDER BY requests DESC, value LIMIT ${limit} BY field ${OVER_REQUESTS}`
    const rows = rowsOf(await this.#connection.query(statement))
    const countsOf = (field: RequestField): ResultRow[] => rows.filter((row) => textOf(row, 'field') === field)
    return Object.fromEntries(fields.map((field) => [field, countsOf(field).map(readCount)]))
  }

  async histogram(query: RequestSelection & { stepMs: number }): Promise<HistogramStep[]> {
    const { range, filter, stepMs } = await locate(this.#connection, query)
    const stepUs = Math.round(stepMs * 1_000)
    const sums = stepMs % HOUR_MS === 0 ? await this.#sums({ range, filter }, []) : undefined
    const statement =
      sums === undefined
        ? sql`
          SELECT intDiv(toUnixTimestamp64Micro(start), ${stepUs}) * ${stepUs} AS step_us, ${SUMS},
            quantileExactInclusive(0.95)(${LATENCY_MS}) AS latency_p95
          FROM ${await requestsOf(this.#connection, { range, filter })} GROUP BY step_us ORDER BY step_us ${OVER_REQUESTS}`
        : sql`
          SELECT intDiv(at_us, ${stepUs}) * ${stepUs} AS step_us, ${SUMS_OF_SUMS}, ${ERRORS_OF_FIELDS},
            ${middleOf(sql`quantileExactWeightedArray(0.95)(latency_buckets, latency_counts)`)} AS latency_p95
          FROM ${sums.table} GROUP BY step_us ORDER BY step_us ${OVER_REQUESTS}`
    return rowsOf(await this.#connection.query(statement)).map((row) => ({
      startMs: millisecondsOf(row, 'step_us'),
      ...readSums(row),
      latencyP95Ms: numberOf(row, 'latency_p95'),
    }))
  }

  async groups(query: Parameters<RequestExplorer['groups']>[0]): Promise<RequestGroup[]> {
    const { range, filter, by, limit } = await locate(this.#connection, query)
    const sums = await this.#sums({ range, filter }, [by])
    const statement =
      sums === undefined
        ? exactGroups(await requestsOf(this.#connection, { range, filter }), by, limit)
        : groupsOfSums(sums, by, limit)
    return rowsOf(await this.#connection.query(statement)).map(readGroup)
  }

  /** Sums to answer a question of; undefined when nothing of it is summed up and the requests themselves are read. */
  async #sums(selection: RequestSelection, fields: readonly RequestField[]): Promise<Sums | undefined> {
    const by = sumsFor(selection.filter, fields)
    if (by === undefined) return undefined
    const days = await settledDaysIn(this.#connection, selection.range)
    if (days.length === 0) return undefined
    return { table: sumsOf(by, selection, days), names: by === 'fields' ? undefined : sql`id` }
  }

  async figures(query: RequestSelection): Promise<RequestFigures> {
    const selection = await locate(this.#connection, query)
    const [{ sums, moments }, judgements] = await Promise.all([this.#moments(selection), this.#judgements(selection)])
    const quantiles = await this.#quantiles(selection, (name) => moments(name).count)
    const distribution = (name: FigureName): Distribution => ({ ...moments(name), quantiles: quantiles(name) })
    return {
      sums,
      figures: {
        latencyMs: distribution('latencyMs'),
        ttftMs: distribution('ttftMs'),
        outputTokensPerSecond: distribution('outputTokensPerSecond'),
        inputTokens: distribution('inputTokens'),
        outputTokens: distribution('outputTokens'),
        costUsd: distribution('costUsd'),
      },
      judgements,
    }
  }

  async sessions(query: Parameters<RequestExplorer['sessions']>[0]): Promise<Session[]> {
    const { range, filter, limit, offset } = await locate(this.#connection, query)
    const ids = (await this.#newestSessions({ range, filter }, offset + limit)).slice(offset)
    const statement = sql`
      SELECT session_id, argMax(user_id, start) AS newest_user, ${SUMS},
        toUnixTimestamp64Micro(min(start)) AS first_us, toUnixTimestamp64Micro(max(end)) AS last_us
      FROM ${await requestsOf(this.#connection, { range, filter }, isOfSessions(ids))}
      GROUP BY session_id ORDER BY max(start) DESC, session_id ${OVER_REQUESTS}`
    return rowsOf(await this.#connection.query(statement)).map((row) => ({
      sessionId: textOf(row, 'session_id'),
      userId: textOf(row, 'newest_user'),
      firstMs: millisecondsOf(row, 'first_us'),
      lastMs: millisecondsOf(row, 'last_us'),
      ...readSums(row),
    }))
  }

  /** The ids of the sessions with the newest requests. Looks at the end of the range first, because that is mostly enough. */
  async #newestSessions({ range, filter }: RequestSelection, count: number): Promise<string[]> {
    const { maxMs } = range
    const newest = await newestStartMs(this.#connection, range)
    if (newest === undefined) return []
    for (const lastingMs of [HOUR_MS, DAY_MS, maxMs - range.minMs]) {
      const minMs = Math.max(range.minMs, newest - lastingMs)
      const statement = sql`
        SELECT session_id FROM ${await requestsOf(this.#connection, { range: { minMs, maxMs }, filter }, HAS_SESSION)}
        GROUP BY session_id ORDER BY max(start) DESC, session_id LIMIT ${count} ${OVER_REQUESTS}`
      const ids = rowsOf(await this.#connection.query(statement)).map((row) => textOf(row, 'session_id'))
      if (ids.length === count || minMs === range.minMs) return ids
    }
    return []
  }

  async turns({ sessionId, range, limit }: Parameters<RequestExplorer['turns']>[0]): Promise<Request[]> {
    const statement = sql`
      SELECT ${SPAN_SELECT} FROM spans FINAL WHERE ${requestConditions(range, { sessionId })}
      ORDER BY start, trace_id, span_id LIMIT ${limit} ${OVER_REQUESTS}`
    return rowsOf(await this.#connection.query(statement)).flatMap((row) => {
      const span = readSpan(row)
      return isLlmSpan(span) ? [{ span, costUsd: optionalNumberOf(row, 'cost_usd') }] : []
    })
  }

  async #moments(selection: RequestSelection): Promise<Moments> {
    const columns = list(
      FIGURE_NAMES.map((name) => {
        const value = FIGURES[name]
        return sql`count(${value}) AS ${new Sql(`n_${name}`)}, avg(${value}) AS ${new Sql(`mean_${name}`)},
          varSamp(${value}) AS ${new Sql(`var_${name}`)}`
      }),
    )
    const [row] = rowsOf(
      await this.#connection.query(
        sql`SELECT ${SUMS}, ${columns} FROM ${await requestsOf(this.#connection, selection)} ${OVER_REQUESTS}`,
      ),
    )
    if (row === undefined) throw new Error('an aggregate without groups has one row')
    const moments: Moments['moments'] = (name) => {
      const count = numberOf(row, `n_${name}`)
      return {
        count,
        mean: count === 0 ? 0 : (optionalNumberOf(row, `mean_${name}`) ?? 0),
        variance: count < 2 ? 0 : (optionalNumberOf(row, `var_${name}`) ?? 0),
      }
    }
    return { sums: readSums(row), moments }
  }

  /** Each quantile with the two values that bound it, all by their rank among the values. */
  async #quantiles(
    selection: RequestSelection,
    countOf: (name: FigureName) => number,
  ): Promise<(name: FigureName) => QuantileEstimate[]> {
    const names = FIGURE_NAMES.filter((name) => FIGURE_QUANTILES[name].length > 0 && countOf(name) > 0)
    if (names.length === 0) return () => []
    const columns = names.map((name) => {
      const levels = rankedLevels(name, countOf(name)).map(String).join(', ')
      return sql`arrayMap(value -> toString(value), quantilesExactInclusive(${new Sql(levels)})(${FIGURES[name]})) AS ${new Sql(name)}`
    })
    const [row] = rowsOf(
      await this.#connection.query(
        sql`SELECT ${list(columns)} FROM ${await requestsOf(this.#connection, selection)} ${OVER_REQUESTS}`,
      ),
    )
    if (row === undefined) return () => []
    return (name) => (names.includes(name) ? readQuantiles(name, countOf(name), textsOf(row, name).map(Number)) : [])
  }

  async #judgements({ range, filter }: RequestSelection): Promise<Judgement[]> {
    const statement = sql`
      SELECT evaluator, evaluator_version, count() AS judged, countIf(verdict = 'flagged') AS flagged
      FROM evaluation_times FINAL
      WHERE ${evaluatedIn(range)}
        AND ${SPAN_HASH} IN (SELECT span_hash FROM ${await requestsOf(this.#connection, { range, filter })})
      GROUP BY evaluator, evaluator_version ORDER BY evaluator, evaluator_version ${OVER_REQUESTS}`
    return rowsOf(await this.#connection.query(statement)).map((row) => ({
      evaluator: textOf(row, 'evaluator'),
      version: textOf(row, 'evaluator_version'),
      judged: numberOf(row, 'judged'),
      flagged: numberOf(row, 'flagged'),
    }))
  }

  async *exportRequests(query: Parameters<RequestExplorer['exportRequests']>[0]): AsyncGenerator<Buffer> {
    const { range, filter, format, limit } = await locate(this.#connection, query)
    const minMs = await this.#startOfNewest({ range, filter }, limit)
    const statement = sql`
      SELECT ${EXPORTED} FROM spans FINAL WHERE ${requestConditions({ ...range, minMs }, filter)}
      ORDER BY spans.start DESC, trace_id DESC, span_id DESC LIMIT ${limit}`
    yield* this.#connection.export(statement, FORMATS[format])
  }

  /** From when on there are enough requests, also when half of them were replaced: FINAL would merge the whole range for a few. */
  async #startOfNewest({ range, filter }: RequestSelection, count: number): Promise<number> {
    const statement = sql`
      SELECT min(start) AS first, count() AS found FROM (
        SELECT start FROM spans WHERE ${requestConditions(range, filter)} ORDER BY start DESC LIMIT ${2 * count}
      )`
    const [row] = rowsOf(await this.#connection.query(statement))
    return row === undefined || numberOf(row, 'found') < 2 * count ? range.minMs : millisecondsOf(row, 'first')
  }
}

const HOUR_MS = 3_600_000
const DAY_MS = 24 * HOUR_MS

const HAS_SESSION = { condition: sql`session_id != ''` }

interface Sums {
  /** To select from. */
  readonly table: Sql
  /** What is grouped by when that is an owner. */
  readonly names: Sql | undefined
}

function exactGroups(requests: Sql, by: RequestField, limit: number): Sql {
  // Written out for each level; the engine works out equal ones once.
  const latencies = sql`quantilesExactInclusive(0.5, 0.95, 0.99)(${LATENCY_MS})`
  const ttfts = sql`quantilesExactInclusiveIf(0.5, 0.95)(ifNull(ttft_ms, 0), ttft_ms IS NOT NULL)`
  return sql`
    SELECT arrayJoin(${valuesOf(by)}) AS value, ${SUMS},
      toUInt64(sum(ifNull(cache_read_tokens, 0))) AS sum_cache_read,
      ${latencies}[1] AS latency_p50, ${latencies}[2] AS latency_p95, ${latencies}[3] AS latency_p99,
      countIf(ttft_ms IS NOT NULL) AS with_ttft, ${ttfts}[1] AS ttft_p50, ${ttfts}[2] AS ttft_p95, sumIf(${LATENCY_MS}, output_tokens IS NOT NULL) AS output_ms
    FROM ${requests}
    GROUP BY value ORDER BY requests DESC, value LIMIT ${limit} ${OVER_REQUESTS}`
}

function groupsOfSums({ table, names }: Sums, by: RequestField, limit: number): Sql {
  // Owners are many: percentiles are worked out of those only that are shown.
  const shown =
    names === undefined
      ? sql`1`
      : sql`id IN (SELECT id FROM ${table} GROUP BY id ORDER BY sum(request_count) DESC, id LIMIT ${limit})`
  const latencies = sql`quantilesExactWeightedArray(0.5, 0.95, 0.99)(latency_buckets, latency_counts)`
  const ttfts = sql`quantilesExactWeightedArray(0.5, 0.95)(ttft_buckets, ttft_counts)`
  return sql`
    SELECT ${names ?? sql`arrayJoin(${valuesOf(by)})`} AS value, ${SUMS_OF_SUMS},
      ${names === undefined ? ERRORS_OF_FIELDS : sql`sum(error_count) AS errors`},
      sum(cache_read_sum) AS sum_cache_read,
      ${middleOf(sql`${latencies}[1]`)} AS latency_p50, ${middleOf(sql`${latencies}[2]`)} AS latency_p95,
      ${middleOf(sql`${latencies}[3]`)} AS latency_p99, sum(arraySum(ttft_counts)) AS with_ttft,
      ${middleOf(sql`${ttfts}[1]`)} AS ttft_p50, ${middleOf(sql`${ttfts}[2]`)} AS ttft_p95, sum(output_ms_sum) AS output_ms
    FROM ${table} WHERE ${shown}
    GROUP BY value ORDER BY requests DESC, value LIMIT ${limit} ${OVER_REQUESTS}`
}

const SUMS_OF_SUMS: Sql = sql`
  sum(request_count) AS requests, sum(input_sum) AS sum_input, sum(output_sum) AS sum_output, sum(cost_sum) AS sum_cost,
  sum(unpriced_count) AS unpriced`
const ERRORS_OF_FIELDS: Sql = sql`sumIf(request_count, request_status = 'error') AS errors`

interface Moments {
  readonly sums: RequestSums
  readonly moments: (name: FigureName) => Omit<Distribution, 'quantiles'>
}

/** As Nullable(Float64); NULL where a request does not say it. */
const FIGURES: Readonly<Record<FigureName, Sql>> = {
  latencyMs: sql`toNullable(toFloat64(${LATENCY_MS}))`,
  ttftMs: sql`ttft_ms`,
  outputTokensPerSecond: sql`if(${LATENCY_MS} > 0, output_tokens * 1000 / (${LATENCY_MS}), NULL)`,
  inputTokens: sql`toFloat64(input_tokens)`,
  outputTokens: sql`toFloat64(output_tokens)`,
  costUsd: sql`cost_usd`,
}

/** For each quantile of a figure: itself, then the places of the values that bound it, as levels that hit those values exactly. */
function rankedLevels(name: FigureName, count: number): number[] {
  return FIGURE_QUANTILES[name].flatMap((level) => {
    const { lower, upper } = boundingRanks(count, level)
    return [level, (lower ?? 0) / Math.max(1, count - 1), (upper ?? 0) / Math.max(1, count - 1)]
  })
}

function readQuantiles(name: FigureName, count: number, values: readonly number[]): QuantileEstimate[] {
  return FIGURE_QUANTILES[name].map((level, i) => {
    const { lower, upper } = boundingRanks(count, level)
    return {
      level,
      value: values[3 * i] ?? 0,
      lower: lower === undefined ? undefined : values[3 * i + 1],
      upper: upper === undefined ? undefined : values[3 * i + 2],
    }
  })
}

const FORMATS: Readonly<Record<ExportFormat, ExportTarget>> = {
  jsonl: 'JSONEachRow',
  csv: 'CSVWithNames',
  parquet: 'Parquet',
}

const EXPORTED: Sql = sql`
  trace_id, span_id, toUnixTimestamp64Micro(start) / 1000 AS start_ms, ${LATENCY_MS} AS latency_ms, ttft_ms,
  toString(request_status) AS status, toString(error_type) AS error_type, toString(provider) AS provider, toString(model) AS model,
  toString(operation) AS operation, toString(service) AS service, user_id, session_id, toString(feature) AS feature,
  toString(prompt_name) AS prompt_name, toString(prompt_version) AS prompt_version, toString(source) AS source, finish_reasons,
  input_tokens, output_tokens, cache_read_tokens, cache_write_tokens, reasoning_tokens, cost_usd, prompt, response`

const SUMS: Sql = sql`
  count() AS requests, countIf(request_status = 'error') AS errors,
  toUInt64(sum(ifNull(input_tokens, 0))) AS sum_input, toUInt64(sum(ifNull(output_tokens, 0))) AS sum_output,
  sum(ifNull(cost_usd, 0)) AS sum_cost, countIf(cost_usd IS NULL) AS unpriced`

/** The columns that `valuesOf` looks at. */
const COLUMNS_OF: Readonly<Record<RequestField, readonly string[]>> = {
  model: ['model'],
  provider: ['provider'],
  status: ['request_status'],
  operation: ['operation'],
  source: ['source'],
  service: ['service'],
  feature: ['feature'],
  user: ['user_id'],
  session: ['session_id'],
  prompt: ['prompt_name', 'prompt_version'],
  error_type: ['error_type'],
  finish_reason: ['finish_reasons'],
}

/** The values of a request in a field, as a list of texts: one, but for finish reasons. */
function valuesOf(field: RequestField): Sql {
  switch (field) {
    case 'status':
      return sql`[toString(request_status)]`
    case 'user':
      return sql`[user_id]`
    case 'session':
      return sql`[session_id]`
    case 'prompt':
      return sql`[if(prompt_name = '', '', concat(toString(prompt_name), '@', toString(prompt_version)))]`
    case 'finish_reason':
      return sql`if(empty(finish_reasons), [''], arrayDistinct(finish_reasons))`
    case 'model':
    case 'provider':
    case 'operation':
    case 'source':
    case 'service':
    case 'feature':
    case 'error_type':
      return sql`[toString(${new Sql(field)})]`
  }
}

function readCount(row: ResultRow): { value: string; count: number } {
  return { value: textOf(row, 'value'), count: numberOf(row, 'requests') }
}

function readSums(row: ResultRow): RequestSums {
  return {
    requests: numberOf(row, 'requests'),
    errors: numberOf(row, 'errors'),
    inputTokens: numberOf(row, 'sum_input'),
    outputTokens: numberOf(row, 'sum_output'),
    costUsd: numberOf(row, 'sum_cost'),
    unpriced: numberOf(row, 'unpriced'),
  }
}

function readGroup(row: ResultRow): RequestGroup {
  const sums = readSums(row)
  const saysTtft = numberOf(row, 'with_ttft') > 0
  const outputMs = numberOf(row, 'output_ms')
  return {
    value: textOf(row, 'value'),
    ...sums,
    cacheReadTokens: numberOf(row, 'sum_cache_read'),
    latencyP50Ms: numberOf(row, 'latency_p50'),
    latencyP95Ms: numberOf(row, 'latency_p95'),
    latencyP99Ms: numberOf(row, 'latency_p99'),
    ttftP50Ms: saysTtft ? numberOf(row, 'ttft_p50') : undefined,
    ttftP95Ms: saysTtft ? numberOf(row, 'ttft_p95') : undefined,
    outputTokensPerSecond: outputMs > 0 ? (sums.outputTokens * 1_000) / outputMs : undefined,
  }
}
