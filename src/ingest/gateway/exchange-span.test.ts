import { describe, expect, test } from 'vitest'
import { type Span, textOf } from '../../model/span.ts'
import type { Exchange } from './exchange.ts'
import { spanOfExchange } from './exchange-span.ts'

/** What a call of a provider looks like, after the provider's documentation. */
interface Call {
  readonly path: string
  readonly request: unknown
  readonly answer: unknown
  readonly headers?: Record<string, string>
  readonly status?: number
}

function spanOf(call: Call): Span {
  const span = seen(call)
  if (span === undefined) throw new Error(`${call.path} was not taken for a model call`)
  return span
}

/** Undefined for what is no call of a model. */
function seen({ path, request, answer, headers = {}, status = 200 }: Call): Span | undefined {
  const bytes = Buffer.isBuffer(answer)
    ? answer
    : Buffer.from(typeof answer === 'string' ? answer : JSON.stringify(answer))
  const exchange: Exchange = {
    upstream: { name: 'upstream', url: 'http://127.0.0.1:1', models: [] },
    path,
    requestHeaders: {},
    requestBody: Buffer.from(JSON.stringify(request) ?? ''),
    startMs: 1000,
    endMs: 1500,
    status,
    responseHeaders: { 'content-type': 'application/json', ...headers },
    chunks: [
      { timeMs: 1200, bytes: bytes.subarray(0, 30) },
      { timeMs: 1400, bytes: bytes.subarray(30) },
    ],
    failure: undefined,
  }
  return spanOfExchange(exchange, { newTraceId: () => 'a'.repeat(32), newSpanId: () => 'b'.repeat(16) })
}

/** What a user looks for, on one line. */
function summary({ llm }: Span): Record<string, unknown> {
  if (llm === undefined) throw new Error('no model call')
  return {
    provider: llm.provider,
    model: llm.requestModel || llm.responseModel,
    asked: textOf(llm.inputMessages),
    answered: textOf(llm.outputMessages),
    finish: llm.finishReasons.join(),
    tokens: `${llm.usage.inputTokens} ${llm.usage.outputTokens}`,
  }
}

function sse(...events: readonly unknown[]): string {
  return events.map((event) => `data: ${JSON.stringify(event)}\n\n`).join('')
}

const SSE = { 'content-type': 'text/event-stream' }

/** One frame of AWS's binary framing; checksums are left 0, which nobody here reads. */
function frame(name: string, payload: unknown, kind = ':event-type'): Buffer {
  const text = (key: string, value: string) => {
    const [k, v] = [Buffer.from(key), Buffer.from(value)]
    return Buffer.concat([Buffer.of(k.length), k, Buffer.of(7, v.length >> 8, v.length & 255), v])
  }
  const headers = Buffer.concat([text(kind, name), text(':content-type', 'application/json')])
  const body = Buffer.from(JSON.stringify(payload))
  const prelude = Buffer.alloc(12)
  prelude.writeUInt32BE(16 + headers.length + body.length, 0)
  prelude.writeUInt32BE(headers.length, 4)
  return Buffer.concat([prelude, headers, body, Buffer.alloc(4)])
}

function chunk(payload: unknown): Buffer {
  return frame('chunk', { bytes: Buffer.from(JSON.stringify(payload)).toString('base64') })
}

const AWS = { 'content-type': 'application/vnd.amazon.eventstream' }

