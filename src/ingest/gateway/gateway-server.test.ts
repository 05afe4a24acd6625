import { createHmac } from 'node:crypto'
import { createServer, request as httpRequest, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { gzipSync } from 'node:zlib'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { textOf, type Span } from '../../model/span.ts'
import { gatewayConfig } from './config.ts'
import type { Exchange } from './exchange.ts'
import { spanOfExchange } from './exchange-span.ts'
import { GatewayServer } from './gateway-server.ts'

type Handler = (request: IncomingMessage, response: ServerResponse, body: string) => unknown

let upstream: Server
let upstreamUrl = ''
let gateway: GatewayServer
let port = 0
let handler: Handler = () => {}
let exchanges: Exchange[] = []
let active = 0

const ids = { newTraceId: () => 'a'.repeat(32), newSpanId: () => 'b'.repeat(16) }

beforeEach(async () => {
  exchanges = []
  active = 0
  upstream = createServer((request, response) => {
    let body = ''
    request.setEncoding('utf8').on('data', (piece: string) => (body += piece))
    request.on('end', () => void handler(request, response, body))
    response.on('error', () => {})
  })
  upstreamUrl = await new Promise((resolve) =>
    upstream.listen(0, '127.0.0.1', () => resolve(`http://127.0.0.1:${(upstream.address() as AddressInfo).port}`)),
  )
  gateway = new GatewayServer({
    config: gatewayConfig.parse({
      body_limit_mb: 0.01,
      upstreams: [
        { name: 'openai', url: `${upstreamUrl}/base` },
        { name: 'anthropic', url: upstreamUrl, prefix: '/anthropic', models: ['claude-*'] },
        { name: 'away', url: 'http://127.0.0.1:1', prefix: '/away' },
      ],
    }),
    accepts: (token) => token !== 'wrong',
    onActive: (_model, change) => (active += change),
    onExchange: (exchange) => exchanges.push(exchange),
  })
  port = await gateway.listen('127.0.0.1', 0)
})

afterEach(async () => {
  await gateway.close(0)
  upstream.closeAllConnections()
  upstream.close()
})

interface Call {
  readonly path?: string
  readonly headers?: Readonly<Record<string, string>>
  readonly body?: unknown
}

/** Begins a call; resolves when the answer's head is there. */
function open({
  path = '/v1/chat/completions',
  headers = {},
  body = { model: 'gpt-5' },
}: Call = {}): Promise<IncomingMessage> {
  return new Promise((resolve, reject) => {
    const call = httpRequest(
      { port, host: '127.0.0.1', path, method: 'POST', headers: { 'content-type': 'application/json', ...headers } },
      resolve,
    )
    call.once('error', reject)
    call.end(JSON.stringify(body))
  })
}

async function bytesOf(answer: IncomingMessage): Promise<Buffer> {
  const pieces: Buffer[] = []
  for await (const piece of answer) pieces.push(piece as Buffer)
  return Buffer.concat(pieces)
}

async function recorded(): Promise<{ exchange: Exchange; span: Span }> {
  await expect.poll(() => exchanges.length).toBe(1)
  const [exchange] = exchanges
  const span = exchange === undefined ? undefined : spanOfExchange(exchange, ids)
  if (exchange === undefined || span === undefined) throw new Error('the call was not recorded')
  return { exchange, span }
}

/** Plays an answer in the pieces given, each in a write of its own; returns what the caller got and what was recorded. */
async function play(
  pieces: readonly Buffer[],
  head: Readonly<Record<string, string>>,
  call: Call = {},
): Promise<{ bytes: Buffer; span: Span }> {
  handler = async (_request, response) => {
    response.writeHead(200, head).flushHeaders()
    for (const piece of pieces) {
      response.write(piece)
      await new Promise((resolve) => setImmediate(resolve))
    }
    response.end()
  }
  const bytes = await bytesOf(await open(call))
  return { bytes, span: (await recorded()).span }
}

const STREAM = { 'content-type': 'text/event-stream; charset=utf-8' }
const JSON_HEAD = { 'content-type': 'application/json' }
const events = (...items: readonly unknown[]): Buffer =>
  Buffer.from(items.map((item) => `data: ${JSON.stringify(item)}\n\n`).join(''))
const bytewise = (bytes: Buffer): Buffer[] =>
  Array.from({ length: Math.ceil(bytes.length / 7) }, (_, i) => bytes.subarray(7 * i, 7 * i + 7))
const said = (span: Span): string => textOf(span.llm?.outputMessages ?? [])

const CHAT_STREAM = Buffer.concat([
  events(
    { id: 'c1', model: 'gpt-5-2025', choices: [{ index: 0, delta: { role: 'assistant', content: '' } }] },
    { id: 'c1', model: 'gpt-5-2025', choices: [{ index: 0, delta: { content: '你好，' } }] },
    { id: 'c1', model: 'gpt-5-2025', choices: [{ index: 0, delta: { content: '世界 😀' } }] },
    { id: 'c1', model: 'gpt-5-2025', choices: [{ index: 0, delta: {}, finish_reason: 'stop' }] },
    { id: 'c1', model: 'gpt-5-2025', choices: [], usage: { prompt_tokens: 5, completion_tokens: 4 } },
  ),
  Buffer.from('data: [DONE]\n\n'),
])

describe('a stream', () => {
  test('reaches the caller piece by piece as it comes, before the upstream has ended', async () => {
    let more: ServerResponse | undefined
    handler = (_request, response) => {
      response.writeHead(200, STREAM).flushHeaders()
      more = response
    }
    const answer = await open()
    for (const piece of ['data: {"a":1}\n\n', 'data: {"b"', ':2}\n\n']) {
      const arrived = new Promise<string>((resolve) =>
        answer.once('data', (bytes: Buffer) => resolve(bytes.toString())),
      )
      more?.write(piece)
      expect(await arrived).toBe(piece)
      expect(exchanges).toEqual([])
      expect(active).toBe(1)
    }
    more?.end()
    await recorded()
    expect(active).toBe(0)
  })

  test('is passed on byte for byte and read right, cut in the middle of characters and events', async () => {
    const { bytes, span } = await play(bytewise(CHAT_STREAM), STREAM)
    expect(bytes.equals(CHAT_STREAM)).toBe(true)
    expect(said(span)).toBe('你好，世界 😀')
    expect(span.llm).toMatchObject({ responseModel: 'gpt-5-2025', finishReasons: ['stop'], streamed: true })
    expect(span.llm?.usage).toMatchObject({ inputTokens: 5, outputTokens: 4 })
    expect(span.llm?.ttftMs).toBeGreaterThan(0)
  })

  test('that the caller leaves is cancelled upstream and recorded with what came', async () => {
    let cancelled = false
    handler = (_request, response) => {
      response.on('close', () => (cancelled = !response.writableFinished))
      response.writeHead(200, STREAM).write(CHAT_STREAM.subarray(0, 250))
    }
    const answer = await open()
    await new Promise((resolve) => answer.once('data', resolve))
    answer.destroy()
    const { span } = await recorded()
    await expect.poll(() => cancelled).toBe(true)
    expect(span).toMatchObject({
      status: 'error',
      llm: { errorType: 'aborted', streamed: true, responseModel: 'gpt-5-2025' },
    })
    expect(said(span)).toBe('你好，')
    expect(active).toBe(0)
  })

  test('that the upstream breaks off breaks at the caller too, and is recorded with what came', async () => {
    handler = (_request, response) => {
      response.writeHead(200, STREAM).write(CHAT_STREAM.subarray(0, 250), () => setImmediate(() => response.destroy()))
    }
    const answer = await open()
    await expect(bytesOf(answer)).rejects.toThrow(/aborted|reset/)
    const { span, exchange } = await recorded()
    expect(exchange.failure?.kind).toBe('upstream-failed')
    expect(span.llm?.errorType).toBe('upstream_disconnected')
    expect(said(span)).toBe('你好，')
  })
})

describe('what is refused or cannot be passed on', () => {
  test('an upstream that does not answer is a 502 that names it, and is recorded', async () => {
    const answer = await open({ path: '/away/v1/chat/completions' })
    expect(answer.statusCode).toBe(502)
    expect((await bytesOf(answer)).toString()).toContain('the upstream away did not answer')
    expect((await recorded()).span.llm).toMatchObject({ errorType: 'upstream_unreachable', requestModel: 'gpt-5' })
  })

  test.each([
    [413, { body: { model: 'm', input: 'x'.repeat(20_000) } }, 'larger than 0.01 MB'],
    [400, { headers: { 'x-tetrascope-upstream': 'nobody' } }, 'there are openai, anthropic, away'],
    [400, { path: 'http://elsewhere.example/v1/messages' }, 'no upstream at http://elsewhere.example/v1/messages'],
    [401, { headers: { 'x-tetrascope-token': 'wrong' } }, 'x-tetrascope-token'],
  ])('%i says what is wrong and calls nobody', async (status, call, message) => {
    let called = false
    handler = () => {
      called = true
    }
    const answer = await open(call)
    expect(answer.statusCode).toBe(status)
    expect((await bytesOf(answer)).toString()).toContain(message)
    expect(called).toBe(false)
  })

  test('an error of the provider comes through as it is', async () => {
    const body = JSON.stringify({ error: { message: 'slow down', code: 'rate_limit_exceeded' } })
    handler = (_request, response) => response.writeHead(429, { ...JSON_HEAD, 'retry-after': '7' }).end(body)
    const answer = await open()
    expect([answer.statusCode, answer.headers['retry-after']]).toEqual([429, '7'])
    expect((await bytesOf(answer)).toString()).toBe(body)
    expect((await recorded()).span.llm).toMatchObject({ errorType: 'rate_limit_exceeded', errorMessage: 'slow down' })
  })
})

describe('where a call goes', () => {
  test.each<[string, Call, string]>([
    ['the first upstream', {}, '/base/v1/chat/completions'],
    ['by prefix, which is taken off', { path: '/anthropic/v1/messages?beta=true' }, '/v1/messages?beta=true'],
    ['by model', { path: '/v1/messages', body: { model: 'claude-5' } }, '/v1/messages'],
    [
      'by header, above all',
      { headers: { 'x-tetrascope-upstream': 'openai' }, body: { model: 'claude-5' } },
      '/base/v1/chat/completions',
    ],
  ])('%s', async (_way, call, expected) => {
    let url: string | undefined
    handler = (request, response) => {
      url = request.url
      response.writeHead(200, JSON_HEAD).end('{}')
    }
    await bytesOf(await open(call))
    expect(url).toBe(expected)
  })
})

test('a call that was signed for its provider is the same there when the gateway is the proxy of its caller', async () => {
  const sign = (method = '', url = '', host = '', body = ''): string =>
    createHmac('sha256', 'secret').update([method, url, host, body].join('\n')).digest('hex')
  handler = ({ method, url, headers }, response, body) => {
    const isValid = headers.authorization === sign(method, url, headers.host, body)
    response.writeHead(isValid ? 200 : 403, JSON_HEAD).end('{}')
  }
  const { host } = new URL(upstreamUrl)
  for (const path of ['/model/a%3A0/converse?x=%2F', '/base/v1/chat/completions', '/anthropic/v1/messages', '/']) {
    const authorization = sign('POST', path, host, JSON.stringify({ model: 'gpt-5' }))
    const answer = await open({ path: `http://${host}${path}`, headers: { host, authorization } })
    await bytesOf(answer)
    expect([path, answer.statusCode]).toEqual([path, 200])
  }
  expect(exchanges.map(({ upstream: { name } }) => name)).toEqual(['anthropic', 'openai', 'anthropic', 'anthropic'])
})

describe('headers', () => {
  test('of the connection and of ours stay here, all others pass on unchanged, and trace context is taken up', async () => {
    const traceparent = `00-${'1'.repeat(32)}-${'2'.repeat(16)}-01`
    let received: IncomingMessage['headers'] = {}
    handler = (request, response) => {
      received = request.headers
      response.writeHead(200, { ...JSON_HEAD, 'x-request-id': 'r1', 'keep-alive': 'timeout=9' }).end('{}')
    }
    const answer = await open({
      headers: {
        authorization: 'Bearer sk-secret',
        'x-api-key': 'sk-ant',
        traceparent,
        'x-tetrascope-user': 'ann',
        'x-tetrascope-session': 's1',
        'x-tetrascope-feature': 'chat',
        te: 'trailers',
        'x-hop': '1',
        connection: 'keep-alive, x-hop',
      },
    })
    await bytesOf(answer)
    const { span } = await recorded()
    expect(received).toMatchObject({ authorization: 'Bearer sk-secret', 'x-api-key': 'sk-ant', traceparent })
    expect(Object.keys(received).filter((name) => /tetrascope|^te$|x-hop/.test(name))).toEqual([])
    expect(received.host).toBe(upstreamUrl.slice('http://'.length))
    expect(answer.headers['x-request-id']).toBe('r1')
    expect(span).toMatchObject({
      traceId: '1'.repeat(32),
      parentSpanId: '2'.repeat(16),
      userId: 'ann',
      sessionId: 's1',
      llm: { feature: 'chat' },
    })
  })

  test('with keys are in no span, nor is a key in the path', async () => {
    handler = (_request, response) => response.writeHead(200, JSON_HEAD).end('{}')
    await bytesOf(
      await open({
        path: '/v1/chat/completions?key=sk-in-path',
        headers: {
          authorization: 'Bearer sk-secret',
          'api-key': 'sk-azure',
          cookie: 'sk-cookie',
          'x-goog-api-key': 'sk-google',
        },
      }),
    )
    expect(JSON.stringify((await recorded()).span)).not.toContain('sk-')
  })
})

describe('what is read of an answer', () => {
  test('compressed: passed on compressed, read plain', async () => {
    const body = gzipSync(
      JSON.stringify({
        model: 'gpt-5',
        choices: [{ message: { role: 'assistant', content: 'Hello' }, finish_reason: 'stop' }],
        usage: { prompt_tokens: 1, completion_tokens: 2 },
      }),
    )
    const { bytes, span } = await play(bytewise(body), { ...JSON_HEAD, 'content-encoding': 'gzip' })
    expect(bytes.equals(body)).toBe(true)
    expect(said(span)).toBe('Hello')
    expect(span.llm?.usage).toMatchObject({ inputTokens: 1, outputTokens: 2 })
  })

  test('embeddings', async () => {
    const body = Buffer.from(
      JSON.stringify({
        model: 'text-embedding-3',
        data: [{ embedding: [0.1, 0.2] }],
        usage: { prompt_tokens: 3, total_tokens: 3 },
      }),
    )
    const { span } = await play([body], JSON_HEAD, {
      path: '/v1/embeddings',
      body: { model: 'text-embedding-3', input: 'Hi' },
    })
    expect(span).toMatchObject({
      kind: 'embedding',
      llm: { operation: 'embeddings', outputMessages: [], usage: { inputTokens: 3 } },
    })
  })

  test('a stream of the responses API', async () => {
    const response = {
      id: 'r1',
      model: 'gpt-5',
      status: 'completed',
      output: [{ type: 'message', role: 'assistant', content: [{ type: 'output_text', text: 'Hello' }] }],
      usage: { input_tokens: 4, output_tokens: 9, output_tokens_details: { reasoning_tokens: 6 } },
    }
    const stream = events(
      { type: 'response.created', response: { id: 'r1' } },
      { type: 'response.output_text.delta', delta: 'Hel' },
      { type: 'response.output_text.delta', delta: 'lo' },
      { type: 'response.completed', response },
    )
    const { span } = await play(bytewise(stream), STREAM, {
      path: '/v1/responses',
      body: { model: 'gpt-5', input: 'Hi', stream: true },
    })
    expect(said(span)).toBe('Hello')
    expect(span.llm).toMatchObject({
      operation: 'responses',
      responseId: 'r1',
      finishReasons: ['completed'],
      usage: { inputTokens: 4, outputTokens: 9, reasoningTokens: 6 },
    })
  })

  test("a stream of Anthropic's with a tool call; input is the total", async () => {
    const stream = events(
      {
        type: 'message_start',
        message: {
          id: 'm1',
          role: 'assistant',
          model: 'claude-5',
          usage: { input_tokens: 10, cache_read_input_tokens: 100, cache_creation_input_tokens: 5, output_tokens: 1 },
        },
      },
      { type: 'content_block_start', index: 0, content_block: { type: 'text', text: '' } },
      { type: 'content_block_delta', index: 0, delta: { type: 'text_delta', text: 'Let me look.' } },
      {
        type: 'content_block_start',
        index: 1,
        content_block: { type: 'tool_use', id: 't1', name: 'weather', input: {} },
      },
      { type: 'content_block_delta', index: 1, delta: { type: 'input_json_delta', partial_json: '{"city": "东' } },
      { type: 'content_block_delta', index: 1, delta: { type: 'input_json_delta', partial_json: '京"}' } },
      { type: 'message_delta', delta: { stop_reason: 'tool_use' }, usage: { output_tokens: 20 } },
      { type: 'message_stop' },
    )
    const { span } = await play(bytewise(stream), STREAM, {
      path: '/anthropic/v1/messages',
      body: { model: 'claude-5', stream: true },
    })
    const call = span.llm?.outputMessages.flatMap(({ parts }) => parts).find(({ type }) => type === 'tool_call')
    expect(call).toMatchObject({ id: 't1', name: 'weather' })
    expect(JSON.parse(call?.type === 'tool_call' ? call.arguments : '')).toEqual({ city: '东京' })
    expect(span.llm).toMatchObject({
      provider: 'anthropic',
      finishReasons: ['tool_use'],
      usage: { inputTokens: 115, cacheReadTokens: 100, cacheWriteTokens: 5, outputTokens: 20 },
    })
  })

  test("a stream of Gemini's, whose path names the model", async () => {
    const part = (text: string, more: object = {}): unknown => ({
      candidates: [{ content: { role: 'model', parts: [{ text }] }, ...more }],
    })
    const last = {
      ...(part('lo', { finishReason: 'STOP' }) as object),
      usageMetadata: { promptTokenCount: 2, candidatesTokenCount: 3, totalTokenCount: 5 },
      modelVersion: 'gemini-3-001',
    }
    const { span } = await play(bytewise(events(part('Hel'), last)), STREAM, {
      path: '/v1beta/models/gemini-3:streamGenerateContent?alt=sse',
      body: { contents: [{ role: 'user', parts: [{ text: 'Hi' }] }] },
    })
    expect(said(span)).toBe('Hello')
    expect(span.llm).toMatchObject({
      requestModel: 'gemini-3',
      responseModel: 'gemini-3-001',
      finishReasons: ['STOP'],
      usage: { inputTokens: 2, outputTokens: 3 },
    })
  })

  test("JSON lines of Ollama's", async () => {
    const lines = [
      { model: 'qwen3', message: { role: 'assistant', content: '你' }, done: false },
      { model: 'qwen3', message: { role: 'assistant', content: '好' }, done: false },
      {
        model: 'qwen3',
        message: { role: 'assistant', content: '' },
        done: true,
        done_reason: 'stop',
        prompt_eval_count: 7,
        eval_count: 2,
      },
    ]
    const stream = Buffer.from(lines.map((line) => `${JSON.stringify(line)}\n`).join(''))
    const { span } = await play(
      bytewise(stream),
      { 'content-type': 'application/x-ndjson' },
      { path: '/api/chat', body: { model: 'qwen3' } },
    )
    expect(said(span)).toBe('你好')
    expect(span.llm).toMatchObject({
      streamed: true,
      finishReasons: ['stop'],
      usage: { inputTokens: 7, outputTokens: 2 },
    })
  })
})

describe('an outcome that is asked for later', () => {
  test('makes the record of the call that began it, once', async () => {
    const prediction = { id: 'p1', model: 'meta/llama-3-8b', input: { prompt: 'Hi' } }
    const answers = [
      { ...prediction, status: 'starting', output: null },
      { ...prediction, status: 'processing', output: ['Hel'] },
      { ...prediction, status: 'succeeded', output: ['Hel', 'lo'] },
      { ...prediction, status: 'succeeded', output: ['Hel', 'lo'] },
    ]
    handler = (_request, response) => response.writeHead(200, JSON_HEAD).end(JSON.stringify(answers[exchanges.length]))
    const begin = { path: '/v1/models/meta/llama-3-8b/predictions', body: { input: prediction.input } }
    await bytesOf(await open(begin))
    for (let asked = 1; asked <= 3; asked++) {
      await expect.poll(() => exchanges.length).toBe(asked)
      await (await fetch(`http://127.0.0.1:${port}/v1/predictions/p1`)).arrayBuffer()
    }
    await expect.poll(() => exchanges.length).toBe(4)
    const spans = exchanges.map((exchange) => spanOfExchange(exchange, ids))
    expect(spans.map((span) => span?.llm?.finishReasons)).toEqual([undefined, undefined, ['succeeded'], ['succeeded']])
    expect(spans[3]?.spanId).toBe(spans[2]?.spanId)
    expect(textOf(spans[2]?.llm?.outputMessages ?? [])).toBe('Hello')
  })
})
