import { describe, expect, test } from 'vitest'
import { input } from '../../../test/support/evaluation-input.ts'
import type { RequestFacts } from '../evaluator.ts'
import { parseExpression } from './expression.ts'

const FACTS: RequestFacts = {
  provider: 'openai',
  service: 'shop',
  userId: 'u1',
  sessionId: '',
  feature: 'chat',
  promptName: '',
  promptVersion: '',
  finishReason: 'length',
  errorType: '',
  inputTokens: 10,
  outputTokens: 40,
  latencyMs: 2_000,
  ttftMs: undefined,
}
const REQUEST = input({
  prompt: 'Write an Essay',
  response: 'It is 7° 🙂 "so"',
  context: ['one', 'two'],
  model: 'gpt',
  facts: FACTS,
})

describe('expressions over a request', () => {
  test.each([
    ['len(response) > 5 and not contains(lower(prompt), "essay")', false],
    ['contains(lower(prompt), "essay")', true],
    ['1 + 2 * 3 == 7', true],
    ['(1 + 2) * 3 - -1 == 10', true],
    ['10 - 3 - 2 == 5 and 8 / 2 / 2 == 2 and 7 % 4 == 3', true],
    ['not true or true', true],
    ['not (true or true)', false],
    ['not 1 > 2', true],
    ['true or false and false', true],
    ['len("🙂") == 1', true],
    ['words(prompt) == 3', true],
    ['output_tokens / input_tokens >= 4 and latency_ms != 0', true],
    ['finish_reason == "length" and user_id == \'u1\'', true],
    ['matches(response, "\\d+°")', true],
    ['matches(prompt, "^essay$")', false],
    ['starts_with(prompt, "Write") and ends_with(context, "two")', true],
    ['contains(response, "\\"so\\"")', true],
    ['output_tokens / 100', 0.4],
    ['true == (1 < 2)', true],
  ])('%s', (text, value) => {
    expect(parseExpression(text).evaluate(REQUEST)).toBe(value)
  })

  test('have no result where the request does not say what they need, unless it does not matter', () => {
    expect(parseExpression('ttft_ms > 100').evaluate(REQUEST)).toBeUndefined()
    expect(parseExpression('output_tokens > 1').evaluate(input({ response: 'x' }))).toBeUndefined()
    expect(parseExpression('len(response) > 0 or ttft_ms > 100').evaluate(REQUEST)).toBe(true)
  })

  test.each([
    ['', 'at column 1: expected a field, a number, a text or (, found the end'],
    ['response > 5', 'at column 10: >: expected a number, found a text'],
    ['len(respone) > 5', 'at column 5: unknown field respone (allowed: prompt, response, context'],
    ['size(response) > 5', 'at column 1: unknown function size (allowed: len, words'],
    ['len(response > 5', 'at column 14: >: expected a number, found a text'],
    ['len(response, 1)', 'at column 13: expected ), found ,'],
    ['len(response) > 5 5', 'at column 19: expected an operator or the end, found 5'],
    ['prompt == 5', 'at column 8: ==: expected a text, found a number'],
    ['lower(prompt)', 'at column 1: the whole is a text'],
    ['len(prompt) & 1', 'at column 13: unexpected "&"'],
    ['matches(prompt, response)', 'at column 17: expected a pattern in quotes, found response'],
    ['matches(prompt, "(")', 'at column 17: error parsing regexp: missing closing )'],
    ['constructor == "x"', 'at column 1: unknown field constructor'],
    ['toString(prompt)', 'at column 1: unknown function toString'],
    [`${'('.repeat(200)}1${')'.repeat(200)} > 0`, 'nested too deep'],
  ])('that cannot be read say where and what is allowed: %s', (text, message) => {
    expect(() => parseExpression(text)).toThrow(message)
  })
})