describe('Cohere', () => {
  const expected = { provider: 'cohere', model: 'command-r', answered: 'Paris it is.', tokens: '5 4' }

  test('second generation, billed units count', () => {
    const span = spanOf({
      path: '/v2/chat',
      request: { model: 'command-r', messages: [{ role: 'user', content: 'Capital of France?' }] },
      answer: {
        id: 'c1',
        finish_reason: 'COMPLETE',
        message: { role: 'assistant', content: [{ type: 'text', text: 'Paris it is.' }] },
        usage: { billed_units: { input_tokens: 5, output_tokens: 4 }, tokens: { input_tokens: 71, output_tokens: 4 } },
      },
    })
    expect(summary(span)).toEqual({ ...expected, asked: 'Capital of France?', finish: 'COMPLETE' })
    expect(span.llm?.responseId).toBe('c1')
  })

  test('second generation, streamed, with a tool call in pieces', () => {
    const span = spanOf({
      path: '/v2/chat',
      request: { model: 'command-r', stream: true, messages: [{ role: 'user', content: 'Capital?' }] },
      headers: SSE,
      answer: sse(
        { type: 'message-start', id: 'c2', delta: { message: { role: 'assistant', content: [] } } },
        { type: 'content-start', index: 0, delta: { message: { content: { type: 'text', text: '' } } } },
        { type: 'content-delta', index: 0, delta: { message: { content: { text: 'Paris ' } } } },
        { type: 'content-delta', index: 0, delta: { message: { content: { text: 'it is.' } } } },
        {
          type: 'tool-call-start',
          index: 1,
          delta: { message: { tool_calls: { id: 't1', function: { name: 'map', arguments: '' } } } },
        },
        {
          type: 'tool-call-delta',
          index: 1,
          delta: { message: { tool_calls: { function: { arguments: '{"at":' } } } },
        },
        { type: 'tool-call-delta', index: 1, delta: { message: { tool_calls: { function: { arguments: '1}' } } } } },
        {
          type: 'message-end',
          delta: { finish_reason: 'TOOL_CALL', usage: { billed_units: { input_tokens: 5, output_tokens: 4 } } },
        },
      ),
    })
    expect(summary(span)).toMatchObject({
      ...expected,
      finish: 'TOOL_CALL',
      answered: expect.stringContaining('Paris it is.'),
    })
    expect(span.llm?.outputMessages[0]?.parts[1]).toEqual({
      type: 'tool_call',
      id: 't1',
      name: 'map',
      arguments: '{"at":1}',
    })
    expect(span.llm?.ttftMs).toBe(400)
  })

  test('first generation: history and last message apart, streamed as lines', () => {
    const response = {
      response_id: 'r1',
      text: 'Paris it is.',
      finish_reason: 'COMPLETE',
      meta: { billed_units: { input_tokens: 5, output_tokens: 4 } },
    }
    const request = {
      model: 'command-r',
      preamble: 'Be short.',
      chat_history: [
        { role: 'USER', message: 'Hi' },
        { role: 'CHATBOT', message: 'Hello' },
      ],
      message: 'Capital of France?',
    }
    const whole = spanOf({ path: '/v1/chat', request, answer: response })
    const lines = [
      { event_type: 'stream-start', generation_id: 'g' },
      { event_type: 'text-generation', text: 'Paris it is.' },
      { event_type: 'stream-end', finish_reason: 'COMPLETE', response },
    ]
    const streamed = spanOf({
      path: '/v1/chat',
      request,
      headers: { 'content-type': 'application/stream+json' },
      answer: lines.map((line) => `${JSON.stringify(line)}\n`).join(''),
    })
    expect(whole.llm?.inputMessages.map(({ role }) => role)).toEqual(['system', 'user', 'assistant', 'user'])
    expect(summary(whole)).toMatchObject({ ...expected, finish: 'COMPLETE' })
    expect(summary(streamed)).toEqual(summary(whole))
    expect(streamed.llm?.streamed).toBe(true)
  })

  test('embeddings and old generations', () => {
    const embedded = spanOf({
      path: '/v1/embed',
      request: { model: 'embed-v4', texts: ['one', 'two'] },
      answer: { id: 'e', embeddings: [[0.1], [0.2]], meta: { billed_units: { input_tokens: 2 } } },
    })
    expect(embedded.kind).toBe('embedding')
    expect(embedded.llm?.usage.inputTokens).toBe(2)
    const generated = spanOf({
      path: '/v1/generate',
      request: { model: 'command', prompt: 'Say hi' },
      answer: { id: 'g', generations: [{ id: 'x', text: 'hi', finish_reason: 'COMPLETE' }] },
    })
    expect(summary(generated)).toMatchObject({ asked: 'Say hi', answered: 'hi', finish: 'COMPLETE' })
  })

  test('its paths with bodies of OpenAI are read as those', () => {
    const span = spanOf({
      path: '/v1/chat',
      request: { model: 'palmyra-x5', messages: [{ role: 'user', content: 'Hi' }] },
      answer: {
        model: 'palmyra-x5',
        choices: [{ message: { role: 'assistant', content: 'Hello' }, finish_reason: 'stop' }],
        usage: { prompt_tokens: 3, completion_tokens: 1, total_tokens: 4 },
      },
    })
    expect(summary(span)).toMatchObject({ model: 'palmyra-x5', answered: 'Hello', finish: 'stop', tokens: '3 1' })
  })
})

