import { latencyMs, modelOf, requestStatus, type Request } from '../../model/request.ts'
import type { Evaluation } from '../../model/evaluation.ts'
import { textOf, type Span } from '../../model/span.ts'
import { groupBy } from '../../util/group-by.ts'
import type {
  Facets,
  HistogramStep,
  RequestExplorer,
  RequestField,
  RequestGroup,
  RequestSelection,
  RequestSums,
  Session,
} from '../request-explorer.ts'
import {
  boundingRanks,
  FIGURE_QUANTILES,
  type Distribution,
  type FigureName,
  type Judgement,
  type RequestFigures,
} from '../request-figures.ts'
import { totalTokens } from './request-passes.ts'

/** Answers by looking at every request. Writes only the formats that are text. */
export class MemoryRequestExplorer implements RequestExplorer {
  readonly #select: (selection: RequestSelection) => readonly Request[]
  readonly #evaluationsOf: (span: Span) => readonly Evaluation[]

  /** `select` gives the requests of a selection, newest first; `evaluationsOf` what was found of one. */
  constructor(
    select: (selection: RequestSelection) => readonly Request[],
    evaluationsOf: (span: Span) => readonly Evaluation[],
  ) {
    this.#select = select
    this.#evaluationsOf = evaluationsOf
  }

  async facets({ fields, limit, ...selection }: Parameters<RequestExplorer['facets']>[0]): Promise<Facets> {
    const requests = this.#select(selection)
    return Object.fromEntries(
      fields.map((field) => [
        field,
        byValue(requests, field)
          .slice(0, limit)
          .map(([value, { length }]) => ({ value, count: length })),
      ]),
    )
  }

