import path from 'node:path'
import type { LlmSpan } from '../model/request.ts'
import { modelOf } from '../model/request.ts'
import type { TokenUsage } from '../model/span.ts'
import type { RequestCosts } from '../storage/request-costs.ts'
import type { TimeRange } from '../storage/sample-store.ts'
import { AnchoredRegex } from '../util/anchored-regex.ts'
import { Lru } from '../util/lru.ts'
import { cacheSaving, type CacheSaving, priceBoundaries } from './cache-saving.ts'
import type { PricingConfig } from './config.ts'
import { modelNames } from './model-name.ts'
import { type NanoUsd, nanoUsdOf, usdOf } from './money.ts'
import { type CostParts, costParts, isFree, type Price, totalOf } from './price.ts'
import { priceAt, type PriceEntry, type PriceFile, readPriceFile } from './price-file.ts'
import { publishedPrice } from './published-prices.ts'
import { selfHostedPrice, type SelfHostedUse, selfHostedUse } from './self-hosted.ts'

/** A file beside the code, so that it can be read and compared without the program. */
const SHIPPED = path.join(import.meta.dirname, 'prices.json')

/** Prices change by the half hour at most (some providers have night rates), so that a found one is kept that long. */
const REMEMBER_MS = 1_800_000
const REMEMBERED = 4_000
const MAX_UNPRICED = 1_000

/** Where a model runs on somebody's own machine, a list price says nothing. */
const OWN_HARDWARE = new Set([
  'ollama',
  'vllm',
  'sglang',
  'tgi',
  'llama_cpp',
  'llamacpp',
  'lmstudio',
  'lm_studio',
  'triton',
  'localai',
])
/** These sell their models at their own price only, whoever passes the call on. */
const CLOSED_MODEL = /^(gpt-(?!oss|j|neo)|o[134](-|$)|chatgpt-|text-embedding-(3|ada)|claude-|gemini-|grok-|sonar)/
/** Resellers at list price: when they have no price of their own in the table, the maker's holds. */
const RESELLERS = new Set([
  'azure.ai.openai',
  'azure.ai.inference',
  'aws.bedrock',
  'gcp.vertex_ai',
  'gcp.gemini',
  'gcp.gen_ai',
])

export interface Cost {
  readonly nanoUsd: NanoUsd
  /** The double nearest to `nanoUsd`. */
  readonly usd: number
  /** Undefined when the sender said the cost himself. */
  readonly parts: CostParts | undefined
  readonly price: Price | undefined
}

/** A model that requests came for and whose cost is not known, or zero. */
export interface UnpricedModel {
  readonly model: string
  readonly provider: string
  readonly reason: 'unknown' | 'zero'
  readonly requests: number
  readonly lastMs: number
}

/**
 * What calls of models cost. Looks in this order: overrides of the configuration, self-hosted models, a price file, the table
 * that is shipped, the published table. A model that none of them knows has no cost: undefined, never 0.
 */
export class PriceTable {
  readonly #config: PricingConfig
  readonly #overrides: ReadonlyArray<readonly [AnchoredRegex, PriceEntry]>
  readonly #files: ReadonlyArray<readonly [Price['source'], EntryIndex]>
  readonly #currencies: Readonly<Record<string, number>>
  readonly #found = new Lru<string, { readonly price: Price | undefined }>(REMEMBERED)
  readonly #unpriced = new Map<string, UnpricedModel>()

