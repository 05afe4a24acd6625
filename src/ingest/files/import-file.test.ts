import { describe, expect, test } from 'vitest'
import { isLlmSpan, latencyMs } from '../../model/request.ts'
import { textOf } from '../../model/span.ts'
import type { BodyContext } from '../http/body.ts'
import { ImportFile } from './import-file.ts'
import type { ImportedLine } from './imported-line.ts'

const context: BodyContext = { nowMs: 1_800_000_000_000, randomHex: (bytes) => 'f'.repeat(bytes * 2) }

function read(...lines: object[]): ImportedLine[] {
  const file = new ImportFile()
  return lines.map((line) => file.read(JSON.stringify(line), context))
}

function callOf(line: ImportedLine | undefined) {
  const span = line?.spans[0]
  if (span === undefined || !isLlmSpan(span)) throw new Error(`no request was read: ${line?.problem}`)
  return span
}

describe('lines of a structured log', () => {
  const finished = {
    timestamp: '2027-01-15T08:00:00Z',
    level: 'INFO',
    request_id: 'req-1',
    event: 'llm_request_completed',
    model: 'llama-8b',
    input_tokens: 150,
    output_tokens: 200,
    latency_ms: 800,
    ttft_ms: 120,
    status: 'success',
    cost_usd: 0.003,
    user_id: 'user_0',
    service: 'llm-api-v1',
  }

  test('a finished call is a request and a log record that points to it', () => {
    const [line] = read(finished)
    const call = callOf(line)
    expect(call).toMatchObject({ userId: 'user_0', service: 'llm-api-v1', status: 'ok' })
    expect(call.llm).toMatchObject({ requestModel: 'llama-8b', ttftMs: 120, reportedCostUsd: 0.003, source: 'file' })
    expect(call.llm.usage).toMatchObject({ inputTokens: 150, outputTokens: 200 })
    expect(latencyMs(call)).toBe(800)
    expect(line?.logs[0]).toMatchObject({
      level: 'info',
      traceId: call.traceId,
      requestId: 'req-1',
      body: 'llm_request_completed',
    })
  })

  test('an error, with the fields that the logger leaves out', () => {
    const { output_tokens: _none, ttft_ms: _zero, cost_usd: _free, ...rest } = finished
    const [line] = read({ ...rest, level: 'ERROR', status: 'error', error: 'GPU OOM: out of memory' })
    expect(callOf(line).llm).toMatchObject({
      errorType: 'error',
      errorMessage: 'GPU OOM: out of memory',
      ttftMs: undefined,
    })
    expect(line?.logs[0]?.level).toBe('error')
  })

  test('a line about something else is only a log record', () => {
    const [line] = read({
      timestamp: '2027-01-15T08:00:00Z',
      level: 'WARNING',
      event: 'gpu_memory_high',
      extra: { usage_pct: 92 },
    })
    expect(line).toMatchObject({
      spans: [],
      problem: '',
      logs: [{ level: 'warn', body: 'gpu_memory_high', attributes: { usage_pct: 92 } }],
    })
  })
})

test('an OpenAI batch: answers find the requests that came before them', () => {
  const [input, output, failed] = read(
    {
      custom_id: 'a',
      method: 'POST',
      url: '/v1/chat/completions',
      body: { model: 'gpt-4o', messages: [{ role: 'user', content: 'Hi' }] },
    },
    {
      id: 'batch_req_1',
      custom_id: 'a',
      response: {
        status_code: 200,
        request_id: 'r1',
        body: {
          id: 'chatcmpl-1',
          object: 'chat.completion',
          created: 1_799_999_000,
          model: 'gpt-4o-2024-08-06',
          choices: [{ index: 0, message: { role: 'assistant', content: 'Hello.' }, finish_reason: 'stop' }],
          usage: { prompt_tokens: 8, completion_tokens: 2, prompt_tokens_details: { cached_tokens: 4 } },
        },
      },
      error: null,
    },
    { id: 'batch_req_2', custom_id: 'b', response: null, error: { code: 'batch_expired', message: 'too late' } },
  )
  expect(input?.spans).toEqual([])
  const call = callOf(output)
  expect(textOf(call.llm.inputMessages)).toBe('Hi')
  expect(textOf(call.llm.outputMessages)).toBe('Hello.')
  expect(call).toMatchObject({ endMs: 1_799_999_000_000, attributes: { custom_id: 'a' } })
  expect(call.llm).toMatchObject({
    responseModel: 'gpt-4o-2024-08-06',
    usage: { inputTokens: 8, cacheReadTokens: 4, outputTokens: 2 },
    finishReasons: ['stop'],
    parameters: { service_tier: 'batch' },
  })
  expect(callOf(failed).llm).toMatchObject({ errorType: 'batch_expired', errorMessage: 'too late' })
})

test("LiteLLM's standard logging payload", () => {
  const [line] = read({
    id: 'chatcmpl-9',
    trace_id: 'conversation-1',
    call_type: 'acompletion',
    stream: true,
    response_cost: 0.00021,
    status: 'success',
    total_tokens: 30,
    prompt_tokens: 20,
    completion_tokens: 10,
    startTime: 1_800_000_000.5,
    endTime: 1_800_000_002.0,
    completionStartTime: 1_800_000_000.9,
    model: 'claude-3-5-haiku-20241022',
    custom_llm_provider: 'anthropic',
    metadata: { user_api_key_user_id: 'u1', user_api_key_team_id: 't1' },
    messages: [{ role: 'user', content: 'Hi' }],
    response: { id: 'x', choices: [{ message: { role: 'assistant', content: 'Hello.' }, finish_reason: 'stop' }] },
    model_parameters: { temperature: 0.2 },
  })
  const call = callOf(line)
  expect(call).toMatchObject({ userId: 'u1', sessionId: 'conversation-1' })
  expect(call.llm).toMatchObject({
    provider: 'anthropic',
    reportedCostUsd: 0.00021,
    finishReasons: ['stop'],
    parameters: { temperature: 0.2 },
  })
  expect(call.llm.usage).toMatchObject({ inputTokens: 20, outputTokens: 10 })
  expect(Math.round(call.llm.ttftMs ?? 0)).toBe(400)
  expect(latencyMs(call)).toBe(1500)
})

describe('our own shape', () => {
  test('requests, events and ground truth in one file', () => {
    const [request, event, truth] = read(
      { model: 'm', prompt: 'Hi', response: 'Hello' },
      { type: 'handoff', session_id: 's' },
      { request_id: 'r', expected: 'yes', predicted: 'no' },
    )
    expect(request?.spans).toHaveLength(1)
    expect(event?.events[0]?.type).toBe('handoff')
    expect(truth?.events[0]?.name).toBe('ground_truth')
  })

  test.each([
    ['{', /^not JSON: /],
    ['[1]', /^expected a JSON object on each line/],
    ['{"kind":"reqest","model":"m"}', /^kind: found "reqest", expected one of request, event/],
    ['{"model":""}', /^model: found ""/],
    ['{"requests":5}', /^requests: found 5, expected a list/],
  ])('line %s says what is wrong', (text, problem) => {
    expect(new ImportFile().read(text, context).problem).toMatch(problem)
  })

  test('empty lines hold nothing', () => {
    expect(new ImportFile().read('  ', context)).toEqual({ spans: [], events: [], logs: [], problem: '' })
  })
})
