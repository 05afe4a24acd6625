import { readFileSync } from 'node:fs'
import { z } from 'zod'
import { type NanoUsd, nanoUsdOf } from './money.ts'
import type { Price, Rates } from './price.ts'

const amount = z.number().nonnegative().optional()

/** Prices per million tokens in the entry's currency. */
export const ratesSchema = z.strictObject({
  input: z.number().nonnegative(),
  output: z.number().nonnegative().default(0),
  cache_read: amount,
  cache_write: amount,
  cache_write_1h: amount,
  reasoning: amount,
  audio_input: amount,
  audio_output: amount,
  image_input: amount,
})

/** One price of one model: what is in force from `from` (a day, UTC) until the next one. */
export const pricePeriodSchema = ratesSchema.extend({
  from: z.iso.date().optional(),
  per_request: z.number().nonnegative().default(0),
  tiers: z.array(ratesSchema.extend({ above_input_tokens: z.number().int().positive() })).default([]),
})

export const priceEntrySchema = z.strictObject({
  model: z.string().min(1),
  /** In OpenTelemetry's words; '' fits every provider. */
  provider: z.string().default(''),
  aliases: z.array(z.string()).default([]),
  currency: z.string().default('USD'),
  /** Open weights run anywhere: the price is this provider's only, also when the sender names none. */
  open_weights: z.boolean().default(false),
  service_tiers: z.record(z.string(), z.number().nonnegative()).default({}),
  prices: z.array(pricePeriodSchema).min(1),
  note: z.string().optional(),
})

export const priceFileSchema = z.strictObject({
  note: z.string().optional(),
  updated: z.iso.date().optional(),
  /** US dollars for one unit of a currency. */
  currencies: z.record(z.string(), z.number().positive()).default({}),
  models: z.array(priceEntrySchema),
})

export type PriceFile = z.output<typeof priceFileSchema>
export type PriceEntry = z.output<typeof priceEntrySchema>
type PricePeriod = z.output<typeof pricePeriodSchema>

/** A price file that cannot be used: which entry, what was found, what is allowed. */
export class PriceFileError extends Error {
  constructor(file: string, reason: string, options?: ErrorOptions) {
    super(`price file ${file}: ${reason}`, options)
    this.name = 'PriceFileError'
  }
}

/** Reads a price file in the form of the table that is shipped. Throws `PriceFileError`. */
export function readPriceFile(path: string): PriceFile {
  try {
    return parsePriceFile(JSON.parse(readFileSync(path, 'utf8')), path)
  } catch (error) {
    if (error instanceof PriceFileError) throw error
    throw new PriceFileError(path, error instanceof Error ? error.message : String(error), { cause: error })
  }
}

export function parsePriceFile(value: unknown, name: string): PriceFile {
  const parsed = priceFileSchema.safeParse(value)
  if (!parsed.success) throw new PriceFileError(name, z.prettifyError(parsed.error))
  const unknown = parsed.data.models.find((entry) => !(entry.currency in { USD: 1, ...parsed.data.currencies }))
  if (unknown === undefined) return parsed.data
  throw new PriceFileError(
    name,
    `model ${unknown.model} is priced in ${unknown.currency}, which \`currencies\` does not give`,
  )
}

/** The price of an entry that is in force at a time; undefined before the first. */
export function priceAt(
  entry: PriceEntry,
  atMs: number,
  usdPerUnit: number,
  source: Price['source'],
): Price | undefined {
  const period = entry.prices.findLast(
    (candidate) => candidate.from === undefined || Date.parse(candidate.from) <= atMs,
  )
  if (period === undefined) return undefined
  return {
    provider: entry.provider,
    model: entry.model,
    rates: ratesOf(period, usdPerUnit),
    tiers: period.tiers.map((tier) => ({
      aboveInputTokens: tier.above_input_tokens,
      rates: ratesOf(tier, usdPerUnit),
    })),
    perRequest: nanoUsdOf(period.per_request * usdPerUnit),
    serviceTiers: entry.service_tiers,
    source,
  }
}

function ratesOf(period: Omit<PricePeriod, 'from' | 'per_request' | 'tiers'>, usdPerUnit: number): Rates {
  const rate = (value: number | undefined): NanoUsd | undefined =>
    value === undefined ? undefined : nanoUsdOf(value * usdPerUnit)
  return {
    input: nanoUsdOf(period.input * usdPerUnit),
    output: nanoUsdOf(period.output * usdPerUnit),
    cacheRead: rate(period.cache_read),
    cacheWrite: rate(period.cache_write),
    hourCacheWrite: rate(period.cache_write_1h),
    reasoning: rate(period.reasoning),
    audioInput: rate(period.audio_input),
    audioOutput: rate(period.audio_output),
    imageInput: rate(period.image_input),
  }
}
