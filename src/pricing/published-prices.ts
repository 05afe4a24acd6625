import { createRequire } from 'node:module'
import type { calcPrice, ModelPrice } from '@pydantic/genai-prices'
import { type NanoUsd, nanoUsdOf } from './money.ts'
import type { Price, Rates, Tier } from './price.ts'

/** Our (OpenTelemetry's) words for providers in the words of the published table. Others are the same or not in it. */
const PROVIDER_IDS: Readonly<Record<string, string>> = {
  'aws.bedrock': 'aws',
  'azure.ai.openai': 'azure',
  'azure.ai.inference': 'azure',
  'gcp.gemini': 'google',
  'gcp.gen_ai': 'google',
  'gcp.vertex_ai': 'google',
  x_ai: 'x-ai',
  mistral_ai: 'mistral',
  moonshot_ai: 'moonshotai',
  together_ai: 'together',
  fireworks_ai: 'fireworks',
  zhipu: 'zhipuai',
}

interface Published {
  readonly calcPrice: typeof calcPrice
}

let loaded: Published | undefined

/** Loaded with the first price that is asked for: who only scrapes need not have the table in memory. */
function published(): Published {
  return (loaded ??= createRequire(import.meta.url)('@pydantic/genai-prices') as Published)
}

/**
 * The list price of a model in the published table (`@pydantic/genai-prices`: data in the package, no network).
 * Without a provider the one that makes the model. Undefined when the table does not know it.
 */
export function publishedPrice(provider: string, model: string, atMs: number): Price | undefined {
  const found = published().calcPrice({ input_tokens: 0, output_tokens: 0 }, model, {
    timestamp: new Date(atMs),
    ...(provider === '' ? {} : { providerId: PROVIDER_IDS[provider] ?? provider }),
  })
  if (found === null || found.model_price['input_mtok'] === undefined) return undefined
  const { model_price: prices } = found
  return {
    provider: found.provider.id,
    model: found.model.id,
    rates: ratesAbove(prices, 0),
    tiers: tiersOf(prices),
    perRequest: nanoUsdOf((numberAbove(prices['requests_kcount'], 0) ?? 0) / 1000),
    serviceTiers: serviceTiersOf(found.provider.id, found.model.id),
    source: 'genai-prices',
  }
}

/** What OpenAI's priority processing costs, as a factor of the standard price; where it is not listed here, the later models' 2. */
const PRIORITY_FACTORS: Readonly<Record<string, number>> = {
  'gpt-4o': 1.7,
  'gpt-4o-2024-05-13': 1.75,
  'gpt-4o-mini': 1.667,
  'gpt-4.1': 1.75,
  'gpt-4.1-mini': 1.75,
  'gpt-5-mini': 1.8,
  o3: 1.75,
  'o4-mini': 1.818,
}

/** Batch processing costs half everywhere it is offered, OpenAI's flex processing too. */
function serviceTiersOf(provider: string, model: string): Readonly<Record<string, number>> {
  switch (provider) {
    case 'openai':
    case 'azure':
      return { batch: 0.5, flex: 0.5, priority: PRIORITY_FACTORS[model] ?? 2 }
    case 'anthropic':
    case 'google':
    case 'aws':
    case 'mistral':
      return { batch: 0.5 }
    default:
      return {}
  }
}

function tiersOf(prices: ModelPrice): Tier[] {
  const starts = Object.values(prices).flatMap((price) =>
    typeof price === 'object' ? price.tiers.map((tier) => tier.start) : [],
  )
  return [...new Set(starts)]
    .sort((a, b) => a - b)
    .map((start) => ({ aboveInputTokens: start, rates: ratesAbove(prices, start + 1) }))
}

function ratesAbove(prices: ModelPrice, inputTokens: number): Rates {
  const rate = (name: string): NanoUsd | undefined => {
    const usd = numberAbove(prices[name], inputTokens)
    return usd === undefined ? undefined : nanoUsdOf(usd)
  }
  return {
    input: rate('input_mtok') ?? 0n,
    output: rate('output_mtok') ?? 0n,
    cacheRead: rate('cache_read_mtok'),
    cacheWrite: rate('cache_write_mtok'),
    hourCacheWrite: rate('cache_write_1h_mtok'),
    reasoning: rate('output_reasoning_mtok'),
    audioInput: rate('input_audio_mtok'),
    audioOutput: rate('output_audio_mtok'),
    imageInput: rate('input_image_mtok'),
  }
}

/** Dollars per million tokens for a request with so many input tokens. */
function numberAbove(price: ModelPrice[string], inputTokens: number): number | undefined {
  if (typeof price !== 'object') return price
  return price.tiers.findLast((tier) => inputTokens > tier.start)?.price ?? price.base
}