describe('Bedrock', () => {
  const messages = [{ role: 'user', content: [{ text: 'Hi' }] }]
  const model = 'anthropic.claude-3-haiku-20240307-v1:0'
  const expected = { provider: 'aws.bedrock', model, answered: 'Hello there', tokens: '10 4' }
  const usage = { inputTokens: 10, outputTokens: 4, totalTokens: 14 }

  test('Converse', () => {
    const span = spanOf({
      path: `/model/${encodeURIComponent(model)}/converse`,
      request: { messages, system: [{ text: 'Be kind.' }], inferenceConfig: { maxTokens: 50 } },
      answer: {
        output: { message: { role: 'assistant', content: [{ text: 'Hello there' }] } },
        stopReason: 'end_turn',
        usage,
      },
    })
    expect(summary(span)).toEqual({ ...expected, asked: expect.stringContaining('Hi'), finish: 'end_turn' })
    expect(span.llm?.inputMessages[0]).toEqual({ role: 'system', parts: [{ type: 'text', text: 'Be kind.' }] })
  })

  test('Converse, streamed in frames that the network cut anywhere', () => {
    const span = spanOf({
      path: `/model/${model}/converse-stream`,
      request: { messages },
      headers: AWS,
      answer: Buffer.concat([
        frame('messageStart', { role: 'assistant' }),
        frame('contentBlockDelta', { contentBlockIndex: 0, delta: { text: 'Hello ' } }),
        frame('contentBlockDelta', { contentBlockIndex: 0, delta: { text: 'there' } }),
        frame('contentBlockStart', { contentBlockIndex: 1, start: { toolUse: { toolUseId: 't', name: 'clock' } } }),
        frame('contentBlockDelta', { contentBlockIndex: 1, delta: { toolUse: { input: '{"zone":"UTC"}' } } }),
        frame('messageStop', { stopReason: 'tool_use' }),
        frame('metadata', { usage, metrics: { latencyMs: 9 } }),
      ]),
    })
    expect(summary(span)).toMatchObject({
      ...expected,
      finish: 'tool_use',
      answered: expect.stringContaining('Hello there'),
    })
    expect(span.llm?.outputMessages[0]?.parts[1]).toEqual({
      type: 'tool_call',
      id: 't',
      name: 'clock',
      arguments: '{"zone":"UTC"}',
    })
    expect(span.llm?.ttftMs).toBe(400)
  })

  test('an exception in the stream is an error', () => {
    const span = spanOf({
      path: `/model/${model}/converse-stream`,
      request: { messages },
      headers: AWS,
      answer: frame('throttlingException', { message: 'Too many requests' }, ':exception-type'),
    })
    expect(span.status).toBe('error')
    expect(span.llm).toMatchObject({ errorType: 'throttlingException', errorMessage: 'Too many requests' })
  })

  test('InvokeModel of Anthropic, streamed', () => {
    const span = spanOf({
      path: `/model/${model}/invoke-with-response-stream`,
      request: { anthropic_version: 'bedrock-2023-05-31', messages: [{ role: 'user', content: 'Hi' }] },
      headers: AWS,
      answer: Buffer.concat([
        chunk({
          type: 'message_start',
          message: { id: 'm', model: 'claude', usage: { input_tokens: 10, output_tokens: 1 } },
        }),
        chunk({ type: 'content_block_start', index: 0, content_block: { type: 'text', text: '' } }),
        chunk({ type: 'content_block_delta', index: 0, delta: { type: 'text_delta', text: 'Hello there' } }),
        chunk({ type: 'message_delta', delta: { stop_reason: 'end_turn' }, usage: { output_tokens: 4 } }),
        chunk({
          type: 'message_stop',
          'amazon-bedrock-invocationMetrics': { inputTokenCount: 10, outputTokenCount: 4 },
        }),
      ]),
    })
    expect(summary(span)).toMatchObject({ ...expected, finish: 'end_turn' })
  })

  test.each([
    [
      'meta.llama3-8b-instruct-v1:0',
      { generation: 'Hello there', prompt_token_count: 10, generation_token_count: 4, stop_reason: 'stop' },
      {},
    ],
    [
      'amazon.titan-text-express-v1',
      { inputTextTokenCount: 10, results: [{ tokenCount: 4, outputText: 'Hello there', completionReason: 'stop' }] },
      {},
    ],
    [
      'mistral.mistral-7b-instruct-v0:2',
      { outputs: [{ text: 'Hello there', stop_reason: 'stop' }] },
      { 'x-amzn-bedrock-input-token-count': '10', 'x-amzn-bedrock-output-token-count': '4' },
    ],
    [
      'ai21.j2-ultra-v1',
      {
        id: 1,
        prompt: { text: 'Hi', tokens: Array.from({ length: 10 }, () => ({})) },
        completions: [{ data: { text: 'Hello there', tokens: [{}, {}, {}, {}] }, finishReason: { reason: 'stop' } }],
      },
      {},
    ],
    [
      'cohere.command-r-v1:0',
      { response_id: 'r', generation_id: 'g', text: 'Hello there', finish_reason: 'stop' },
      { 'x-amzn-bedrock-input-token-count': '10', 'x-amzn-bedrock-output-token-count': '4' },
    ],
    [
      'amazon.nova-lite-v1:0',
      { output: { message: { role: 'assistant', content: [{ text: 'Hello there' }] } }, stopReason: 'stop', usage },
      {},
    ],
  ])('InvokeModel of %s', (name, answer, headers) => {
    const request = name.startsWith('cohere')
      ? { message: 'Hi' }
      : name.includes('titan')
        ? { inputText: 'Hi' }
        : { prompt: 'Hi' }
    const span = spanOf({ path: `/model/${name}/invoke`, request, answer, headers })
    expect(summary(span)).toEqual({ ...expected, model: name, asked: 'Hi', finish: 'stop' })
  })

  test('InvokeModel of Llama, streamed', () => {
    const span = spanOf({
      path: '/model/meta.llama3-8b-instruct-v1:0/invoke-with-response-stream',
      request: { prompt: 'Hi' },
      headers: AWS,
      answer: Buffer.concat([
        chunk({ generation: 'Hello', prompt_token_count: 10, generation_token_count: 1, stop_reason: null }),
        chunk({ generation: ' there', prompt_token_count: null, generation_token_count: 4, stop_reason: 'stop' }),
      ]),
    })
    expect(summary(span)).toMatchObject({ answered: 'Hello there', finish: 'stop', tokens: '10 4' })
  })

  test('what it refuses is said at the top', () => {
    const span = spanOf({
      path: `/model/${model}/converse`,
      request: { messages },
      status: 403,
      answer: { message: 'You do not have access to the model.' },
    })
    expect(span.llm).toMatchObject({ errorType: '403', errorMessage: 'You do not have access to the model.' })
  })
})

