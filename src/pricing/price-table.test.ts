import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { afterAll, describe, expect, test } from 'vitest'
import { testRequest } from '../../test/support/test-request.ts'
import type { LlmSpan } from '../model/request.ts'
import { type LlmCall, NO_USAGE, type TokenUsage } from '../model/span.ts'
import { pricingSchema } from './config.ts'
import { modelNames } from './model-name.ts'
import { formatUsd, nanoUsdOf, usdOf } from './money.ts'
import { PriceTable } from './price-table.ts'
import { idleShare } from './self-hosted.ts'

const NOW = Date.parse('2026-11-20T12:00:00Z')
const directory = mkdtempSync(path.join(tmpdir(), 'prices-'))
afterAll(() => rmSync(directory, { recursive: true }))

function table(config: object = {}): PriceTable {
  return new PriceTable(pricingSchema.parse(config))
}

function call(model: string, usage: Partial<TokenUsage>, llm: Partial<LlmCall> = {}): LlmSpan {
  const { span } = testRequest({ requestModel: model, usage: { ...NO_USAGE, ...usage }, provider: '', ...llm })
  return span
}

function cost(
  model: string,
  usage: Partial<TokenUsage>,
  llm: Partial<LlmCall> = {},
  prices = table(),
): string | undefined {
  const found = prices.costOf(call(model, usage, llm), NOW)
  return found === undefined ? undefined : formatUsd(found.nanoUsd)
}

const MILLION = { inputTokens: 1_000_000, outputTokens: 1_000_000 }

describe('list prices, US dollars per million input and output tokens together', () => {
  test.each([
    ['openai', 'gpt-4o', '12.5'],
    ['openai', 'gpt-4o-2024-05-13', '20'],
    ['openai', 'gpt-4o-mini', '0.75'],
    ['azure.ai.openai', 'gpt-4o', '12.5'],
    ['anthropic', 'claude-3-5-sonnet-20241022', '18'],
    ['aws.bedrock', 'us.anthropic.claude-3-5-sonnet-20241022-v2:0', '18'],
    ['aws.bedrock', 'arn:aws:bedrock:us-east-1:1:inference-profile/us.anthropic.claude-3-5-sonnet-20241022-v2:0', '18'],
    ['gcp.vertex_ai', 'claude-3-5-sonnet@20240620', '18'],
    ['gcp.gemini', 'models/gemini-2.5-flash', '2.8'],
    ['deepseek', 'deepseek-chat', '0.7'],
    ['mistral_ai', 'mistral-large-latest', '8'],
    ['x_ai', 'grok-3-mini', '0.8'],
    ['zhipu', 'glm-4.6', '2.8'],
    ['alibaba', 'qwen-flash', '0.45'],
    ['moonshot_ai', 'kimi-k2-0905-preview', '3.1'],
    ['groq', 'llama-3.3-70b-versatile', '1.38'],
    ['', 'openrouter/anthropic/claude-3.5-sonnet', '18'],
    ['company-proxy', 'gpt-4o', '12.5'],
    ['openai', 'ft:gpt-4o-mini-2024-07-18:company::abc', '1.5'],
  ])('%s %s', (provider, model, expected) => {
    const usage =
      model.includes('gpt') || !/gemini|qwen|sonnet/.test(model)
        ? MILLION
        : { inputTokens: 100_000, outputTokens: 100_000 }
    const scale = usage === MILLION ? 1 : 10
    expect(Number(cost(model, usage, { provider })) * scale).toBeCloseTo(Number(expected), 6)
  })

  test.each([
    ['', 'text-embedding-3-small', '0.02'],
    ['openai', 'text-embedding-3-large', '0.13'],
    ['alibaba', 'text-embedding-v4', '0.07'],
    ['', 'amazon.titan-embed-text-v2:0', '0.02'],
  ])('embeddings: %s %s', (provider, model, expected) => {
    const span = { ...call(model, { inputTokens: 1_000_000 }, { provider }), kind: 'embedding' } as const
    expect(formatUsd(table().costOf(span, NOW)?.nanoUsd ?? 0n)).toBe(expected)
  })
})

describe('unknown is unknown', () => {
  test.each([
    ['a model that nobody knows', 'gpt-99-ultra', MILLION, {}],
    ['a variant of a known model', 'gpt-4o-mini-mine', MILLION, {}],
    ['open weights somewhere', 'qwen2.5-72b-instruct', MILLION, { provider: 'company-proxy' }],
    ['a model on own hardware', 'llama3', MILLION, { provider: 'ollama' }],
    ['no model', '', MILLION, {}],
    ['no input count', 'gpt-4o', { outputTokens: 5 }, {}],
    ['no output count of a call that succeeded', 'gpt-4o', { inputTokens: 5 }, {}],
  ])('%s', (_name, model, usage, llm) => {
    expect(cost(model, usage, llm)).toBeUndefined()
  })

  test('a failed call has no output and costs its input', () => {
    expect(cost('gpt-4o', { inputTokens: 1000 }, { errorType: 'timeout' })).toBe('0.0025')
  })

  test('models without a price, and free ones, are listed', () => {
    const prices = table()
    for (let i = 0; i < 3; i++) prices.costOf(call('gpt-99-ultra', MILLION), NOW)
    prices.costOf(call('glm-4.5-flash', MILLION, { provider: 'zhipu' }), NOW)
    expect(prices.unpricedModels()).toEqual([
      { model: 'gpt-99-ultra', provider: '', reason: 'unknown', requests: 3, lastMs: NOW },
      { model: 'glm-4.5-flash', provider: 'zhipu', reason: 'zero', requests: 1, lastMs: NOW },
    ])
  })
})

