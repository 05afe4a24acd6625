import { modelOf, type Request } from '../../model/request.ts'
import type { TokenUsage } from '../../model/span.ts'
import { groupBy } from '../../util/group-by.ts'
import {
  ownerOf,
  type CacheUse,
  type CostField,
  type CostGroup,
  type CostStep,
  type CostSums,
  type RequestCosts,
} from '../request-costs.ts'
import type { TimeRange } from '../sample-store.ts'

const HALF_HOUR_MS = 1_800_000

/** Answers by looking at every request. */
export class MemoryRequestCosts implements RequestCosts {
  readonly #select: (range: TimeRange) => readonly Request[]

  /** `select` gives the requests of a range. */
  constructor(select: (range: TimeRange) => readonly Request[]) {
    this.#select = select
  }

  async costs(range: TimeRange): Promise<CostSums> {
    return sumsOf(this.#select(range))
  }

  async costGroups({ range, by, limit }: Parameters<RequestCosts['costGroups']>[0]): Promise<CostGroup[]> {
    return [...groupBy(this.#select(range), (request) => valueOf(request, by))]
      .map(([value, requests]) => ({ value, ...sumsOf(requests) }))
      .sort((a, b) => Number(b.nanoUsd - a.nanoUsd) || b.requests - a.requests || (a.value < b.value ? -1 : 1))
      .slice(0, limit)
  }

  async costSteps({ range, stepMs }: Parameters<RequestCosts['costSteps']>[0]): Promise<CostStep[]> {
    const steps = groupBy(priced(this.#select(range)), ({ span }) =>
      JSON.stringify([Math.floor(span.startMs / stepMs) * stepMs, modelOf(span)]),
    )
    return [...steps]
      .map(([key, requests]) => {
        const [startMs, model] = JSON.parse(key) as [number, string]
        return { startMs, model, nanoUsd: nanoUsdOf(requests) }
      })
      .sort((a, b) => a.startMs - b.startMs || (a.model < b.model ? -1 : 1))
  }

  async cacheUse({ range, boundaries }: Parameters<RequestCosts['cacheUse']>[0]): Promise<CacheUse[]> {
    const cached = priced(this.#select(range)).filter(
      ({ span: { llm } }) => (llm.usage.cacheReadTokens ?? 0) > 0 || (llm.usage.cacheWriteTokens ?? 0) > 0,
    )
    const uses = groupBy(cached, (request) => JSON.stringify(cacheKey(request, boundaries)))
    return [...uses].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, requests]) => toCacheUse(requests))
  }
}

function cacheKey({ span }: Request, boundaries: readonly number[]): readonly unknown[] {
  const { provider, requestModel, usage, reportedCostUsd } = span.llm
  const input = usage.inputTokens ?? 0
  const above = boundaries.filter((boundary) => input > boundary).length
  return [
    halfHourOf(span.startMs),
    provider,
    modelOf(span),
    requestModel,
    tierOf(span.llm),
    above,
    (reportedCostUsd ?? 0) > 0,
  ]
}

function toCacheUse(requests: readonly Request[]): CacheUse {
  const [first] = requests
  if (first === undefined) throw new Error('a group has at least one request')
  const { span } = first
  return {
    halfHourMs: halfHourOf(span.startMs),
    provider: span.llm.provider,
    model: modelOf(span),
    requestModel: span.llm.requestModel,
    serviceTier: tierOf(span.llm),
    someInputTokens: span.llm.usage.inputTokens ?? 0,
    requests: requests.length,
    nanoUsd: nanoUsdOf(requests),
    usage: {
      inputTokens: sum(requests, 'inputTokens'),
      outputTokens: sum(requests, 'outputTokens'),
      cacheReadTokens: sum(requests, 'cacheReadTokens'),
      cacheWriteTokens: sum(requests, 'cacheWriteTokens'),
      reasoningTokens: sum(requests, 'reasoningTokens'),
      audioInputTokens: sum(requests, 'audioInputTokens'),
      audioOutputTokens: sum(requests, 'audioOutputTokens'),
      imageInputTokens: sum(requests, 'imageInputTokens'),
    },
  }
}

function tierOf({ parameters }: Request['span']['llm']): string {
  const tier = parameters['service_tier'] ?? parameters['openai.service_tier'] ?? parameters['batch']
  return tier === true ? 'batch' : typeof tier === 'string' ? tier : ''
}

function halfHourOf(timeMs: number): number {
  return Math.floor(timeMs / HALF_HOUR_MS) * HALF_HOUR_MS
}

function valueOf({ span }: Request, field: CostField): string {
  switch (field) {
    case 'model':
      return modelOf(span)
    case 'provider':
    case 'feature':
      return span.llm[field]
    case 'user':
      return span.userId
    case 'service':
      return span.service
    case 'team':
    case 'key':
      return ownerOf(span.attributes, field)
  }
}

function sumsOf(requests: readonly Request[]): CostSums {
  const known = priced(requests)
  return {
    requests: requests.length,
    unpriced: requests.length - known.length,
    nanoUsd: nanoUsdOf(known),
    inputTokens: sum(requests, 'inputTokens'),
    outputTokens: sum(requests, 'outputTokens'),
    cacheReadTokens: sum(requests, 'cacheReadTokens'),
    cacheWriteTokens: sum(requests, 'cacheWriteTokens'),
    reasoningTokens: sum(requests, 'reasoningTokens'),
    pricedTokens: sum(known, 'inputTokens') + sum(known, 'outputTokens'),
  }
}

function priced(requests: readonly Request[]): Request[] {
  return requests.filter(({ costUsd }) => costUsd !== undefined)
}

function nanoUsdOf(requests: readonly Request[]): bigint {
  return requests.reduce((total, { costUsd = 0 }) => total + BigInt(Math.round(costUsd * 1e9)), 0n)
}

function sum(requests: readonly Request[], name: keyof TokenUsage): number {
  return requests.reduce((total, { span }) => total + (span.llm.usage[name] ?? 0), 0)
}
