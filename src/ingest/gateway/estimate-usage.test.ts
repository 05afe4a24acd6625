import { describe, expect, test } from 'vitest'
import { testRequest } from '../../../test/support/test-request.ts'
import { NO_USAGE } from '../../model/span.ts'
import { countTokensOf } from './count-tokens.ts'
import { withEstimatedUsage } from './estimate-usage.ts'

describe('tokens of a text', () => {
  test.each([
    ['', 0],
    ['hello world', 2],
    ['你好，世界', 3],
    ['<|endoftext|>', 7],
  ])('%j', (text, tokens) => {
    expect(countTokensOf(text)).toBe(tokens)
  })

  test('of a long run without spaces are counted in pieces', () => {
    expect(countTokensOf('a'.repeat(100_000))).toBeGreaterThan(10_000)
  })

  test('beyond the part that is counted are taken to be like it', () => {
    const text = 'one two three '.repeat(20_000)
    expect(countTokensOf(text) / text.length).toBeCloseTo(countTokensOf(text.slice(0, 14_000)) / 14_000, 2)
  })
})

describe('usage that the provider has not said', () => {
  test('is counted and marked as an estimate', () => {
    const { span } = testRequest({ prompt: 'hello world', response: 'hello world hello' })
    const estimated = withEstimatedUsage(span, countTokensOf)
    expect(estimated.llm?.usage).toEqual({ ...NO_USAGE, inputTokens: 2 + 6, outputTokens: 3 })
    expect(estimated.attributes['tetrascope.usage.estimated']).toBe(true)
  })

  test('stays as it is when it was said, and unknown when nothing was answered', () => {
    const said = testRequest({ response: 'Hi', usage: { ...NO_USAGE, outputTokens: 1 } }).span
    const unanswered = testRequest({ prompt: 'Hi', errorType: 'upstream_unreachable' }).span
    expect(withEstimatedUsage(said, countTokensOf)).toBe(said)
    expect(withEstimatedUsage(unanswered, countTokensOf)).toBe(unanswered)
  })
})