describe('parts', () => {
  const usage = {
    inputTokens: 10_000,
    cacheReadTokens: 6_000,
    cacheWriteTokens: 1_000,
    outputTokens: 500,
    reasoningTokens: 200,
  }

  test('cached and written tokens have their own prices, and the parts are the whole', () => {
    const found = table().costOf(call('claude-3-5-sonnet-20241022', usage, { provider: 'anthropic' }), NOW)
    // 3,000 * 3 + 6,000 * 0.30 + 1,000 * 3.75 + 500 * 15, each per million
    expect(formatUsd(found?.nanoUsd ?? 0n)).toBe('0.02205')
    expect(found?.parts).toMatchObject({
      input: 9_000_000n,
      cacheRead: 1_800_000n,
      cacheWrite: 3_750_000n,
      output: 4_500_000n,
      reasoning: 3_000_000n,
    })
    expect(Object.values(found?.parts ?? {}).reduce((sum: bigint, part: bigint) => sum + part, 0n)).toBe(found?.nanoUsd)
  })

  test('what is kept in the cache for an hour costs more', () => {
    const written = { inputTokens: 10_000, cacheWriteTokens: 1_000, hourCacheWriteTokens: 400, outputTokens: 0 }
    // 9,000 * 3 + 600 * 3.75 + 400 * 6
    expect(cost('claude-sonnet-4-5', written, { provider: 'anthropic' })).toBe('0.03165')
  })

  test('audio tokens', () => {
    const audio = { inputTokens: 1000, audioInputTokens: 400, outputTokens: 100, audioOutputTokens: 100 }
    // 600 * 2.5 + 400 * 40 + 100 * 80
    expect(cost('gpt-4o-audio-preview', audio, { provider: 'openai' })).toBe('0.0255')
  })

  test('a long prompt costs more as a whole', () => {
    const gemini = (inputTokens: number) =>
      cost('gemini-2.5-pro', { inputTokens, outputTokens: 0 }, { provider: 'gcp.gemini' })
    expect(gemini(200_000)).toBe('0.25')
    expect(gemini(200_001)).toBe('0.5000025')
  })

  test.each([
    ['batch', '6.25'],
    ['flex', '6.25'],
    ['priority', '21.25'],
    ['default', '12.5'],
  ])('service tier %s', (tier, expected) => {
    expect(cost('gpt-4o', MILLION, { provider: 'openai', parameters: { service_tier: tier } })).toBe(expected)
  })

  test('prices change on their day', () => {
    const at = (day: string) =>
      formatUsd(
        table().costOf(call('deepseek-chat', MILLION, { provider: 'deepseek' }), Date.parse(day))?.nanoUsd ?? 0n,
      )
    expect([at('2025-09-04'), at('2025-09-05'), at('2025-09-29')]).toEqual(['1.37', '2.24', '0.7'])
  })

  test('prices in other currencies', () => {
    expect(cost('hunyuan-large', MILLION, { provider: 'tencent' }, table({ currencies: { CNY: 0.14 } }))).toBe('2.24')
  })
})

