import { describe, expect, test } from 'vitest'
import { testRequest } from '../../test/support/test-request.ts'
import { NO_USAGE, type LlmCall, type TokenUsage } from '../model/span.ts'
import { createMemoryStore } from '../storage/memory/memory-store.ts'
import { pricingSchema } from './config.ts'
import { formatUsd } from './money.ts'
import { PriceTable } from './price-table.ts'

const START_MS = Date.parse('2026-11-20T12:00:00Z')
const RANGE = { minMs: START_MS, maxMs: START_MS + 3_600_000 }
const OWN = { model: 'own', prices: [{ input: 10, output: 20, cache_read: 1, cache_write: 12.5 }] }
const TIERED = {
  model: 'long',
  prices: [
    {
      input: 1,
      output: 2,
      cache_read: 0.5,
      tiers: [{ above_input_tokens: 1_000, input: 4, output: 8, cache_read: 1 }],
    },
  ],
}

type Call = Partial<TokenUsage> & { readonly llm?: Partial<LlmCall> }

/** What the table says was saved, of calls that it has priced itself. */
async function saving(calls: readonly Call[], later?: PriceTable): Promise<unknown> {
  const prices = new PriceTable(pricingSchema.parse({ overrides: [OWN, TIERED] }))
  const { requests, costs } = createMemoryStore()
  const spans = calls.map(({ llm, ...usage }, i) => {
    const { span } = testRequest({ requestModel: 'own', usage: { ...NO_USAGE, ...usage }, ...llm })
    return { ...span, startMs: START_MS + i }
  })
  await requests.writeSpans(
    spans,
    spans.map((span) => prices.costOf(span, span.startMs)?.usd),
  )
  const { nanoUsd, ...known } = await (later ?? prices).cacheSaving(costs, RANGE)
  return { usd: formatUsd(nanoUsd), ...known }
}

describe('what caching saved', () => {
  test('is the rate of input less that of cached input, less what filling the cache cost more', async () => {
    const million = { inputTokens: 1_000_000, outputTokens: 100 }
    expect(await saving([{ ...million, cacheReadTokens: 1_000_000 }])).toEqual({ usd: '9', requests: 1, unknown: 0 })
    expect(await saving([{ ...million, cacheWriteTokens: 1_000_000 }])).toEqual({
      usd: '-2.5',
      requests: 1,
      unknown: 0,
    })
    expect(await saving([million])).toEqual({ usd: '0', requests: 0, unknown: 0 })
  })

  test('follows the price of a long input', async () => {
    const long = { requestModel: 'long' }
    const calls = [
      { inputTokens: 1_000, outputTokens: 1, cacheReadTokens: 1_000, llm: long },
      { inputTokens: 2_000, outputTokens: 1, cacheReadTokens: 1_000, llm: long },
    ]
    expect(await saving(calls)).toEqual({ usd: '0.0035', requests: 2, unknown: 0 })
  })

  test('is not known where another price was paid than the one in force', async () => {
    const cached = { inputTokens: 1_000, outputTokens: 1, cacheReadTokens: 1_000 }
    const reported = { ...cached, llm: { reportedCostUsd: 0.5 } }
    expect(await saving([cached, reported])).toEqual({ usd: '0.009', requests: 1, unknown: 1 })
    const dearer = new PriceTable(pricingSchema.parse({ overrides: [{ ...OWN, prices: [{ input: 11, output: 20 }] }] }))
    expect(await saving([cached], dearer)).toEqual({ usd: '0', requests: 0, unknown: 1 })
    expect(
      await saving([{ ...cached, cacheReadTokens: 0, cacheWriteTokens: 1_000, hourCacheWriteTokens: 1_000 }]),
    ).toEqual({
      usd: '-0.0025',
      requests: 1,
      unknown: 0,
    })
  })
})