describe('watsonx', () => {
  const result = {
    generated_text: 'Hello there',
    generated_token_count: 4,
    input_token_count: 10,
    stop_reason: 'eos_token',
  }
  const expected = {
    provider: 'ibm.watsonx.ai',
    model: 'ibm/granite',
    asked: 'Hi',
    answered: 'Hello there',
    tokens: '10 4',
  }

  test('generation, whole and streamed', () => {
    const request = { model_id: 'ibm/granite', input: 'Hi', parameters: { max_new_tokens: 50 } }
    const whole = spanOf({
      path: '/ml/v1/text/generation?version=2024-01-01',
      request,
      answer: { model_id: 'ibm/granite', results: [result] },
    })
    const streamed = spanOf({
      path: '/ml/v1/text/generation_stream?version=2024-01-01',
      request,
      headers: SSE,
      answer: sse(
        {
          model_id: 'ibm/granite',
          results: [{ ...result, generated_text: 'Hello', generated_token_count: 1, stop_reason: 'not_finished' }],
        },
        { model_id: 'ibm/granite', results: [{ ...result, generated_text: ' there' }] },
      ),
    })
    expect(summary(whole)).toEqual({ ...expected, finish: 'eos_token' })
    expect(summary(streamed)).toEqual(summary(whole))
  })

  test('its chat is that of OpenAI with its own word for the model', () => {
    const span = spanOf({
      path: '/ml/v1/text/chat?version=2024-01-01',
      request: { model_id: 'ibm/granite', messages: [{ role: 'user', content: 'Hi' }] },
      answer: {
        model_id: 'ibm/granite',
        choices: [{ message: { role: 'assistant', content: 'Hello there' }, finish_reason: 'stop' }],
        usage: { prompt_tokens: 10, completion_tokens: 4, total_tokens: 14 },
      },
    })
    expect(summary(span)).toEqual({ ...expected, finish: 'stop' })
  })

  test('its errors are a list', () => {
    const answer = { errors: [{ code: 'model_not_supported', message: 'No such model' }], status_code: 404 }
    const span = spanOf({ path: '/ml/v1/text/chat', request: { model_id: 'x', messages: [] }, answer, status: 404 })
    expect(span.llm).toMatchObject({ errorType: 'model_not_supported', errorMessage: 'No such model' })
  })
})