describe('what the user says', () => {
  test('overrides win, by regular expression', () => {
    const prices = table({ overrides: [{ model: 'gpt-4o.*', prices: [{ input: 1, output: 2 }] }] })
    expect(cost('gpt-4o-2024-08-06', MILLION, { provider: 'openai' }, prices)).toBe('3')
    expect(prices.priceOf('openai', 'gpt-4', NOW)?.source).toBe('genai-prices')
  })

  test('a price file wins over the tables', () => {
    const file = path.join(directory, 'prices.json')
    writeFileSync(
      file,
      JSON.stringify({
        models: [{ model: 'house-model', aliases: ['house'], prices: [{ from: '2026-01-01', input: 0.5, output: 1 }] }],
      }),
    )
    expect(cost('house', MILLION, {}, table({ file }))).toBe('1.5')
  })

  test.each([
    ['{', /^price file .*bad\.json: .*JSON/],
    [{ models: [{ model: 'x', prices: [{ input: 'free' }] }] }, /models\[0\]\.prices\[0\]\.input/],
    [
      { models: [{ model: 'x', currency: 'EUR', prices: [{ input: 1 }] }] },
      /model x is priced in EUR, which `currencies` does not give/,
    ],
  ])('a bad file says what is wrong: %j', (content, message) => {
    const file = path.join(directory, 'bad.json')
    writeFileSync(file, typeof content === 'string' ? content : JSON.stringify(content))
    expect(() => table({ file })).toThrow(message)
  })

  test('a cost that the sender reports is taken, unless it says nothing or is to be ignored', () => {
    expect(cost('gpt-99-ultra', MILLION, { reportedCostUsd: 0.0031 })).toBe('0.0031')
    expect(cost('gpt-99-ultra', MILLION, { reportedCostUsd: 0 })).toBeUndefined()
    expect(cost('gpt-4o', MILLION, { reportedCostUsd: 1 }, table({ reported_cost: 'ignore' }))).toBe('12.5')
  })

  test('self-hosted models cost their share of the GPU hour; what no request used is idle', () => {
    const model = { model: 'llama-.*', gpus: 2, usd_per_gpu_hour: 1.8, tokens_per_second: 1000 }
    const prices = table({ self_hosted: [model] })
    // One second of both GPUs costs 0.001 dollars and makes 1,000 output tokens, or reads 10,000 input tokens.
    expect(cost('llama-8b', { inputTokens: 10_000, outputTokens: 1_000 }, { provider: 'vllm' }, prices)).toBe('0.002')
    const [parsed] = pricingSchema.parse({ self_hosted: [model] }).self_hosted
    if (parsed === undefined) throw new Error('no model was parsed')
    expect(idleShare(parsed, 0.9, 3_600_000)).toBeCloseTo(0.75)
    const totals = [
      { model: 'llama-8b', requests: 3, costUsd: 0.4 },
      { model: 'Llama-70B', requests: 2, costUsd: 0.5 },
      { model: 'gpt-4o', requests: 9, costUsd: 7 },
    ]
    expect(prices.selfHostedUse(totals, 3_600_000)).toEqual([
      { model: 'llama-.*', requests: 5, usedUsd: 0.9, paidUsd: 3.6, idleShare: expect.closeTo(0.75) as number },
    ])
  })
})

test('sums of many requests are exact', () => {
  const found = table().costOf(call('gpt-4o-mini', { inputTokens: 1, outputTokens: 1 }, { provider: 'openai' }), NOW)
  let total = 0n
  for (let i = 0; i < 1_000_000; i++) total += found?.nanoUsd ?? 0n
  expect(formatUsd(total)).toBe('0.75')
})

test.each([
  [0, '0'],
  [0.000000001, '0.000000001'],
  [12.5, '12.5'],
  [1234.00345, '1234.00345'],
])('%d dollars are written %s', (usd, text) => {
  expect(formatUsd(nanoUsdOf(usd))).toBe(text)
  expect(usdOf(nanoUsdOf(usd))).toBe(usd)
})

test.each([
  ['gpt-4o-2024-08-06', 'gpt-4o'],
  ['claude-3-5-sonnet@20240620', 'claude-3-5-sonnet'],
  ['gpt-4-0613', 'gpt-4'],
  ['gemini-2.5-pro-preview-05-06', 'gemini-2.5-pro-preview'],
  ['bedrock/us.anthropic.claude-3-haiku-20240307-v1:0', 'claude-3-haiku'],
  ['publishers/google/models/gemini-2.5-pro', 'gemini-2.5-pro'],
  ['azure/gpt-4o', 'gpt-4o'],
])('model %s also stands under %s', (sent, name) => {
  expect(modelNames(sent).names).toContain(name)
})

const others = path.resolve(import.meta.dirname, '../../../shared/data/prices')

describe.skipIf(!existsSync(others))('beside other tables', () => {
  interface LangfuseModel {
    readonly modelName: string
    readonly pricingTiers?: ReadonlyArray<{
      readonly isDefault: boolean
      readonly prices: Readonly<Record<string, number>>
    }>
  }

  test("nearly all of Langfuse's models are known, nearly all at its price", () => {
    const models = JSON.parse(
      readFileSync(path.join(others, 'langfuse-default-model-prices.json'), 'utf8'),
    ) as LangfuseModel[]
    const prices = table()
    const rows = models.flatMap(({ modelName, pricingTiers }) => {
      const listed = pricingTiers?.find((tier) => tier.isDefault)?.prices
      if (listed?.['input'] === undefined) return []
      const price = prices.priceOf('', modelName, NOW)
      return [
        { modelName, listed: listed['input'] * 1e6, ours: price === undefined ? undefined : usdOf(price.rates.input) },
      ]
    })
    const known = rows.filter((row) => row.ours !== undefined)
    const equal = known.filter((row) => Math.abs((row.ours ?? 0) - row.listed) < 1e-6)
    expect(known.length / rows.length).toBeGreaterThan(0.8)
    expect(equal.length / known.length).toBeGreaterThan(0.9)
  })
})
