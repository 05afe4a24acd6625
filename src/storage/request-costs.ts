import type { Attributes } from '../model/span.ts'
import type { TimeRange } from './sample-store.ts'

/** What costs can be broken down by. */
export const COST_FIELDS = ['model', 'provider', 'user', 'feature', 'service', 'team', 'key'] as const
export type CostField = (typeof COST_FIELDS)[number]

/** The attributes in which senders name a key or a team, the first that says something counts. */
export const OWNER_ATTRIBUTES = {
  key: ['tetrascope.key', 'api_key_alias', 'key'],
  team: ['tetrascope.team', 'team', 'team_id'],
} as const satisfies Partial<Record<CostField, readonly string[]>>

/** Answers what requests cost, to the nano-dollar. A span that was sent twice counts once. Both ends of a range are included. */
export interface RequestCosts {
  costs(range: TimeRange): Promise<CostSums>
  /** The most expensive first; '' is among the values when a request does not say it. */
  costGroups(query: { readonly range: TimeRange; readonly by: CostField; readonly limit: number }): Promise<CostGroup[]>
  /** By multiples of the step since 1970, ascending, then by model; what has no known cost is left out. */
  costSteps(query: { readonly range: TimeRange; readonly stepMs: number }): Promise<CostStep[]>
  /**
   * What requests with a known cost used that read from or wrote to a prompt cache, put together where the same price held: within half an
   * hour, and between two of the `boundaries` of input tokens, of which one that is reached belongs to the lower side.
   */
  cacheUse(query: { readonly range: TimeRange; readonly boundaries: readonly number[] }): Promise<CacheUse[]>
}

/** Sums leave out what is unknown. */
export interface CostSums {
  readonly requests: number
  /** Requests whose cost is unknown and therefore not in `nanoUsd`. */
  readonly unpriced: number
  /** Whole nano-dollars (1e-9 US dollars). */
  readonly nanoUsd: bigint
  readonly inputTokens: number
  readonly outputTokens: number
  /** Within the input. */
  readonly cacheReadTokens: number
  readonly cacheWriteTokens: number
  /** Within the output. */
  readonly reasoningTokens: number
  /** Input and output of the requests that `nanoUsd` is of. */
  readonly pricedTokens: number
}

export interface CostGroup extends CostSums {
  readonly value: string
}

export interface CostStep {
  readonly startMs: number
  readonly model: string
  readonly nanoUsd: bigint
}

export interface CacheUse {
  /** A multiple of half an hour since 1970. */
  readonly halfHourMs: number
  readonly provider: string
  readonly model: string
  readonly requestModel: string
  /** As the request says it; '' for the standard one. */
  readonly serviceTier: string
  /** Of one of the requests. */
  readonly someInputTokens: number
  readonly requests: number
  readonly nanoUsd: bigint
  /** Added up. */
  readonly usage: CacheUsage
}

/** Token counts as a request has them. */
export interface CacheUsage {
  readonly inputTokens: number
  readonly outputTokens: number
  readonly cacheReadTokens: number
  readonly cacheWriteTokens: number
  readonly reasoningTokens: number
  readonly audioInputTokens: number
  readonly audioOutputTokens: number
  readonly imageInputTokens: number
}

/** The key or team of a request; '' when it does not say. */
export function ownerOf(attributes: Attributes, field: keyof typeof OWNER_ATTRIBUTES): string {
  for (const name of OWNER_ATTRIBUTES[field]) {
    const value = attributes[name]
    if (typeof value === 'string' && value !== '') return value
  }
  return ''
}