  async histogram({ stepMs, ...selection }: RequestSelection & { stepMs: number }): Promise<HistogramStep[]> {
    const steps = groupBy(this.#select(selection), ({ span }) => Math.floor(span.startMs / stepMs) * stepMs)
    return [...steps]
      .sort(([a], [b]) => a - b)
      .map(([startMs, requests]) => ({
        startMs,
        ...sumsOf(requests),
        latencyP95Ms: quantile(requests.map(latencyOf), 0.95),
      }))
  }

  async groups({ by, limit, ...selection }: Parameters<RequestExplorer['groups']>[0]): Promise<RequestGroup[]> {
    return byValue(this.#select(selection), by).slice(0, limit).map(toGroup)
  }

  async figures(selection: RequestSelection): Promise<RequestFigures> {
    const requests = this.#select(selection)
    const evaluations = requests.flatMap(({ span }) => this.#evaluationsOf(span))
    return {
      sums: sumsOf(requests),
      figures: {
        latencyMs: distributionOf('latencyMs', requests, latencyOf),
        ttftMs: distributionOf('ttftMs', requests, ({ span }) => span.llm.ttftMs),
        outputTokensPerSecond: distributionOf('outputTokensPerSecond', requests, outputRate),
        inputTokens: distributionOf('inputTokens', requests, ({ span }) => span.llm.usage.inputTokens),
        outputTokens: distributionOf('outputTokens', requests, ({ span }) => span.llm.usage.outputTokens),
        costUsd: distributionOf('costUsd', requests, ({ costUsd }) => costUsd),
      },
      judgements: judgementsOf(evaluations),
    }
  }

  async sessions({ limit, offset, ...selection }: Parameters<RequestExplorer['sessions']>[0]): Promise<Session[]> {
    const requests = this.#select(selection).filter(({ span }) => span.sessionId !== '')
    return [...groupBy(requests, ({ span }) => span.sessionId)]
      .slice(offset, offset + limit)
      .map(([sessionId, turns]) => ({
        sessionId,
        userId: turns[0]?.span.userId ?? '',
        firstMs: Math.min(...turns.map(({ span }) => span.startMs)),
        lastMs: Math.max(...turns.map(({ span }) => span.endMs)),
        ...sumsOf(turns),
      }))
  }

  async turns({ sessionId, range, limit }: Parameters<RequestExplorer['turns']>[0]): Promise<Request[]> {
    return this.#select({ range, filter: { sessionId } }).toReversed().slice(0, limit)
  }

  async *exportRequests({
    format,
    limit,
    ...selection
  }: Parameters<RequestExplorer['exportRequests']>[0]): AsyncGenerator<Buffer> {
    if (format !== 'jsonl') throw new Error(`the store in memory writes jsonl only, not ${format}`)
    for (const request of this.#select(selection).slice(0, limit))
      yield Buffer.from(`${JSON.stringify(exported(request))}\n`)
  }
}

/** Values with their requests, most frequent first. */
function byValue(requests: readonly Request[], field: RequestField): Array<[string, Request[]]> {
  const groups = new Map<string, Request[]>()
  for (const request of requests) {
    for (const value of valuesOf(request, field)) groups.set(value, [...(groups.get(value) ?? []), request])
  }
  return [...groups].sort(([a, of], [b, than]) => than.length - of.length || (a < b ? -1 : 1))
}

function valuesOf({ span }: Request, field: RequestField): readonly string[] {
  const { llm } = span
  switch (field) {
    case 'model':
      return [modelOf(span)]
    case 'provider':
    case 'operation':
    case 'source':
    case 'feature':
      return [llm[field]]
    case 'status':
      return [requestStatus(span)]
    case 'service':
      return [span.service]
    case 'user':
      return [span.userId]
    case 'session':
      return [span.sessionId]
    case 'prompt':
      return [llm.promptName === '' ? '' : `${llm.promptName}@${llm.promptVersion}`]
    case 'error_type':
      return [llm.errorType]
    case 'finish_reason':
      return llm.finishReasons.length === 0 ? [''] : [...new Set(llm.finishReasons)]
  }
}

function sumsOf(requests: readonly Request[]): RequestSums {
  return {
    requests: requests.length,
    errors: requests.filter(({ span }) => requestStatus(span) === 'error').length,
    inputTokens: sum(requests, ({ span }) => span.llm.usage.inputTokens),
    outputTokens: sum(requests, ({ span }) => span.llm.usage.outputTokens),
    costUsd: sum(requests, ({ costUsd }) => costUsd),
    unpriced: requests.filter(({ costUsd }) => costUsd === undefined).length,
  }
}

function toGroup([value, requests]: readonly [string, readonly Request[]]): RequestGroup {
  const latencies = requests.map(latencyOf)
  const ttfts = requests.flatMap(({ span }) => span.llm.ttftMs ?? [])
  const sums = sumsOf(requests)
  const outputMs = sum(
    requests.filter(({ span }) => span.llm.usage.outputTokens !== undefined),
    latencyOf,
  )
  return {
    value,
    ...sums,
    cacheReadTokens: sum(requests, ({ span }) => span.llm.usage.cacheReadTokens),
    latencyP50Ms: quantile(latencies, 0.5),
    latencyP95Ms: quantile(latencies, 0.95),
    latencyP99Ms: quantile(latencies, 0.99),
    ttftP50Ms: ttfts.length === 0 ? undefined : quantile(ttfts, 0.5),
    ttftP95Ms: ttfts.length === 0 ? undefined : quantile(ttfts, 0.95),
    outputTokensPerSecond: outputMs > 0 ? (sums.outputTokens * 1_000) / outputMs : undefined,
  }
}

function outputRate({ span }: Request): number | undefined {
  const { outputTokens } = span.llm.usage
  const durationMs = latencyMs(span)
  return outputTokens === undefined || durationMs <= 0 ? undefined : (outputTokens * 1_000) / durationMs
}

function distributionOf(
  name: FigureName,
  requests: readonly Request[],
  figure: (request: Request) => number | undefined,
): Distribution {
  const values = requests.flatMap((request) => figure(request) ?? []).sort((a, b) => a - b)
  const count = values.length
  if (count === 0) return { count, mean: 0, variance: 0, quantiles: [] }
  const mean = values.reduce((sum, value) => sum + value, 0) / count
  const squares = values.reduce((sum, value) => sum + (value - mean) ** 2, 0)
  const quantiles = FIGURE_QUANTILES[name].map((level) => {
    const { lower, upper } = boundingRanks(count, level)
    return {
      level,
      value: quantile(values, level),
      lower: lower === undefined ? undefined : values[lower],
      upper: upper === undefined ? undefined : values[upper],
    }
  })
  return { count, mean, variance: count < 2 ? 0 : squares / (count - 1), quantiles }
}

function judgementsOf(evaluations: readonly Evaluation[]): Judgement[] {
  const groups = groupBy(evaluations, ({ evaluator, evaluatorVersion }) =>
    JSON.stringify([evaluator, evaluatorVersion]),
  )
  return [...groups.values()]
    .flatMap((group) => {
      const [first] = group
      if (first === undefined) return []
      const flagged = group.filter(({ verdict }) => verdict === 'flagged').length
      return [{ evaluator: first.evaluator, version: first.evaluatorVersion, judged: group.length, flagged }]
    })
    .sort((a, b) => (a.evaluator + a.version < b.evaluator + b.version ? -1 : 1))
}

function exported(request: Request): Readonly<Record<string, unknown>> {
  const { span, costUsd } = request
  return {
    trace_id: span.traceId,
    span_id: span.spanId,
    start_ms: span.startMs,
    latency_ms: latencyMs(span),
    status: requestStatus(span),
    model: modelOf(span),
    user_id: span.userId,
    session_id: span.sessionId,
    total_tokens: totalTokens(request) ?? null,
    cost_usd: costUsd ?? null,
    prompt: textOf(span.llm.inputMessages),
    response: textOf(span.llm.outputMessages),
  }
}

function latencyOf({ span }: Request): number {
  return latencyMs(span)
}

function sum(requests: readonly Request[], value: (request: Request) => number | undefined): number {
  return requests.reduce((total, request) => total + (value(request) ?? 0), 0)
}

/** Linear interpolation between the two nearest ranks, as ClickHouse's `quantileExactInclusive`. */
export function quantile(values: readonly number[], q: number): number {
  const ascending = values.toSorted((a, b) => a - b)
  const rank = q * (ascending.length - 1)
  const low = ascending[Math.floor(rank)] ?? 0
  const high = ascending[Math.ceil(rank)] ?? low
  return low + (high - low) * (rank - Math.floor(rank))
}
