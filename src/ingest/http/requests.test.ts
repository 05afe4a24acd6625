import { describe, expect, test } from 'vitest'
import { embeddingIn } from '../../model/embedding.ts'
import { isLlmSpan, latencyMs } from '../../model/request.ts'
import { textOf } from '../../model/span.ts'
import { type BodyContext, BodyError } from './body.ts'
import { readEvents, readFeedback, readGroundTruth } from './events.ts'
import { readLogs } from './logs.ts'
import { readRequests } from './requests.ts'

const NOW = 1_800_000_000_000
let made = 0
const context: BodyContext = { nowMs: NOW, randomHex: (bytes) => (++made).toString(16).padStart(bytes * 2, '0') }

function oneRequest(body: object) {
  const span = readRequests(body, context).items[0]
  if (span === undefined || !isLlmSpan(span)) throw new Error('no request was read')
  return span
}

describe('requests', () => {
  test('a small body is enough', () => {
    const span = oneRequest({ model: 'gpt-4o', prompt: 'Hi', response: 'Hello', latency_ms: 800 })
    expect(span).toMatchObject({ kind: 'llm', endMs: NOW, startMs: NOW - 800, status: 'ok' })
    expect(textOf(span.llm.inputMessages)).toBe('Hi')
    expect(textOf(span.llm.outputMessages)).toBe('Hello')
    expect(span.llm.source).toBe('http')
  })

  test('the same request_id gives the same span, and feedback finds it', () => {
    const first = oneRequest({ model: 'm', request_id: 'req-1' })
    const again = oneRequest({ model: 'm', request_id: 'req-1' })
    const feedback = readFeedback({ request_id: 'req-1', value: 'up' }, context).items[0]
    expect(again.spanId).toBe(first.spanId)
    expect(feedback).toMatchObject({ traceId: first.traceId, spanId: first.spanId, value: 1, type: 'feedback' })
  })

  test('of an embedding is kept what drift compares, in little space', () => {
    const embedding = Array.from({ length: 1_536 }, (_, i) => Math.sin(i))
    const { attributes } = oneRequest({ model: 'm', embedding })
    expect(embeddingIn(attributes)?.length).toBe(1_536)
    expect(JSON.stringify(attributes).length).toBeLessThan(300)
  })

  test.each([
    ['0.1, 0.2', 'embedding: found "0.1, 0.2", expected a list of 2 to 4096 finite numbers'],
    [[0.1, null], 'embedding: found null at position 1, expected a list of 2 to 4096 finite numbers'],
  ])('%j is no embedding', (embedding, message) => {
    expect(readRequests({ model: 'm', embedding }, context).failures[0]?.message).toContain(message)
  })

  test('everything that a request may say', () => {
    const span = oneRequest({
      trace_id: 'A'.repeat(32),
      span_id: 'b'.repeat(16),
      start_time: '2027-01-15T08:00:00Z',
      end_time: '2027-01-15T08:00:02.500Z',
      model: 'claude-sonnet-4-5',
      provider: 'Anthropic',
      messages: [
        { role: 'user', content: [{ type: 'text', text: 'weather?' }] },
        { role: 'tool', tool_call_id: 't1', content: 'rain' },
      ],
      response: { role: 'assistant', content: 'It rains.' },
      input_tokens: 100,
      cache_read_tokens: 60,
      output_tokens: 20,
      reasoning_tokens: 5,
      ttft_ms: 200,
      finish_reason: 'stop',
      user_id: 'u1',
      session_id: 's1',
      feature: 'search',
      prompt_name: 'qa',
      prompt_version: '3',
      cost_usd: 0.01,
      extra: { region: 'eu' },
      team: 'blue',
    })
    expect(latencyMs(span)).toBe(2500)
    expect(span).toMatchObject({
      traceId: 'a'.repeat(32),
      userId: 'u1',
      sessionId: 's1',
      attributes: { region: 'eu', team: 'blue' },
    })
    expect(span.llm).toMatchObject({
      provider: 'anthropic',
      usage: { inputTokens: 100, cacheReadTokens: 60, outputTokens: 20, reasoningTokens: 5 },
      finishReasons: ['stop'],
      feature: 'search',
      promptVersion: '3',
      reportedCostUsd: 0.01,
      streamed: true,
      context: [],
    })
  })

  test('a failed call says why', () => {
    const span = oneRequest({
      model: 'm',
      status: 'error',
      error: 'GPU OOM: out of memory',
      ttft_ms: 0,
      latency_ms: 5000,
    })
    expect(span.status).toBe('error')
    expect(span.llm).toMatchObject({ errorType: 'error', errorMessage: 'GPU OOM: out of memory', ttftMs: undefined })
  })

  test('a partly bad batch keeps its good part and says which item failed why', () => {
    const { items, failures } = readRequests(
      {
        requests: [
          { model: 'a' },
          { prompt: 'no model' },
          { model: 'b', latency_ms: 'fast' },
          { model: 'c', trace_id: 'xyz' },
          { model: 'd', operation: 'chatt' },
          { model: 'e', timestamp: 'yesterday' },
          { model: 'f' },
        ],
      },
      context,
    )
    expect(items).toHaveLength(2)
    expect(failures).toEqual([
      { index: 1, message: 'model: found nothing, expected string' },
      { index: 2, message: 'latency_ms: found "fast", expected number' },
      { index: 3, message: 'trace_id: found "xyz", expected 32 hex digits' },
      { index: 4, message: expect.stringContaining('operation: found "chatt", expected one of chat, text_completion') },
      { index: 5, message: expect.stringContaining('timestamp: found "yesterday", expected an ISO time') },
    ])
    expect(failures[3]?.message).toContain('did you mean "chat"?')
  })

  test.each([
    ['a text', 'hello', 'found "hello", expected an object, a list, or {"requests": [...]}'],
    ['no list', { requests: 5 }, 'requests: found 5, expected a list'],
  ])('%s is no body', (_name, body, message) => {
    expect(() => readRequests(body, context)).toThrow(new BodyError(message))
  })
})