describe('text-generation-inference', () => {
  test('an answer in a list, and one behind an endpoint of SageMaker', () => {
    const details = { finish_reason: 'eos_token', generated_tokens: 4, prefill: [{}, {}] }
    const answer = [{ generated_text: 'Hello there', details }]
    const plain = spanOf({ path: '/generate', request: { inputs: 'Hi' }, answer })
    expect(summary(plain)).toMatchObject({ asked: 'Hi', answered: 'Hello there', finish: 'eos_token', tokens: '2 4' })
    const hosted = spanOf({ path: '/endpoints/my-llama/invocations', request: { inputs: 'Hi' }, answer })
    expect(summary(hosted)).toMatchObject({ model: 'my-llama', answered: 'Hello there' })
  })

  test('a stream, whole and cut off', () => {
    const events = [
      { token: { id: 1, text: 'Hello' }, generated_text: null, details: null },
      {
        token: { id: 2, text: ' there' },
        generated_text: 'Hello there',
        details: { finish_reason: 'length', generated_tokens: 2 },
      },
    ]
    const call = { path: '/generate_stream', request: { inputs: 'Hi' }, headers: SSE }
    expect(summary(spanOf({ ...call, answer: sse(...events) }))).toMatchObject({
      answered: 'Hello there',
      finish: 'length',
    })
    expect(summary(spanOf({ ...call, answer: sse(events[0]) }))).toMatchObject({ answered: 'Hello' })
  })
})

test('Aleph Alpha', () => {
  const span = spanOf({
    path: '/complete',
    request: { model: 'luminous-base', prompt: [{ type: 'text', data: 'Hi' }], maximum_tokens: 5 },
    answer: {
      model_version: '2024',
      completions: [{ completion: 'Hello there', finish_reason: 'end_of_text' }],
      num_tokens_prompt_total: 10,
      num_tokens_generated: 4,
    },
  })
  expect(summary(span)).toEqual({
    provider: 'aleph_alpha',
    model: 'luminous-base',
    asked: 'Hi',
    answered: 'Hello there',
    finish: 'end_of_text',
    tokens: '10 4',
  })
})