  /** Reads the price file of the configuration. Throws `PriceFileError`. */
  constructor(config: PricingConfig) {
    const table = readPriceFile(SHIPPED)
    const file = config.file === '' ? undefined : readPriceFile(config.file)
    this.#config = config
    this.#overrides = config.overrides.map((entry) => [AnchoredRegex.compile(entry.model), entry] as const)
    this.#files = [
      ...(file === undefined ? [] : [['file', new EntryIndex(file)] as const]),
      ['table', new EntryIndex(table)] as const,
    ]
    this.#currencies = { USD: 1, ...table.currencies, ...file?.currencies, ...config.currencies }
  }

  /** Undefined when model or token counts are not known. `atMs` decides which price was in force. */
  costOf(span: LlmSpan, atMs: number): Cost | undefined {
    const reported = span.llm.reportedCostUsd
    // Proxies report 0 for what they have no price for: that says nothing.
    if (this.#config.reported_cost === 'prefer' && reported !== undefined && reported > 0) return reportedCost(reported)
    const price =
      this.priceOf(span.llm.provider, modelOf(span), atMs) ??
      this.priceOf(span.llm.provider, span.llm.requestModel, atMs)
    if (price === undefined || isFree(price)) this.#noteUnpriced(span, price === undefined ? 'unknown' : 'zero', atMs)
    if (price === undefined || !isComplete(span)) return undefined
    const parts = costParts(price, span.llm.usage, serviceTierOf(span))
    const nanoUsd = totalOf(parts)
    return { nanoUsd, usd: usdOf(nanoUsd), parts, price }
  }

  /** US dollars for so many tokens of a model; undefined when its price is not known, or the tokens are not. */
  costOfUsage(provider: string, model: string, usage: TokenUsage, atMs: number): number | undefined {
    const price = this.priceOf(provider, model, atMs)
    if (price === undefined || usage.inputTokens === undefined || usage.outputTokens === undefined) return undefined
    return usdOf(totalOf(costParts(price, usage, '')))
  }

  /** The price of a model by any of its names. `provider` in OpenTelemetry's words, '' when unknown. */
  priceOf(provider: string, model: string, atMs: number): Price | undefined {
    if (model === '') return undefined
    const key = `${provider}\xff${model}\xff${Math.floor(atMs / REMEMBER_MS)}`
    const known = this.#found.get(key)
    if (known !== undefined) return known.price
    const price = this.#lookUp(provider, model, atMs)
    this.#found.set(key, { price })
    return price
  }

  /** Models that requests came for without a known price, or with a price of zero; most requests first. */
  unpricedModels(): UnpricedModel[] {
    return [...this.#unpriced.values()].sort((a, b) => b.requests - a.requests)
  }

  /** Models on own hardware over a time, with what of it was idle. */
  selfHostedUse(totals: Parameters<typeof selfHostedUse>[1], durationMs: number): SelfHostedUse[] {
    return selfHostedUse(this.#config.self_hosted, totals, durationMs)
  }

  /** What prompt caches saved in a range. */
  async cacheSaving(costs: Pick<RequestCosts, 'cacheUse'>, range: TimeRange): Promise<CacheSaving> {
    const priceOf = this.priceOf.bind(this)
    const uses = await costs.cacheUse({ range, boundaries: [] })
    const boundaries = priceBoundaries(uses, priceOf)
    return cacheSaving(boundaries.length === 0 ? uses : await costs.cacheUse({ range, boundaries }), priceOf)
  }

  #lookUp(provider: string, model: string, atMs: number): Price | undefined {
    const { names, provider: told } = modelNames(model)
    const from = provider === '' || RESELLERS.has(told) ? told || provider : provider
    return (
      this.#override(from, names, atMs) ??
      selfHostedPrice(this.#config.self_hosted, names) ??
      this.#fromFiles(from, names, atMs) ??
      published(from, names, atMs)
    )
  }

  #override(provider: string, names: readonly string[], atMs: number): Price | undefined {
    for (const [pattern, entry] of this.#overrides) {
      if (entry.provider !== '' && entry.provider !== provider) continue
      if (names.some((name) => pattern.test(name))) return this.#priceAt(entry, atMs, 'override')
    }
    return undefined
  }

  #fromFiles(provider: string, names: readonly string[], atMs: number): Price | undefined {
    for (const [source, index] of this.#files) {
      const entry = index.find(provider, names)
      const price = entry === undefined ? undefined : this.#priceAt(entry, atMs, source)
      if (price !== undefined) return price
    }
    return undefined
  }

  #priceAt(entry: PriceEntry, atMs: number, source: Price['source']): Price | undefined {
    const usdPerUnit = this.#currencies[entry.currency]
    return usdPerUnit === undefined ? undefined : priceAt(entry, atMs, usdPerUnit, source)
  }

  #noteUnpriced(span: LlmSpan, reason: UnpricedModel['reason'], atMs: number): void {
    const model = modelOf(span)
    const key = `${span.llm.provider}\xff${model}`
    const known = this.#unpriced.get(key)
    if (known === undefined && this.#unpriced.size >= MAX_UNPRICED) return
    this.#unpriced.set(key, {
      model,
      provider: span.llm.provider,
      reason,
      requests: (known?.requests ?? 0) + 1,
      lastMs: Math.max(atMs, known?.lastMs ?? 0),
    })
  }
}

/** The entries of a price file by every name that they have. */
class EntryIndex {
  readonly #byName = new Map<string, PriceEntry[]>()

  constructor(file: PriceFile) {
    for (const entry of file.models) {
      for (const name of [entry.model, ...entry.aliases]) {
        const key = name.toLowerCase()
        const others = this.#byName.get(key)
        if (others === undefined) this.#byName.set(key, [entry])
        else others.push(entry)
      }
    }
  }

  find(provider: string, names: readonly string[]): PriceEntry | undefined {
    for (const name of names) {
      const entries = this.#byName.get(name) ?? []
      const entry =
        entries.find((candidate) => candidate.provider === provider) ??
        entries.find((candidate) => fits(candidate, provider, name))
      if (entry !== undefined) return entry
    }
    return undefined
  }
}

function fits(entry: PriceEntry, provider: string, name: string): boolean {
  if (entry.provider === '' || provider === '') return true
  if (OWN_HARDWARE.has(provider) || entry.open_weights) return false
  return RESELLERS.has(provider) || CLOSED_MODEL.test(name)
}

function published(provider: string, names: readonly string[], atMs: number): Price | undefined {
  if (OWN_HARDWARE.has(provider)) return undefined
  for (const name of names) {
    const price = publishedPrice(provider, name, atMs)
    if (price !== undefined) return price
  }
  if (provider === '') return undefined
  const makers = names.filter((name) => RESELLERS.has(provider) || CLOSED_MODEL.test(name))
  for (const name of makers) {
    const price = publishedPrice('', name, atMs)
    if (price !== undefined) return price
  }
  return undefined
}

function reportedCost(usd: number): Cost {
  const nanoUsd = nanoUsdOf(usd)
  return { nanoUsd, usd: usdOf(nanoUsd), parts: undefined, price: undefined }
}

/** Without an input count nothing is known; without an output count only what gives no output (embeddings, failed calls) is complete. */
function isComplete(span: LlmSpan): boolean {
  const { usage, errorType } = span.llm
  if (usage.inputTokens === undefined) return false
  return usage.outputTokens !== undefined || span.kind === 'embedding' || errorType !== ''
}

function serviceTierOf(span: LlmSpan): string {
  const { parameters } = span.llm
  const tier = parameters['service_tier'] ?? parameters['openai.service_tier'] ?? parameters['batch']
  if (tier === true) return 'batch'
  return typeof tier === 'string' ? tier : ''
}