describe('events, feedback and ground truth', () => {
  test('events of all types', () => {
    const { items, failures } = readEvents(
      [
        { type: 'task_completed', user_id: 'u' },
        { type: 'revenue', value: 12.5, id: 'order-1' },
        { type: 'custom', name: 'copied', plan: 'pro' },
        { type: 'custom' },
        { type: 'revenue' },
        { type: 'taskcompleted' },
      ],
      context,
    )
    expect(items.map((event) => [event.type, event.value])).toEqual([
      ['task_completed', undefined],
      ['revenue', 12.5],
      ['custom', undefined],
    ])
    expect(items[1]).toMatchObject({ id: 'order-1', timeMs: NOW })
    expect(items[2]?.attributes).toEqual({ plan: 'pro' })
    expect(failures.map((failure) => failure.message)).toEqual([
      'name: found nothing, expected a name for a custom event',
      'value: found nothing, expected US dollars',
      expect.stringContaining('did you mean "task_completed"?'),
    ])
  })

  test.each([
    [{ value: 0.25 }, 0.25],
    [{ value: 'down' }, 0],
    [{ value: true }, 1],
    [{ rating: 3 }, 0.5],
  ])('feedback %j is %d', (body, value) => {
    expect(readFeedback({ session_id: 's', ...body }, context).items[0]?.value).toBe(value)
  })

  test('feedback without a judgement is refused', () => {
    expect(readFeedback({ session_id: 's' }, context).failures[0]?.message).toContain('expected 0 to 1, "up", "down"')
  })

  test('a ground truth is kept as an event with its labels', () => {
    const { items } = readGroundTruth(
      { ground_truth: [{ request_id: 'r', expected: true, predicted: false, group: 'zh' }] },
      context,
    )
    expect(items[0]).toMatchObject({
      type: 'custom',
      name: 'ground_truth',
      attributes: { expected: 'true', predicted: 'false', group: 'zh', request_id: 'r' },
    })
  })
})

test('logs in the shape of most loggers', () => {
  const { items } = readLogs(
    {
      logs: [
        { timestamp: 1_800_000_000, level: 'WARNING', event: 'gpu_memory_high', service: 'api', extra: { gpu_id: 0 } },
        { time: NOW, msg: 'started', pid: 7 },
      ],
    },
    context,
  )
  expect(items[0]).toMatchObject({
    timeMs: NOW,
    level: 'warn',
    body: 'gpu_memory_high',
    service: 'api',
    attributes: { gpu_id: 0 },
  })
  expect(items[1]).toMatchObject({ level: 'info', body: 'started', attributes: { pid: 7 } })
})