describe('DashScope', () => {
  const path = '/api/v1/services/aigc/text-generation/generation'
  const request = {
    model: 'qwen-plus',
    input: { messages: [{ role: 'user', content: '你好' }] },
    parameters: { top_p: 0.8 },
  }
  const usage = { input_tokens: 10, output_tokens: 4, total_tokens: 14 }
  const expected = {
    provider: 'alibaba',
    model: 'qwen-plus',
    asked: '你好',
    answered: '你好，世界',
    finish: 'stop',
    tokens: '10 4',
  }

  test('an answer as text and as message', () => {
    const text = { request_id: 'r', output: { text: '你好，世界', finish_reason: 'stop' }, usage }
    const message = { role: 'assistant', content: '你好，世界' }
    const choices = { request_id: 'r', output: { choices: [{ message, finish_reason: 'stop' }] }, usage }
    expect(summary(spanOf({ path, request, answer: text }))).toEqual(expected)
    expect(summary(spanOf({ path, request, answer: choices }))).toEqual(expected)
  })

  test('streams that repeat and streams that go on', () => {
    const event = (content: string, finish: string) => ({
      output: { choices: [{ message: { role: 'assistant', content }, finish_reason: finish }] },
      usage,
    })
    const repeating = sse(event('你好', 'null'), event('你好，世界', 'stop'))
    const goingOn = sse(event('你好', 'null'), event('，世界', 'stop'))
    expect(summary(spanOf({ path, request, headers: SSE, answer: repeating }))).toEqual(expected)
    expect(summary(spanOf({ path, request, headers: SSE, answer: goingOn }))).toEqual(expected)
  })
})

describe("Google's clouds", () => {
  const usageMetadata = { promptTokenCount: 10, candidatesTokenCount: 4, totalTokenCount: 14 }
  const request = { contents: [{ role: 'user', parts: [{ text: 'Hi' }] }] }
  const piece = (text: string, finishReason?: string) => ({
    candidates: [{ content: { role: 'model', parts: [{ text }] }, finishReason }],
    usageMetadata,
    modelVersion: 'gemini-2.5-flash',
  })
  const expected = { model: 'gemini-2.5-flash', asked: 'Hi', answered: 'Hello there', finish: 'STOP', tokens: '10 4' }

  test('a stream of Gemini that is one list', () => {
    const span = spanOf({
      path: '/v1beta/models/gemini-2.5-flash:streamGenerateContent',
      request,
      answer: [piece('Hello '), piece('there', 'STOP')],
    })
    expect(summary(span)).toEqual({ provider: 'gcp.gemini', ...expected })
  })

  test('Vertex shows in the path, also with the models of others', () => {
    const project = '/v1/projects/p/locations/us-central1/publishers'
    const gemini = spanOf({
      path: `${project}/google/models/gemini-2.5-flash:generateContent`,
      request,
      answer: piece('Hello there', 'STOP'),
    })
    expect(summary(gemini)).toEqual({ provider: 'gcp.vertex_ai', ...expected })
    const claude = spanOf({
      path: `${project}/anthropic/models/claude-sonnet-4@20250514:rawPredict`,
      request: { anthropic_version: 'vertex-2023-10-16', messages: [{ role: 'user', content: 'Hi' }] },
      answer: {
        id: 'm',
        content: [{ type: 'text', text: 'Hello there' }],
        stop_reason: 'end_turn',
        usage: { input_tokens: 10, output_tokens: 4 },
      },
    })
    expect(summary(claude)).toEqual({
      ...expected,
      provider: 'gcp.vertex_ai',
      model: 'claude-sonnet-4@20250514',
      finish: 'end_turn',
    })
  })
})

