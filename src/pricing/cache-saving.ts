import { NO_USAGE } from '../model/span.ts'
import type { CacheUse } from '../storage/request-costs.ts'
import type { NanoUsd } from './money.ts'
import { costParts, type Price, ratesFor, totalOf } from './price.ts'

/** What prompt caches saved, as far as it can be said. */
export interface CacheSaving {
  /** What all tokens would have cost at the rate of input, less what was paid; negative where filling the cache cost more than it brought. */
  readonly nanoUsd: NanoUsd
  /** Requests that this is of. */
  readonly requests: number
  /** Requests with cached tokens whose cost the prices in force today do not explain: what they saved is not known. */
  readonly unknown: number
}

/** Each part of a cost is rounded by itself. */
const ROUNDED_PER_REQUEST = 10n

/**
 * Compares what was paid with what it would have been without a cache. Only where the price explains what was paid: costs that a sender
 * reported, prices that have changed since and caches that are kept longer do not count, rather than count wrongly.
 */
export function cacheSaving(
  uses: readonly CacheUse[],
  priceOf: (provider: string, model: string, atMs: number) => Price | undefined,
): CacheSaving {
  let nanoUsd = 0n
  let requests = 0
  let unknown = 0
  for (const use of uses) {
    const saved = savedBy(use, cachePrice(use, priceOf))
    if (saved === undefined) {
      unknown += use.requests
    } else {
      nanoUsd += saved
      requests += use.requests
    }
  }
  return { nanoUsd, requests, unknown }
}

/** The numbers of input tokens at which a price of one of them changes. */
export function priceBoundaries(
  uses: readonly CacheUse[],
  priceOf: Parameters<typeof cacheSaving>[1],
): readonly number[] {
  const tiers = uses.flatMap((use) => cachePrice(use, priceOf)?.tiers ?? [])
  return [...new Set(tiers.map(({ aboveInputTokens }) => aboveInputTokens))].sort((a, b) => a - b)
}

function cachePrice(
  { provider, model, requestModel, halfHourMs }: CacheUse,
  priceOf: Parameters<typeof cacheSaving>[1],
): Price | undefined {
  return priceOf(provider, model, halfHourMs) ?? priceOf(provider, requestModel, halfHourMs)
}

function savedBy(use: CacheUse, price: Price | undefined): NanoUsd | undefined {
  if (price === undefined) return undefined
  const usage = { ...NO_USAGE, ...use.usage }
  const all = {
    ...price,
    rates: ratesFor(price, use.someInputTokens),
    tiers: [],
    perRequest: price.perRequest * BigInt(use.requests),
  }
  const explained = totalOf(costParts(all, usage, use.serviceTier)) - use.nanoUsd
  const isExplained = (explained < 0n ? -explained : explained) <= ROUNDED_PER_REQUEST * BigInt(use.requests)
  if (!isExplained) return undefined
  const uncached = { ...usage, cacheReadTokens: 0, cacheWriteTokens: 0 }
  return totalOf(costParts(all, uncached, use.serviceTier)) - use.nanoUsd
}
