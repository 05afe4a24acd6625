import { expect, test } from 'vitest'
import { readUsage } from './usage.ts'

test('Anthropic says which cache writes are kept for an hour', () => {
  const usage = {
    input_tokens: 10,
    cache_creation_input_tokens: 700,
    cache_read_input_tokens: 0,
    cache_creation: { ephemeral_5m_input_tokens: 500, ephemeral_1h_input_tokens: 200 },
    output_tokens: 5,
  }
  expect(readUsage(usage)).toMatchObject({ inputTokens: 710, cacheWriteTokens: 700, hourCacheWriteTokens: 200 })
})

test('Bedrock says it in its own words', () => {
  const cacheDetails = [
    { ttl: '5m', inputTokens: 500 },
    { ttl: '1h', inputTokens: 200 },
  ]
  const usage = { inputTokens: 10, outputTokens: 5, totalTokens: 715, cacheWriteInputTokens: 700, cacheDetails }
  expect(readUsage(usage)).toMatchObject({ inputTokens: 710, cacheWriteTokens: 700, hourCacheWriteTokens: 200 })
})