describe('rerank', () => {
  const documents = ['Berlin is large.', 'Paris is the capital of France.', 'Rome is old.']
  const request = { model: 'rerank-v3.5', query: 'Capital of France?', documents, top_n: 2 }
  const ranked = [
    { index: 1, score: 0.98 },
    { index: 0, score: 0.11 },
  ]
  const results = ranked.map(({ index, score }) => ({ index, relevance_score: score }))

  test('of Cohere is a span that is no request, with what it was asked, what came of it and the units that are billed', () => {
    const span = spanOf({
      path: '/v2/rerank',
      request,
      answer: { id: 'r1', results, meta: { api_version: { version: '2' }, billed_units: { search_units: 1 } } },
    })
    expect(span).toMatchObject({
      kind: 'rerank',
      name: 'rerank rerank-v3.5',
      status: 'ok',
      input: 'Capital of France?',
    })
    expect(span.llm).toBeUndefined()
    expect(JSON.parse(span.output)).toEqual(ranked)
    expect(span.attributes).toMatchObject({
      'gen_ai.operation.name': 'rerank',
      'gen_ai.request.model': 'rerank-v3.5',
      'gen_ai.response.id': 'r1',
      'rerank.documents': 3,
      'rerank.top_n': 2,
      'rerank.results': 2,
      'rerank.search_units': 1,
    })
    expect(span.attributes).not.toHaveProperty('gen_ai.usage.input_tokens')
  })

  test.each([
    ['Jina', '/v1/rerank', request, { model: 'jina-reranker-v2', usage: { total_tokens: 33 }, results }],
    ['Voyage', '/v1/rerank', { ...request, top_k: 2 }, { object: 'list', data: results, usage: { total_tokens: 33 } }],
    [
      'DashScope',
      '/api/v1/services/rerank/text-rerank/text-rerank',
      { model: 'gte-rerank-v2', input: { query: request.query, documents }, parameters: { top_n: 2 } },
      { output: { results }, usage: { total_tokens: 33 }, request_id: 'q' },
    ],
  ])('of %s says its tokens', (_provider, path, call, answer) => {
    const span = spanOf({ path, request: call, answer })
    expect(span).toMatchObject({ kind: 'rerank', input: 'Capital of France?' })
    expect(JSON.parse(span.output)).toEqual(ranked)
    expect(span.attributes).toMatchObject({
      'gen_ai.usage.input_tokens': 33,
      'rerank.documents': 3,
      'rerank.top_n': 2,
      'rerank.results': 2,
    })
  })

  test('of text-embeddings-inference is a bare list, with the documents where they were asked for', () => {
    const span = spanOf({
      path: '/rerank',
      request: { query: 'Capital of France?', texts: documents, return_text: true },
      answer: [{ index: 1, score: 0.98, text: documents[1] }],
    })
    expect(JSON.parse(span.output)).toEqual([{ index: 1, score: 0.98, document: documents[1] }])
    expect(span.attributes).toMatchObject({ 'rerank.documents': 3, 'rerank.results': 1 })
  })

  test('that is refused says why', () => {
    const span = spanOf({ path: '/v2/rerank', request, status: 400, answer: { message: 'documents: too many' } })
    expect(span).toMatchObject({ kind: 'rerank', status: 'error', statusMessage: 'documents: too many', output: '' })
    expect(span.attributes).toMatchObject({ 'error.type': '400', 'rerank.documents': 3, 'rerank.results': 0 })
  })
})

