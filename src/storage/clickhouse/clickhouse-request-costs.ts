import type { CacheUse, CostField, CostGroup, CostStep, CostSums, RequestCosts } from '../request-costs.ts'
import type { TimeRange } from '../sample-store.ts'
import type { Connection } from './connection.ts'
import { OVER_REQUESTS, ownerSql, requestConditions } from './request-conditions.ts'
import { numberOf, rowsOf, textOf, type ResultRow } from './result-row.ts'
import { list, sql, Sql } from './sql.ts'

/** Costs of the requests themselves: the sums of settled days hold doubles, which do not add up to the nano-dollar. */
export class ClickHouseRequestCosts implements RequestCosts {
  readonly #connection: Connection

  constructor(connection: Connection) {
    this.#connection = connection
  }

  async costs(range: TimeRange): Promise<CostSums> {
    const [row] = await this.#rows(sql`SELECT ${SUMS} FROM spans FINAL WHERE ${requestConditions(range, {})}`)
    if (row === undefined) throw new Error('an aggregate without groups has one row')
    return readSums(row)
  }

  async costGroups({ range, by, limit }: Parameters<RequestCosts['costGroups']>[0]): Promise<CostGroup[]> {
    const rows = await this.#rows(sql`
      SELECT ${VALUE_OF[by]} AS value, ${SUMS} FROM spans FINAL WHERE ${requestConditions(range, {})}
      GROUP BY value ORDER BY ${NANO_USD} DESC, requests DESC, value LIMIT ${limit}`)
    return rows.map((row) => ({ value: textOf(row, 'value'), ...readSums(row) }))
  }

  async costSteps({ range, stepMs }: Parameters<RequestCosts['costSteps']>[0]): Promise<CostStep[]> {
    const rows = await this.#rows(sql`
      SELECT ${stepOf(stepMs)} AS step_ms, toString(model) AS value, toString(${NANO_USD}) AS nano_usd
      FROM spans FINAL WHERE ${requestConditions(range, {})} AND cost_usd IS NOT NULL
      GROUP BY step_ms, value ORDER BY step_ms, value`)
    return rows.map((row) => ({
      startMs: numberOf(row, 'step_ms'),
      model: textOf(row, 'value'),
      nanoUsd: BigInt(textOf(row, 'nano_usd')),
    }))
  }

  async cacheUse({ range, boundaries }: Parameters<RequestCosts['cacheUse']>[0]): Promise<CacheUse[]> {
    const above = boundaries.map((boundary) => sql`(ifNull(input_tokens, 0) > ${boundary})`)
    const sums = list(Object.entries(USAGE_COLUMNS).map(([name, column]) => sql`${sumOf(column)} AS ${new Sql(name)}`))
    const rows = await this.#rows(sql`
      SELECT ${stepOf(HALF_HOUR_MS)} AS half_hour_ms, toString(provider) AS by_provider, toString(model) AS by_model,
        toString(request_model) AS by_request_model, ${SERVICE_TIER} AS service_tier,
        toUInt64(ifNull(any(spans.input_tokens), 0)) AS some_input, count() AS requests, toString(${NANO_USD}) AS nano_usd, ${sums}
      FROM spans FINAL WHERE ${requestConditions(range, {})} AND cost_usd IS NOT NULL
        AND (ifNull(cache_read_tokens, 0) > 0 OR ifNull(cache_write_tokens, 0) > 0)
      GROUP BY half_hour_ms, by_provider, by_model, by_request_model, service_tier, [${list([sql`0`, ...above])}], reported_cost_usd > 0
      ORDER BY half_hour_ms, by_provider, by_model, by_request_model, service_tier, some_input`)
    return rows.map(readCacheUse)
  }

  async #rows(statement: Sql): Promise<ResultRow[]> {
    return rowsOf(await this.#connection.query(sql`${statement} ${OVER_REQUESTS}`))
  }
}

const HALF_HOUR_MS = 1_800_000

/** Costs are stored as the doubles nearest to whole nano-dollars. */
const NANO_USD: Sql = sql`sum(toInt64(round(ifNull(cost_usd, 0) * 1e9)))`

const USAGE_COLUMNS = {
  sum_input: 'input_tokens',
  sum_output: 'output_tokens',
  sum_cache_read: 'cache_read_tokens',
  sum_cache_write: 'cache_write_tokens',
  sum_reasoning: 'reasoning_tokens',
  sum_audio_input: 'audio_input_tokens',
  sum_audio_output: 'audio_output_tokens',
  sum_image_input: 'image_input_tokens',
} as const

const SUMS: Sql = sql`
  count() AS requests, countIf(cost_usd IS NULL) AS unpriced, toString(${NANO_USD}) AS nano_usd,
  ${list(
    (['sum_input', 'sum_output', 'sum_cache_read', 'sum_cache_write', 'sum_reasoning'] as const).map(
      (name) => sql`${sumOf(USAGE_COLUMNS[name])} AS ${new Sql(name)}`,
    ),
  )},
  toUInt64(sumIf(ifNull(input_tokens, 0) + ifNull(output_tokens, 0), cost_usd IS NOT NULL)) AS priced_tokens`

const VALUE_OF: Readonly<Record<CostField, Sql>> = {
  model: sql`toString(model)`,
  provider: sql`toString(provider)`,
  user: sql`user_id`,
  feature: sql`toString(feature)`,
  service: sql`toString(service)`,
  team: ownerSql('team'),
  key: ownerSql('key'),
}

/** What `serviceTierOf` of the prices reads. */
const SERVICE_TIER: Sql = sql`multiIf(
  JSONHas(parameters, 'service_tier'), JSONExtractString(parameters, 'service_tier'),
  JSONHas(parameters, 'openai.service_tier'), JSONExtractString(parameters, 'openai.service_tier'),
  JSONExtractBool(parameters, 'batch'), 'batch', JSONExtractString(parameters, 'batch'))`

function sumOf(column: string): Sql {
  return sql`toUInt64(sum(ifNull(${new Sql(column)}, 0)))`
}

function stepOf(stepMs: number): Sql {
  return sql`toInt64(intDiv(toUnixTimestamp64Micro(start), ${stepMs * 1_000}) * ${stepMs})`
}

function readSums(row: ResultRow): CostSums {
  return {
    requests: numberOf(row, 'requests'),
    unpriced: numberOf(row, 'unpriced'),
    nanoUsd: BigInt(textOf(row, 'nano_usd')),
    inputTokens: numberOf(row, 'sum_input'),
    outputTokens: numberOf(row, 'sum_output'),
    cacheReadTokens: numberOf(row, 'sum_cache_read'),
    cacheWriteTokens: numberOf(row, 'sum_cache_write'),
    reasoningTokens: numberOf(row, 'sum_reasoning'),
    pricedTokens: numberOf(row, 'priced_tokens'),
  }
}

function readCacheUse(row: ResultRow): CacheUse {
  return {
    halfHourMs: numberOf(row, 'half_hour_ms'),
    provider: textOf(row, 'by_provider'),
    model: textOf(row, 'by_model'),
    requestModel: textOf(row, 'by_request_model'),
    serviceTier: textOf(row, 'service_tier'),
    someInputTokens: numberOf(row, 'some_input'),
    requests: numberOf(row, 'requests'),
    nanoUsd: BigInt(textOf(row, 'nano_usd')),
    usage: {
      inputTokens: numberOf(row, 'sum_input'),
      outputTokens: numberOf(row, 'sum_output'),
      cacheReadTokens: numberOf(row, 'sum_cache_read'),
      cacheWriteTokens: numberOf(row, 'sum_cache_write'),
      reasoningTokens: numberOf(row, 'sum_reasoning'),
      audioInputTokens: numberOf(row, 'sum_audio_input'),
      audioOutputTokens: numberOf(row, 'sum_audio_output'),
      imageInputTokens: numberOf(row, 'sum_image_input'),
    },
  }
}
