import type { TokenUsage } from '../model/span.ts'
import { costOfTokens, type NanoUsd, scaled } from './money.ts'

/** Nano-dollars per million tokens. What a provider does not price apart costs what the wider kind costs. */
export interface Rates {
  readonly input: NanoUsd
  readonly output: NanoUsd
  readonly cacheRead: NanoUsd | undefined
  readonly cacheWrite: NanoUsd | undefined
  /** What is kept in the cache for an hour. */
  readonly hourCacheWrite: NanoUsd | undefined
  readonly reasoning: NanoUsd | undefined
  readonly audioInput: NanoUsd | undefined
  readonly audioOutput: NanoUsd | undefined
  readonly imageInput: NanoUsd | undefined
}

/** Other rates for the whole request when its input is longer than `aboveInputTokens`. */
export interface Tier {
  readonly aboveInputTokens: number
  readonly rates: Rates
}

/** What one model costs at one time. */
export interface Price {
  /** Who charges it, in the words of its table. */
  readonly provider: string
  /** The model's name in its table. */
  readonly model: string
  readonly rates: Rates
  /** In ascending order. */
  readonly tiers: readonly Tier[]
  readonly perRequest: NanoUsd
  /** Factors of service tiers that are not billed at the standard price: `batch` 0.5, `priority` 2. */
  readonly serviceTiers: Readonly<Record<string, number>>
  readonly source: 'override' | 'file' | 'table' | 'genai-prices'
}

/** What a request cost, part by part. `total` is the sum of the parts, so that money always adds up. */
export interface CostParts {
  readonly input: NanoUsd
  readonly cacheRead: NanoUsd
  readonly cacheWrite: NanoUsd
  readonly output: NanoUsd
  readonly reasoning: NanoUsd
  readonly audio: NanoUsd
  readonly image: NanoUsd
  readonly request: NanoUsd
}

/**
 * The cost of a usage in our convention (input = uncached + cache read + cache write; reasoning inside output).
 * Audio and image tokens lie inside input and output as well. `serviceTier` is what the provider says it used ('' for standard).
 */
export function costParts(price: Price, usage: TokenUsage, serviceTier: string): CostParts {
  const input = usage.inputTokens ?? 0
  const output = usage.outputTokens ?? 0
  const rates = ratesFor(price, input)
  const read = usage.cacheReadTokens ?? 0
  const write = usage.cacheWriteTokens ?? 0
  const hourWrite = Math.min(usage.hourCacheWriteTokens ?? 0, write)
  const audioIn = rates.audioInput === undefined ? 0 : (usage.audioInputTokens ?? 0)
  const imageIn = rates.imageInput === undefined ? 0 : (usage.imageInputTokens ?? 0)
  const audioOut = rates.audioOutput === undefined ? 0 : (usage.audioOutputTokens ?? 0)
  const reasoning = Math.min(usage.reasoningTokens ?? 0, output)
  const writeRate = rates.cacheWrite ?? rates.input
  const factor = price.serviceTiers[serviceTier.toLowerCase()] ?? 1
  const charge = (tokens: number, rate: NanoUsd): NanoUsd =>
    tokens > 0 ? scaled(costOfTokens(tokens, rate), factor) : 0n
  return {
    input: charge(input - read - write - audioIn - imageIn, rates.input),
    cacheRead: charge(read, rates.cacheRead ?? rates.input),
    cacheWrite: charge(write - hourWrite, writeRate) + charge(hourWrite, rates.hourCacheWrite ?? writeRate),
    output: charge(output - reasoning - audioOut, rates.output),
    reasoning: charge(reasoning, rates.reasoning ?? rates.output),
    audio: charge(audioIn, rates.audioInput ?? rates.input) + charge(audioOut, rates.audioOutput ?? rates.output),
    image: charge(imageIn, rates.imageInput ?? rates.input),
    request: price.perRequest,
  }
}

export function totalOf(parts: CostParts): NanoUsd {
  return Object.values(parts).reduce<NanoUsd>((total, part: NanoUsd) => total + part, 0n)
}

/** Those of the tier that an input of so many tokens falls into. */
export function ratesFor(price: Price, inputTokens: number): Rates {
  return price.tiers.findLast((tier) => inputTokens > tier.aboveInputTokens)?.rates ?? price.rates
}

/** Whether every token is free. */
export function isFree(price: Price): boolean {
  return (
    price.perRequest === 0n &&
    Object.values(price.rates).every((rate: NanoUsd | undefined) => rate === undefined || rate === 0n)
  )
}