describe('Replicate', () => {
  const path = '/v1/models/meta/meta-llama-3-8b-instruct/predictions'
  const input = { prompt: 'Capital of France?', system_prompt: 'Be short.', max_tokens: 20 }
  const begun = {
    id: 'p1',
    model: 'meta/meta-llama-3-8b-instruct',
    input,
    status: 'starting',
    output: null,
    error: null,
  }
  const done = {
    ...begun,
    status: 'succeeded',
    output: ['Paris ', 'it is.'],
    created_at: '2026-01-01T00:00:00Z',
    started_at: '2026-01-01T00:00:01Z',
    completed_at: '2026-01-01T00:00:03.5Z',
    metrics: { predict_time: 2.5, input_token_count: 12, output_token_count: 4, time_to_first_token: 0.25 },
  }
  const expected = {
    provider: 'replicate',
    model: 'meta/meta-llama-3-8b-instruct',
    asked: 'Be short.\n\nCapital of France?',
    answered: 'Paris it is.',
    finish: 'succeeded',
    tokens: '12 4',
  }

  test('a call that waits shows all, at the times of its caller', () => {
    const span = spanOf({ path, request: { input }, status: 201, answer: done })
    expect(summary(span)).toEqual(expected)
    expect(span).toMatchObject({ startMs: 1000, endMs: 1500, status: 'ok' })
    expect(span.llm).toMatchObject({ responseId: 'p1', parameters: { max_tokens: 20 }, ttftMs: undefined })
  })

  test('a call that only begins a prediction is no record; the one that finds it done is, with its own times', () => {
    expect(seen({ path, request: { input }, status: 201, answer: begun })).toBeUndefined()
    const asks = { path: '/v1/predictions/p1', request: undefined }
    expect(seen({ ...asks, answer: { ...begun, status: 'processing' } })).toBeUndefined()
    const span = spanOf({ ...asks, answer: done })
    expect(summary(span)).toEqual(expected)
    expect(span.endMs - span.startMs).toBe(3_500)
    expect(span.llm).toMatchObject({ ttftMs: 250, parameters: { max_tokens: 20 } })
    const again = spanOf({ ...asks, answer: done })
    expect([again.traceId, again.spanId]).toEqual([span.traceId, span.spanId])
    expect(spanOf({ ...asks, answer: { ...done, id: 'p2' } }).spanId).not.toBe(span.spanId)
  })

  test('where the outcome goes another way, the beginning is what is recorded', () => {
    const span = spanOf({ path, request: { input, stream: true }, status: 201, answer: begun })
    expect(summary(span)).toEqual({ ...expected, answered: '', finish: 'starting', tokens: 'undefined undefined' })
    expect(span.llm?.outputMessages).toEqual([])
  })

  test('a version stands for a model, and files are kept by their address', () => {
    const url = 'https://replicate.delivery/out-0.webp'
    const request = { version: 'black-forest-labs/flux-schnell', input: { prompt: 'A cat' } }
    const answer = { ...done, model: '', metrics: {}, input: request.input, output: [url] }
    const span = spanOf({ path: '/v1/predictions', request, status: 201, answer })
    expect(summary(span)).toMatchObject({ model: request.version, asked: 'A cat', answered: '' })
    expect(span.llm?.outputMessages[0]?.parts).toEqual([{ type: 'media', mediaType: 'image/*', reference: url }])
  })

  test('what fails says why, whether at once or later', () => {
    const refused = spanOf({
      path,
      request: { input },
      status: 422,
      answer: { title: 'Invalid', detail: 'input.prompt is needed', status: 422 },
    })
    expect(refused.llm).toMatchObject({ errorType: '422', errorMessage: 'input.prompt is needed', finishReasons: [] })
    expect(refused.llm?.outputMessages).toEqual([])
    const failed = { ...done, status: 'failed', output: null, error: 'CUDA out of memory' }
    const later = spanOf({ path: '/v1/predictions/p1', request: undefined, answer: failed })
    expect(later.llm).toMatchObject({ errorType: 'failed', errorMessage: 'CUDA out of memory' })
  })

  test('lists and predictions that are not there are no calls of a model', () => {
    const asks = { request: undefined }
    expect(seen({ ...asks, path: '/v1/predictions', answer: { results: [done], next: null } })).toBeUndefined()
    expect(
      seen({ ...asks, path: '/v1/predictions/none', status: 404, answer: { detail: 'not found', status: 404 } }),
    ).toBeUndefined()
    expect(seen({ path: '/v1/predictions/p1/cancel', request: {}, answer: done })).toBeUndefined()
  })
})
